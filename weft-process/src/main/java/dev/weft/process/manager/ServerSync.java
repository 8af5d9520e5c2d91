package dev.weft.process.manager;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The synchronisation objects as they are in the manager, but for {@link ServerLock}. */
final class ServerSync {
    private ServerSync() {}

    private static long nanos(Duration timeout) {
        return timeout.compareTo(Duration.ofDays(36_500)) > 0
                ? Duration.ofDays(36_500).toNanos()
                : Math.max(0, timeout.toNanos());
    }

    /** See {@link ManagedValue}. */
    @SuppressWarnings("NullAway") // which does not see that the type argument is nullable
    static final class Value implements ManagedValue<@Nullable Object> {
        private final AtomicReference<@Nullable Object> value;

        Value(@Nullable Object initial) {
            value = new AtomicReference<>(initial);
        }

        @Override
        public @Nullable Object get() {
            return value.get();
        }

        @Override
        public void set(@Nullable Object next) {
            value.set(next);
        }

        @Override
        public @Nullable Object getAndSet(@Nullable Object next) {
            return value.getAndSet(next);
        }

        @Override
        public boolean compareAndSet(@Nullable Object expected, @Nullable Object next) {
            while (true) {
                Object now = value.get();
                if (now == null ? expected != null : !now.equals(expected)) {
                    return false;
                }
                if (value.compareAndSet(now, next)) {
                    return true;
                }
            }
        }

        @Override
        public String toString() {
            return String.valueOf(value.get());
        }
    }

    /** See {@link ManagedSemaphore}. Knows how many permits each client has. */
    static final class Permits implements ManagedSemaphore, Session.Lender {
        private final Semaphore permits;
        private final ReentrantLock lock = new ReentrantLock();
        /** Guarded by {@code lock}. */
        private final Map<Session, Integer> lent = new HashMap<>();

        Permits(int number) {
            permits = new Semaphore(number, true);
        }

        @Override
        public void acquire() throws InterruptedException {
            permits.acquire();
            count(1);
        }

        @Override
        public boolean tryAcquire(Duration timeout) throws InterruptedException {
            boolean mine = permits.tryAcquire(nanos(timeout), TimeUnit.NANOSECONDS);
            if (mine) {
                count(1);
            }
            return mine;
        }

        @Override
        public void release() {
            count(-1);
            permits.release();
        }

        private void count(int change) {
            Session session = Caller.current().session();
            session.lent(this);
            lock.lock();
            try {
                lent.merge(
                        session,
                        change,
                        (before, more) ->
                                Math.max(0, before + more)); // another may have acquired what this one releases
                lent.computeIfPresent(session, (_, count) -> count <= 0 ? null : count);
            } finally {
                lock.unlock();
            }
            if (session.isEnded()) { // it ended while its thread here waited
                ended(session);
            }
        }

        @Override
        public void ended(Session session) {
            Integer count;
            lock.lock();
            try {
                count = lent.remove(session);
            } finally {
                lock.unlock();
            }
            if (count != null) {
                ManagerServer.report("process " + session.pid() + " ended with " + count
                        + " permits of a semaphore, which are given back");
                permits.release(count);
            }
        }

        @Override
        public int available() {
            return permits.availablePermits();
        }
    }

    /** See {@link ManagedEvent}. */
    static final class Event implements ManagedEvent {
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition raised = lock.newCondition();
        /** Guarded by {@code lock}. */
        private boolean set;

        @Override
        public void set() {
            lock.lock();
            try {
                set = true;
                raised.signalAll();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void clear() {
            lock.lock();
            try {
                set = false;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public boolean isSet() {
            lock.lock();
            try {
                return set;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void await() throws InterruptedException {
            await(Duration.ofDays(36_500));
        }

        @Override
        public boolean await(Duration timeout) throws InterruptedException {
            long left = nanos(timeout);
            lock.lockInterruptibly();
            try {
                while (!set && left > 0) {
                    left = raised.awaitNanos(left);
                }
                return set;
            } finally {
                lock.unlock();
            }
        }
    }

    /** See {@link ManagedBarrier}. */
    static final class Barrier implements ManagedBarrier {
        private final CyclicBarrier barrier;

        Barrier(int parties) {
            barrier = new CyclicBarrier(parties);
        }

        @Override
        public int await() throws InterruptedException, BrokenBarrierException {
            return barrier.await();
        }

        @Override
        public int await(Duration timeout) throws InterruptedException, BrokenBarrierException, TimeoutException {
            return barrier.await(nanos(timeout), TimeUnit.NANOSECONDS);
        }

        @Override
        public void reset() {
            barrier.reset();
        }

        @Override
        public boolean isBroken() {
            return barrier.isBroken();
        }

        @Override
        public int waiting() {
            return barrier.getNumberWaiting();
        }

        @Override
        public int parties() {
            return barrier.getParties();
        }
    }
}
