package dev.weft.process;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The frames on their way to one worker. Any thread, coroutines included, may send: nobody ever waits for the worker.
 *
 * <p>{@code requests} counts the calls of {@link #flush} that have not been served. Who finds it at zero owns the
 * writer and writes until it is zero again. If the channel takes no more, ownership passes to the thread that reads
 * from the worker: it is asked to call {@link #resume} when the channel is writable.
 *
 * <p>Writing from the sending thread saves a change of threads for each task. It is safe there only because the channel
 * does not block: a channel that does is closed by an interrupt of the thread.
 */
final class Outbox {
    private final ConcurrentLinkedQueue<Frame> frames = new ConcurrentLinkedQueue<>();
    private final AtomicInteger requests = new AtomicInteger();
    private final WritableByteChannel channel;
    private final Runnable askToResume;
    /** The owner only. */
    private final FrameWriter writer = new FrameWriter();

    /**
     * Makes an empty outbox.
     *
     * @param channel non-blocking
     * @param askToResume has the reading thread call {@link #resume} once the channel is writable
     */
    Outbox(WritableByteChannel channel, Runnable askToResume) {
        this.channel = channel;
        this.askToResume = askToResume;
    }

    /** Puts a frame behind those before, to go out with the next {@link #flush}. */
    void add(Frame frame) {
        frames.add(frame);
    }

    /** Sends what has been added, or sees to it that it is sent. */
    void flush() {
        if (requests.getAndIncrement() == 0 && !write()) {
            askToResume.run();
        }
    }

    /**
     * Goes on where the channel took no more; the thread that was asked to.
     *
     * @return false if the channel again took no more
     */
    boolean resume() {
        return write();
    }

    private boolean write() {
        int served;
        do {
            served = requests.get();
            try {
                if (!writer.write(frames, channel)) {
                    return false;
                }
            } catch (IOException e) {
                // The worker is gone. The thread that reads from it finds that out and knows what to do.
                frames.clear();
                return true;
            }
        } while (requests.addAndGet(-served) != 0);
        return true;
    }
}
