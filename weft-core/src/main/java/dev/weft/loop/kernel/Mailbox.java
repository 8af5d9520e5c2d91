package dev.weft.loop.kernel;

import dev.weft.Cancelled;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * A queue that any thread puts into and one waiter, coroutine or thread, takes from.
 *
 * <p>The taker publishes itself before it looks again and parks; a putter puts first and then looks for a taker. One of
 * the two sees the other.
 *
 * @param <E> the element
 */
final class Mailbox<E> implements FromOutside {
    private final ConcurrentLinkedQueue<E> queue = new ConcurrentLinkedQueue<>();
    private volatile @Nullable Waiter taker;

    void put(E element) {
        queue.add(element);
        Waiter waiting = taker;
        if (waiting != null) {
            waiting.unpark();
        }
    }

    /**
     * Takes the next element; null if the deadline (of the waiter's clock) passes first.
     *
     * @throws Cancelled if the waiter is cancelled
     */
    @Nullable
    E take(long deadline, boolean limited) {
        E element = queue.poll();
        if (element != null) {
            return element;
        }
        Waiter self = Waiter.current();
        taker = self;
        try {
            while ((element = queue.poll()) == null) {
                self.checkpoint();
                if (!limited) {
                    self.park(this);
                } else {
                    long left = deadline - self.nanoTime();
                    if (left <= 0) {
                        return null;
                    }
                    self.parkNanos(this, left);
                }
            }
            return element;
        } finally {
            taker = null;
            self.leave();
        }
    }

    @Nullable
    E takeInterruptibly(long deadline) throws InterruptedException {
        try {
            return take(deadline, true);
        } catch (Cancelled e) {
            if (Strand.current() == null && Thread.interrupted()) {
                throw new InterruptedException(e.getMessage());
            }
            throw e;
        }
    }
}
