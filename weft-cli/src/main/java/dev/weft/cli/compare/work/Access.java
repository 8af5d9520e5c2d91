package dev.weft.cli.compare.work;

import java.io.IOException;
import java.net.URI;
import java.util.Arrays;

/**
 * One task's way to everything that waits; it records when the task computed and when it waited. Used by the thread or
 * coroutine of that task alone.
 */
public final class Access {
    private final Medium medium;
    private final long begin;
    private long[] marks = new long[8];
    private int count;

    Access(Medium medium, long begin) {
        this.medium = medium;
        this.begin = begin;
    }

    /**
     * Fetches a page.
     *
     * @param uri where it is
     * @return its content
     * @throws IOException if there is no answer or the answer is not a success
     * @throws InterruptedException if the thread is interrupted
     */
    public byte[] fetch(URI uri) throws IOException, InterruptedException {
        mark();
        try {
            return medium.fetch(uri);
        } finally {
            mark();
        }
    }

    /**
     * Makes a JDK call that blocks its thread, such as a file operation.
     *
     * @param call the call
     * @param <T> its result
     * @return its result
     * @throws IOException what the call fails with
     * @throws InterruptedException if the thread is interrupted
     */
    public <T> T block(Medium.BlockingCall<T> call) throws IOException, InterruptedException {
        mark();
        try {
            return medium.block(call);
        } finally {
            mark();
        }
    }

    /** Lets others compute, if it is time for that. Computing tasks call it every few microseconds to milliseconds. */
    public void checkpoint() {
        if (medium.pauseWanted()) {
            mark();
            medium.pause();
            mark();
        }
    }

    /**
     * Notes that the task has waited, where only is known for how long; it counts as just now.
     *
     * @param nanos for how long; nothing if it is negative
     */
    public void waited(long nanos) {
        long now = System.nanoTime() - begin;
        long last = count == 0 ? 0 : marks[count - 1];
        mark();
        marks[count - 1] = Math.max(last, now - Math.max(0, nanos));
        mark();
    }

    /** Takes the time at which computing turns into waiting or back. */
    void mark() {
        if (count == marks.length) {
            marks = Arrays.copyOf(marks, count * 2);
        }
        marks[count++] = System.nanoTime() - begin;
    }

    long[] marks() {
        return Arrays.copyOf(marks, count);
    }
}
