package dev.weft.cli.compare.work;

import java.io.IOException;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/** Runs one task and traces it: the same code under every model. */
public final class Tasks {
    // System.nanoTime() means nothing to another process, and the wall clock is too coarse and too slow for every mark.
    @SuppressWarnings("TimeInStaticInitializer") // the offset between two clocks, not a time
    private static final long EPOCH_OF_NANO_ZERO = epochNanos(Instant.now()) - System.nanoTime();

    private Tasks() {}

    /**
     * Runs a task in the current thread or coroutine.
     *
     * @param work the task
     * @param medium how it waits
     * @param lane what it runs on, see {@link Trace#lane}
     * @return its trace; a task that failed has one too
     * @throws InterruptedException if the thread was interrupted
     */
    public static Trace run(Work work, Medium medium, long lane) throws InterruptedException {
        long begin = System.nanoTime();
        Access access = new Access(medium, begin);
        long result = 0;
        String failure = null;
        access.mark();
        medium.begin();
        access.mark();
        try {
            result = work.run(access);
        } catch (IOException | RuntimeException e) {
            failure = describe(e);
        } finally {
            access.mark();
            medium.end();
        }
        return new Trace(lane, EPOCH_OF_NANO_ZERO + begin, access.marks(), result, failure);
    }

    /**
     * {@return the current time in nanoseconds since the epoch, on the same scale as {@link Trace#start}}
     */
    public static long now() {
        return EPOCH_OF_NANO_ZERO + System.nanoTime();
    }

    /** Names the type too where the message alone says little: {@code UnknownHostException: nowhere.example}. */
    static String describe(Throwable failure) {
        String message = failure.getMessage();
        String type = failure.getClass().getSimpleName();
        return message == null ? type : type + ": " + message;
    }

    private static long epochNanos(Instant instant) {
        return TimeUnit.SECONDS.toNanos(instant.getEpochSecond()) + instant.getNano();
    }
}
