package dev.weft.process;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Which elements of a batch a worker has begun, and up to which it may go on; one word, so that "begun" and "given
 * back" exclude each other for each element.
 *
 * <pre>
 *   bit 63      over: no element will be begun
 *   bits 32-62  the next element to be begun
 *   bit 31      told: the element that runs was told to stop, and its thread interrupted
 *   bits 0-30   the limit, the first element that must not be begun
 * </pre>
 *
 * <p>The thread of the tasks claims; the reading thread cuts and tells. Who tells does so under the lock of the
 * {@link TaskLoop} and interrupts the thread under the same lock, and the thread takes that lock to clear both, so that
 * no interrupt reaches the next element.
 */
final class BatchClaims {
    static final int NONE = -1;
    /** The element that ran was told to stop: {@link #clearTold} comes first. */
    static final int TOLD = -2;

    private static final long OVER = 1L << 63;
    private static final long TOLD_BIT = 1L << 31;
    private static final long LIMIT = TOLD_BIT - 1;
    private static final long ONE = 1L << 32;

    /** The bytes of a message that say which elements are to run. */
    static final int HEADER = 8;

    private final AtomicLong word;

    /** Makes the claims for a batch that has arrived. */
    static BatchClaims of(Frame frame) {
        ByteBuffer body = ByteBuffer.wrap(frame.body()).order(ByteOrder.LITTLE_ENDIAN);
        return new BatchClaims(body.getInt(0), body.getInt(Integer.BYTES));
    }

    BatchClaims(int from, int limit) {
        word = new AtomicLong((from * ONE) | limit);
    }

    private static int next(long word) {
        return (int) ((word & ~OVER) >>> 32);
    }

    /** {@return the next element, which is begun by that, NONE or TOLD} */
    int claim() {
        for (; ; ) {
            long now = word.get();
            if ((now & TOLD_BIT) != 0) {
                return TOLD;
            }
            int next = next(now);
            if (now < 0 || next >= (now & LIMIT)) {
                if (now < 0 || word.compareAndSet(now, now | OVER)) {
                    return NONE;
                }
            } else if (word.compareAndSet(now, now + ONE)) {
                return next;
            }
        }
    }

    /** {@return whether the element that runs was told to stop} */
    boolean told() {
        return (word.get() & TOLD_BIT) != 0;
    }

    void clearTold() {
        word.getAndUpdate(now -> now & ~TOLD_BIT);
    }

    /** {@return the first element that was not begun here and never will; for a batch that is over} */
    int limit() {
        return (int) (word.get() & LIMIT);
    }

    /**
     * Takes half of the elements that have not been begun away, rounded up, from the end.
     *
     * @return the first of them, or NONE
     */
    int cut() {
        for (; ; ) {
            long now = word.get();
            int limit = (int) (now & LIMIT);
            int rest = limit - next(now);
            if (now < 0 || rest <= 0) {
                return NONE;
            }
            int cut = limit - (rest + 1) / 2;
            if (word.compareAndSet(now, (now & ~LIMIT) | cut)) {
                return cut;
            }
        }
    }

    /** Tells an element to stop; false if it does not run or has been told, and nobody must be interrupted. */
    boolean tell(int element) {
        for (; ; ) {
            long now = word.get();
            if (now < 0 || (now & TOLD_BIT) != 0 || next(now) - 1 != element) {
                return false;
            }
            if (word.compareAndSet(now, now | TOLD_BIT)) {
                return true;
            }
        }
    }

    /**
     * Lets no more elements begin and tells the one that runs to stop.
     *
     * @return false if the batch is over, and nobody must be interrupted
     */
    boolean stop() {
        for (; ; ) {
            long now = word.get();
            if (now < 0) {
                return false;
            }
            long limit = Math.min(next(now), now & LIMIT);
            if (word.compareAndSet(now, (now & ~LIMIT) | limit | TOLD_BIT)) {
                return true;
            }
        }
    }
}
