package dev.weft.cli.map.run;

import dev.weft.cli.map.input.Input;
import dev.weft.cli.map.store.InputSpool;
import dev.weft.cli.map.store.Outcome;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Says what is tried next, and when there is nothing left. Slots ask it; it starts nothing itself.
 *
 * <pre>
 * input ──► with a slot ──► ended: ok, failed for good
 *            ▲ ▲  │  └──► waits for its next try ──┐
 *            │ └──┘ given back, not begun          │
 *            └─────────────────────────────────────┘
 * </pre>
 *
 * All state is under one lock. A run is over for a slot when no input is left, none waits for another try, and no slot
 * has one that could; or when the run was told to stop. A slot that takes something wakes the next one if that may take
 * something, too, so that as many are awake as there is work for; one that is done takes more itself.
 */
final class Scheduler {
    /** An input that waits for its next try. */
    private record Waiting(Attempt attempt, long dueNanos) {}

    /**
     * A try that has ended and been recorded.
     *
     * @param attempt the try
     * @param outcome what was recorded
     */
    record Done(Attempt attempt, Outcome outcome) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Plan plan;
    private final BitSet done;
    private final RandomGenerator random;
    private final PriorityQueue<Waiting> waiting = new PriorityQueue<>(Comparator.comparingLong(each -> each.dueNanos));

    /** What slots have taken and not begun. */
    private final ArrayDeque<Attempt> returned = new ArrayDeque<>();

    private @Nullable InputSpool spool;
    private int running;
    private long ok;
    private long failed;
    private long retried;
    private volatile boolean draining; // written under the lock
    private boolean halted;
    private boolean memoryLow;
    private @Nullable IOException failure;
    private long nextStart = System.nanoTime();

    /**
     * Makes a scheduler.
     *
     * @param done the indexes of inputs that are not to run
     */
    Scheduler(Plan plan, BitSet done, RandomGenerator random) {
        this.plan = plan;
        this.done = done;
        this.random = random;
    }

    /** Says where inputs come from, before anything is asked for. */
    void begin(InputSpool source) {
        lock.lock();
        try {
            spool = source;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Looks again: there are more inputs, or there will be none, or more may run. */
    void wake() {
        lock.lock();
        try {
            if (isOver()) {
                changed.signalAll();
            } else {
                changed.signal(); // which wakes the next one, if there is enough
            }
        } finally {
            lock.unlock();
        }
    }

    /** Says whether memory is too low for another start. */
    void memoryLow(boolean low) {
        lock.lock();
        try {
            memoryLow = low;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for something to do. The slot that is given something counts as running until it has {@link #left}.
     *
     * @param most how much is taken at most
     * @return what to try; nothing if the slot is to end
     */
    List<Attempt> next(int most) {
        lock.lock();
        try {
            while (true) {
                if (draining || failure != null) {
                    return List.of();
                }
                long wait = nanosUntilStart();
                if (wait == 0) {
                    Attempt first = take();
                    if (first != null) {
                        return taken(first, most);
                    }
                    if (isOver()) {
                        changed.signalAll();
                        return List.of();
                    }
                    wait = nanosUntilRetry();
                }
                await(wait);
            }
        } finally {
            lock.unlock();
        }
    }

    private List<Attempt> taken(Attempt first, int most) {
        List<Attempt> all = new ArrayList<>(Math.min(most, 16));
        for (Attempt next = first; next != null; next = all.size() < most ? take() : null) {
            all.add(next);
        }
        running++;
        if (!plan.delay().isZero()) {
            nextStart = System.nanoTime() + plan.delay().toNanos();
        }
        wakeNext();
        return all;
    }

    /** Wakes another slot if there is something left for it. */
    private void wakeNext() {
        boolean more = !returned.isEmpty() || !waiting.isEmpty() || (spool != null && spool.hasMore());
        if (more && running < plan.jobs().now()) {
            changed.signal();
        }
    }

    /**
     * Takes more for a slot that has something already. Does not wait.
     *
     * @param most how much is taken at most
     * @return what to try; nothing if there is nothing now, or no slot is to go on that could do something else
     */
    List<Attempt> more(int most) {
        lock.lock();
        try {
            if (draining || failure != null || running > plan.jobs().now()) {
                return List.of();
            }
            List<Attempt> all = new ArrayList<>(most);
            for (Attempt next = take(); next != null; next = all.size() < most ? take() : null) {
                all.add(next);
            }
            if (!all.isEmpty()) {
                wakeNext();
            }
            return all;
        } finally {
            lock.unlock();
        }
    }

    @SuppressWarnings("WaitNotInLoop") // next() loops
    private void await(long nanos) {
        try {
            if (nanos == Long.MAX_VALUE) {
                changed.await();
            } else {
                boolean _ = changed.await(nanos, TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("a slot of a run was interrupted, which nothing in it does", e);
        }
    }

    /** 0 if another may start now as far as pace, number and memory go; MAX_VALUE if something must end first. */
    private long nanosUntilStart() {
        if (running >= plan.jobs().now() || (memoryLow && running > 0)) {
            return Long.MAX_VALUE;
        }
        return plan.delay().isZero() ? 0 : Math.max(0, nextStart - System.nanoTime());
    }

    private long nanosUntilRetry() {
        Waiting first = waiting.peek();
        return first == null ? Long.MAX_VALUE : Math.max(1, first.dueNanos - System.nanoTime());
    }

    private @Nullable Attempt take() {
        Waiting first = waiting.peek();
        if (first != null && first.dueNanos - System.nanoTime() <= 0) {
            return waiting.remove().attempt;
        }
        if (!returned.isEmpty()) {
            return returned.remove();
        }
        if (spool == null) {
            return null;
        }
        try {
            for (Input input = spool.poll(); input != null; input = spool.poll()) {
                if (input.index() > Integer.MAX_VALUE || !done.get((int) input.index())) {
                    return new Attempt(input, 1);
                }
            }
        } catch (IOException e) {
            failure = e;
            changed.signalAll();
        }
        return null;
    }

    /** {@return whether nothing runs, and nothing will} */
    boolean isFinished() {
        lock.lock();
        try {
            return running == 0 && (draining || failure != null || isOver());
        } finally {
            lock.unlock();
        }
    }

    private boolean isOver() {
        return running == 0 && waiting.isEmpty() && returned.isEmpty() && spool != null && spool.isExhausted();
    }

    /**
     * Decides whether a try was the last of its input.
     *
     * @param result what came of it
     * @param exit its exit code
     */
    boolean isLast(Attempt attempt, Outcome.Result result, int exit) {
        lock.lock();
        try {
            return draining || !plan.retry().applies(result, exit, attempt.number());
        } finally {
            lock.unlock();
        }
    }

    /** Takes note of tries that have ended and been recorded. */
    void ended(List<Done> all) {
        lock.lock();
        try {
            for (Done done : all) {
                ended(done.attempt, done.outcome);
            }
            if (draining || failure != null) {
                changed.signalAll();
            } else if (!waiting.isEmpty()) {
                changed.signal(); // somebody must wait for less
            }
        } finally {
            lock.unlock();
        }
    }

    private void ended(Attempt attempt, Outcome outcome) {
        plan.jobs().ended(outcome.result() == Outcome.Result.OK, running);
        if (failure != null && !outcome.last()) {
            return; // it will be tried when the run is taken up again
        }
        if (outcome.result() == Outcome.Result.STOPPED) {
            if (!outcome.last()) {
                waiting.add(new Waiting(attempt, System.nanoTime())); // made room for others
            }
        } else if (!outcome.last()) {
            retried++;
            var again = new Attempt(attempt.input(), attempt.number() + 1);
            long wait = Math.max(
                    plan.retry().delayNanos(attempt.number(), random),
                    attempt.leastWait().toNanos());
            waiting.add(new Waiting(again, System.nanoTime() + wait));
        } else if (outcome.result() == Outcome.Result.OK) {
            ok++;
        } else {
            failed++;
        }
        if (plan.halt() != null && !draining && plan.halt().applies(ok, failed)) {
            draining = true;
            halted = true;
        }
    }

    /**
     * Takes note that a slot is done with what it had taken, all of which has been recorded. It, or the one that takes
     * its place, asks for more: to wake another one would only have the two change places.
     *
     * @param rest what it has not begun
     */
    void left(Collection<Attempt> rest) {
        lock.lock();
        try {
            returned.addAll(rest);
            running--;
            if (draining || failure != null || isOver()) {
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes back what a slot has not begun while it goes on with something else.
     *
     * @param rest these
     */
    void giveBack(Collection<Attempt> rest) {
        if (rest.isEmpty()) {
            return;
        }
        lock.lock();
        try {
            returned.addAll(rest);
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** {@return whether nothing more is to begin} */
    boolean isEnding() {
        return draining;
    }

    /** Starts nothing more. */
    void drain() {
        lock.lock();
        try {
            draining = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Starts nothing more, since the run cannot go on. */
    void fail(IOException problem) {
        lock.lock();
        try {
            if (failure == null) {
                failure = problem;
            }
            draining = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** {@return the counts now} */
    Counts counts() {
        lock.lock();
        try {
            InputSpool source = spool;
            return new Counts(
                    ok,
                    failed,
                    running,
                    retried,
                    waiting.size(),
                    source == null ? 0 : source.written(),
                    source != null && source.isComplete(),
                    halted,
                    failure);
        } finally {
            lock.unlock();
        }
    }

    /**
     * How far a run is.
     *
     * @param ok inputs that went well
     * @param failed inputs that failed for good
     * @param running slots that run something
     * @param retried tries beyond the first
     * @param waiting inputs that wait for another try
     * @param known inputs that have been read
     * @param complete whether these are all
     * @param halted whether the policy for it ended the run
     * @param failure why the run could not go on; null if it could
     */
    record Counts(
            long ok,
            long failed,
            int running,
            long retried,
            int waiting,
            long known,
            boolean complete,
            boolean halted,
            @Nullable IOException failure) {}
}
