package dev.weft.process;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StreamCorruptedException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * How the exception of a task travels: as text and, where it can be serialized, as an object. The body of
 * {@link Frame#ERROR} is five nested values: the name of its class, its {@code toString}, its stack trace as text, the
 * elements of its stack, and the exception or null.
 */
final class FailureCodec {
    private static final int LONGEST_TEXT = 1 << 16;

    private FailureCodec() {}

    /** Encodes an exception; any will do. */
    static Frame encode(long task, Throwable failure) {
        try {
            return encode(task, failure, failure);
        } catch (Throwable e) {
            try {
                return encode(task, failure, null);
            } catch (Throwable again) {
                // Its class is such that not even text can be had of it, or there is no memory for that.
                return new Frame(Frame.ERROR, task);
            }
        }
    }

    private static Frame encode(long task, Throwable failure, @Nullable Throwable object) throws IOException {
        var out = new Encoder(Encoder.MOST_BYTES, null);
        out.nested(failure.getClass().getName());
        out.nested(text(failure));
        out.nested(trace(failure));
        out.nested(failure.getStackTrace());
        out.nested(object);
        return new Frame(Frame.ERROR, Kind.NULL, task, out.bytes(), out.length());
    }

    private static String text(Throwable failure) {
        try {
            return shortened(String.valueOf(failure));
        } catch (Throwable e) {
            return failure.getClass().getName() + " (whose toString fails)";
        }
    }

    private static String trace(Throwable failure) {
        try {
            var text = new StringWriter();
            failure.printStackTrace(new PrintWriter(text, true));
            return shortened(text.toString());
        } catch (Throwable e) {
            return failure.getClass().getName() + " (whose printStackTrace fails)";
        }
    }

    private static String shortened(String text) {
        return text.length() > LONGEST_TEXT ? text.substring(0, LONGEST_TEXT) + "..." : text;
    }

    /**
     * Rebuilds an exception, or makes one that stands in for it.
     *
     * @throws IOException if the body is not what a worker sends
     */
    static Throwable decode(Decoder decoder, byte[] body, ClassLoader loader, ResultFilter.OneMessage filter)
            throws IOException {
        if (body.length == 0) {
            return new RemoteFailureException(
                    "unknown", "an exception of which not even the text could be had", "", new StackTraceElement[0]);
        }
        ByteBuffer in = ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN);
        String className;
        String message;
        String trace;
        StackTraceElement[] stack;
        try {
            className = part(decoder.nested(in, loader, filter), String.class);
            message = part(decoder.nested(in, loader, filter), String.class);
            trace = part(decoder.nested(in, loader, filter), String.class);
            stack = part(decoder.nested(in, loader, filter), StackTraceElement[].class);
        } catch (ReflectiveOperationException | RuntimeException | LinkageError | StackOverflowError e) {
            throw new IOException("the text of an exception could not be read: " + e, e);
        }
        for (StackTraceElement element : stack) {
            part(element, StackTraceElement.class);
        }
        String why;
        try {
            Object object = decoder.nested(in, loader, filter);
            if (object instanceof Throwable failure) {
                return failure;
            }
            why = "it cannot be serialized";
        } catch (IOException | ReflectiveOperationException | RuntimeException | LinkageError | StackOverflowError e) {
            why = filter.refused() != null ? filter.refused() : "it could not be rebuilt: " + e;
        }
        return new RemoteFailureException(
                className, message + " (an exception of a worker, as text because " + why + ")", trace, stack);
    }

    private static <T> T part(@Nullable Object value, Class<T> type) throws IOException {
        if (!type.isInstance(value)) {
            throw new StreamCorruptedException(
                    "an error message has no " + type.getSimpleName() + " where one belongs");
        }
        return type.cast(value);
    }
}
