package dev.weft.stress;

import dev.weft.sync.Semaphore;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;

class SemaphoreLincheckTest {
    public static class Permits {
        private final Semaphore semaphore = new Semaphore(1);

        @Operation
        public boolean tryAcquire() {
            return semaphore.tryAcquire();
        }

        @Operation
        public void release() {
            semaphore.release();
        }

        @Operation
        public void releaseTwo() {
            semaphore.release(2);
        }

        @Operation
        public int available() {
            return semaphore.available();
        }
    }

    /** The planted bug: takes a permit in two steps. */
    public static class TwoStepPermits {
        private volatile int permits = 1;

        @Operation
        public boolean tryAcquire() {
            int now = permits;
            if (now == 0) {
                return false;
            }
            permits = now - 1;
            return true;
        }

        @Operation
        public synchronized void release() {
            permits = permits + 1;
        }

        @Operation
        public int available() {
            return permits;
        }
    }

    @Test
    void isLinearizable() {
        Models.holds(Permits.class);
    }

    @Test
    void permitsTakenInTwoStepsAreFound() {
        Models.breaks(TwoStepPermits.class);
    }

    @Test
    void whoWaitsIsWoken() {
        Models.ends(() -> {
            var semaphore = new Semaphore(0);
            Thread waiter = new Thread(semaphore::acquire);
            Thread other = new Thread(semaphore::acquire);
            waiter.start();
            other.start();
            semaphore.release(2);
            Models.join(waiter);
            Models.join(other);
            if (semaphore.available() != 0) {
                throw new AssertionError("expected no permit to be left, found " + semaphore);
            }
        });
    }
}
