package dev.weft.process;

import dev.weft.process.internal.ProcessSupport;
import dev.weft.process.internal.Transfer;
import dev.weft.process.internal.ValueCodec;
import dev.weft.process.internal.WorkerHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What this package does for its sub-packages; see {@link ProcessSupport}. */
final class Support implements ProcessSupport {
    static {
        Holder.set(new Support());
    }

    private final ReentrantLock lock = new ReentrantLock();
    /** Guarded by {@code lock}. */
    private @Nullable PoolDirectory directory;

    private Support() {}

    static Support get() {
        return (Support) ProcessSupport.get();
    }

    @Override
    public Path directory() throws IOException {
        return ownDirectory().path();
    }

    /** {@return the directory of this JVM} */
    PoolDirectory ownDirectory() throws IOException {
        lock.lock();
        try {
            PoolDirectory own = directory;
            if (own == null) {
                PoolDirectory made;
                try {
                    made = PoolDirectory.create();
                } catch (UncheckedIOException e) {
                    throw e.getCause();
                }
                own = made;
                try {
                    Runtime.getRuntime().addShutdownHook(new Thread(made::remove, "weft-process-directory"));
                } catch (IllegalStateException e) {
                    made.remove();
                    throw new IOException("the JVM is ending", e);
                }
                directory = own;
                Thread.ofVirtual().name("weft-process-sweeper").start(PoolDirectory::sweep);
            }
            own.check();
            return own;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public ProcessPool open(ProcessPool.Builder builder, WorkerHost host) {
        return WorkerPool.open(builder.settings(), host, builder.chosenHeap());
    }

    @Override
    public Process start(ProcessBuilder builder) throws IOException {
        WorkerCommand.clean(builder);
        return Spawner.start(builder);
    }

    @Override
    public ValueCodec codec(List<String> allowed) {
        return new Codec(new ResultFilter(
                allowed, "this connection does not take from its peer", "when it is made, by allow(\"%s\")"));
    }

    @Override
    public String checkedPattern(String pattern) {
        return ResultFilter.checkedPattern(pattern);
    }

    @Override
    public int longestMessage() {
        return WorkerCommand.longestAnswer();
    }

    @Override
    public byte[] encodeFailure(Throwable failure) {
        Frame frame = FailureCodec.encode(0, failure);
        return Arrays.copyOf(frame.body(), frame.length());
    }

    @Override
    public Throwable decodeFailure(byte[] bytes, List<String> allowed, String what, String where, long pid) {
        var filter = new ResultFilter(allowed, "is not taken from there", "with allow(\"%s\")");
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        Throwable failure;
        try {
            failure = FailureCodec.decode(
                    new Decoder(false),
                    bytes,
                    context != null ? context : ClassLoader.getSystemClassLoader(),
                    filter.forMessage(bytes.length));
        } catch (IOException e) {
            failure = new TransferException(what + " failed, and why could not be read: " + e.getMessage(), e);
        }
        failure.addSuppressed(new RemoteTrace(what, where, pid));
        return failure;
    }

    /** The codec of the pool, for one value at a time. */
    private record Codec(ResultFilter filter) implements ValueCodec {
        @Override
        public Message encode(@Nullable Object value, int most) {
            var encoder = new Encoder(most, filter);
            try (var _ = Transfer.open()) {
                if (value != null) {
                    filter.trustClass(value.getClass());
                }
                encoder.nested(value);
                if (encoder.length() > most) { // its first buffer has room for more
                    throw Encoder.tooLarge(encoder.length(), most);
                }
            } catch (Throwable e) {
                throw Unsendable.message(value, e);
            }
            return new Message(encoder.bytes(), encoder.length());
        }

        @Override
        public @Nullable Object decode(byte kind, byte[] body) {
            ResultFilter.OneMessage one = filter.forMessage(body.length);
            ClassLoader context = Thread.currentThread().getContextClassLoader();
            ClassLoader loader = context != null ? context : ClassLoader.getSystemClassLoader();
            try {
                return new Decoder(false).decode(kind, body, loader, one);
            } catch (ClassNotFoundException | NoClassDefFoundError e) {
                throw new TransferException(
                        "a message needs class " + e.getMessage() + ", which is not on the class path of this process",
                        e);
            } catch (IOException
                    | ReflectiveOperationException
                    | RuntimeException
                    | LinkageError
                    | StackOverflowError e) {
                String why = one.refused();
                throw new TransferException("a message was not taken: " + (why != null ? why : e), e);
            }
        }

        @Override
        public void trustApplication(Class<?> type) {
            filter.trustApplication(type);
        }
    }
}
