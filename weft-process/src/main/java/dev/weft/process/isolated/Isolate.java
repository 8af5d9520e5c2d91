package dev.weft.process.isolated;

import dev.weft.process.RemoteFailureException;
import dev.weft.process.TransferException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** One copy of the application's classes, with its static state. Used by one thread at a time. */
final class Isolate {
    private final IsolateLoader loader;
    /** Copies into the isolate and out of it; of its own, since codecs remember classes. */
    private final Copier copier;

    Isolate(IsolateLoader loader, Copier copier) {
        this.loader = loader;
        this.copier = copier;
    }

    /**
     * Runs work inside.
     *
     * @param work what {@link Copier#write} has made of it
     * @param outside where the classes of the result are looked up
     * @return a copy of the result
     * @throws Exception a copy of what the work threw
     */
    @Nullable
    Object run(byte[] work, ClassLoader outside) throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            return out(copyOfResult(work), outside);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private byte[] copyOfResult(byte[] work) throws Exception {
        Callable<?> inside = in(work);
        Object result;
        try {
            result = inside.call();
        } catch (Throwable e) {
            throw copyOf(e);
        }
        try {
            return copier.write(result);
        } catch (Throwable e) {
            throw new TransferException(
                    "the task ended, but its result cannot be copied out of its isolate: " + e, null);
        }
    }

    private Callable<?> in(byte[] work) {
        try {
            if (copier.read(work, loader) instanceof Callable<?> callable) {
                return callable;
            }
        } catch (Throwable e) {
            throw new TransferException(
                    "the work could not be copied into an isolate, whose class path is that of this JVM or what classPath(...) says: "
                            + e,
                    e);
        }
        throw new TransferException(
                "the work is no Callable inside of its isolate; do not share(...) its class only", null);
    }

    private @Nullable Object out(byte[] result, ClassLoader outside) {
        try {
            return copier.read(result, outside);
        } catch (Throwable e) {
            throw new TransferException(
                    "the task ended, but its result cannot be read outside of its isolate: " + e, e);
        }
    }

    /** {@return what an exception is outside, or what stands in for it; exceptions go by JDK serialization} */
    private Exception copyOf(Throwable failure) {
        String why;
        try {
            Object copy = Copier.readPlainly(Copier.writePlainly(failure), IsolateLoader.class.getClassLoader());
            if (copy instanceof Error error) {
                throw error;
            }
            return (Exception) copy;
        } catch (IOException | ReflectiveOperationException | RuntimeException e) {
            why = e.toString();
        }
        var trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace, true));
        return new RemoteFailureException(
                failure.getClass().getName(),
                failure + " (an exception of an isolate, as text because it could not be copied: " + why + ")",
                trace.toString(),
                failure.getStackTrace());
    }

    /** Lets go of the classes. */
    void close() throws IOException {
        loader.close();
    }
}
