package dev.weft.stress;

import dev.weft.sync.Condition;
import dev.weft.sync.Lock;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;

class LockLincheckTest {
    /** A number that the lock protects. */
    public static class Counter {
        private final Lock lock = new Lock();
        private int plain;

        @Operation
        public int increment() {
            lock.acquire();
            try {
                return ++plain;
            } finally {
                lock.release();
            }
        }

        @Operation
        public int incrementIfFree() {
            if (!lock.tryAcquire()) {
                return increment();
            }
            try {
                return ++plain;
            } finally {
                lock.release();
            }
        }
    }

    /** The planted bug: a lock that is looked at and taken in two steps. */
    public static class TwoStepCounter {
        private volatile boolean held;
        private int plain;

        @Operation
        public int increment() {
            while (held) {
                Thread.onSpinWait();
            }
            held = true;
            int next = plain + 1;
            plain = next;
            held = false;
            return next;
        }
    }

    @Test
    void excludes() {
        Models.holds(Counter.class);
    }

    @Test
    void isHandedOnToWhoWaits() {
        Models.ends(() -> {
            var lock = new Lock();
            Thread other = new Thread(() -> lock.withLock(() -> {}));
            other.start();
            lock.withLock(() -> {});
            Models.join(other);
        });
    }

    @Test
    void aLockTakenInTwoStepsIsFound() {
        Models.breaks(TwoStepCounter.class);
    }

    @Test
    void aSignalReachesWhoWaits() {
        Models.ends(() -> {
            var lock = new Lock();
            var changed = new Condition(lock);
            boolean[] there = new boolean[1];
            Thread waiter = new Thread(() -> lock.withLock(() -> changed.awaitUntil(() -> there[0])));
            waiter.start();
            lock.withLock(() -> {
                there[0] = true;
                changed.signal();
            });
            Models.join(waiter);
        });
    }
}
