package dev.weft.process.manager;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A {@link ManagedLock} as it is in the manager, with its conditions.
 *
 * <pre>
 *   free ◄──► owned, once or more often
 *    ▲            │ the owner's process has ended
 *    └─ release ◄─┴─ recover ◄── abandoned
 * </pre>
 */
final class ServerLock implements ManagedLock, Session.Lender {
    private final ReentrantLock mutex = new ReentrantLock(true);
    private final Condition changed = mutex.newCondition();
    // Guarded by mutex.
    private @Nullable Caller owner;
    private int depth;
    private boolean abandoned;
    private long deadPid;

    @Override
    public void acquire() throws InterruptedException {
        boolean _ = take(Long.MAX_VALUE);
    }

    @Override
    public boolean tryAcquire(Duration timeout) throws InterruptedException {
        return take(nanos(timeout));
    }

    private static long nanos(Duration timeout) {
        return timeout.compareTo(Duration.ofDays(36_500)) > 0 ? Long.MAX_VALUE : Math.max(0, timeout.toNanos());
    }

    private boolean take(long nanos) throws InterruptedException {
        Caller caller = Caller.current();
        caller.session().lent(this);
        mutex.lockInterruptibly();
        try {
            long left = nanos;
            while (!isFreeFor(caller)) {
                if (left <= 0) {
                    return false;
                }
                left = changed.awaitNanos(left);
            }
            checkLives(caller);
            owner = caller;
            depth++;
            return true;
        } finally {
            mutex.unlock();
        }
    }

    private static void checkLives(Caller caller) throws InterruptedException {
        if (caller.session().isEnded()) {
            throw new InterruptedException("process " + caller.session().pid() + " has ended");
        }
    }

    private boolean isFreeFor(Caller caller) {
        if (abandoned) {
            throw new OwnerDiedException(
                    "process " + deadPid
                            + " ended while it owned this lock: what the lock protects may be half changed."
                            + " recover() takes the lock, for whoever puts that right",
                    deadPid);
        }
        return owner == null || owner.equals(caller);
    }

    @Override
    public void release() {
        mutex.lock();
        try {
            checkOwned();
            if (--depth == 0) {
                owner = null;
                changed.signalAll();
            }
        } finally {
            mutex.unlock();
        }
    }

    private void checkOwned() {
        Caller caller = Caller.current();
        if (!caller.equals(owner)) {
            throw new IllegalMonitorStateException(
                    caller + " does not own the lock, " + (owner == null ? "which is free" : "but " + owner));
        }
    }

    @Override
    public boolean isLocked() {
        mutex.lock();
        try {
            return owner != null || abandoned;
        } finally {
            mutex.unlock();
        }
    }

    @Override
    public boolean recover() {
        Caller caller = Caller.current();
        caller.session().lent(this);
        mutex.lock();
        try {
            if (!abandoned || caller.session().isEnded()) {
                return false;
            }
            abandoned = false;
            owner = caller;
            depth = 1;
            return true;
        } finally {
            mutex.unlock();
        }
    }

    @Override
    public void ended(Session session) {
        mutex.lock();
        try {
            changed.signalAll(); // also those of that client who wait
            if (owner == null || !owner.session().equals(session)) {
                return;
            }
            owner = null;
            depth = 0;
            abandoned = true;
            deadPid = session.pid();
        } finally {
            mutex.unlock();
        }
        ManagerServer.report("process " + session.pid() + " ended while it owned a lock, which is abandoned now");
    }

    /** A condition of this lock; see {@link ManagedCondition}. */
    final class OfLock implements ManagedCondition {
        private final Condition signalled = mutex.newCondition();
        /** Guarded by {@code mutex}: notifications that have been given and not taken, and who waits. */
        private int tickets;

        private int waiting;

        @Override
        public void await() throws InterruptedException {
            boolean _ = await(Duration.ofDays(36_500));
        }

        @Override
        public boolean await(Duration timeout) throws InterruptedException {
            long left = Math.min(nanos(timeout), Duration.ofDays(36_500).toNanos());
            Caller caller = Caller.current();
            mutex.lockInterruptibly();
            try {
                checkOwned();
                if (depth != 1) {
                    throw new IllegalMonitorStateException(
                            "a condition is waited for by an owner who has acquired the lock"
                                    + " once, and this one has " + depth + " times");
                }
                owner = null;
                depth = 0;
                changed.signalAll();
                boolean told = false;
                InterruptedException interrupt = null;
                waiting++;
                try {
                    while (tickets == 0 && left > 0 && !abandoned) {
                        left = signalled.awaitNanos(left);
                    }
                    if (tickets > 0) {
                        tickets--;
                        told = true;
                    }
                } catch (InterruptedException e) {
                    interrupt = e;
                } finally {
                    waiting--;
                    tickets = Math.min(tickets, waiting);
                }
                while (!isFreeFor(caller)) { // also one who was interrupted has the lock again, for its finally block
                    checkLives(caller);
                    changed.awaitUninterruptibly();
                }
                checkLives(caller);
                owner = caller;
                depth = 1;
                if (interrupt != null) {
                    throw interrupt;
                }
                return told;
            } finally {
                mutex.unlock();
            }
        }

        @Override
        public void signal(int number) {
            mutex.lock();
            try {
                checkOwned();
                int more = Math.clamp(number, 0, waiting - tickets);
                tickets += more;
                for (int i = 0; i < more; i++) {
                    signalled.signal();
                }
            } finally {
                mutex.unlock();
            }
        }

        @Override
        public void signalAll() {
            signal(Integer.MAX_VALUE);
        }
    }

    ManagedCondition condition() {
        return new OfLock();
    }
}
