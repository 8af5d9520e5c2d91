package dev.weft.loop.kernel;

import dev.weft.Outcome;
import dev.weft.Task;
import dev.weft.TimedOutException;
import dev.weft.Until;
import dev.weft.Waited;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future.State;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Waits for several tasks at once.
 *
 * <p>Each of them registers with the tasks, counts their ends in the threads that end them, and is woken when the count
 * says so; none looks through all tasks at each end. The party that waits, a coroutine or a thread, is one.
 */
public final class Combinators {
    private Combinators() {}

    // ---- race

    /**
     * Runs blocks as tasks until one of them succeeds.
     *
     * @param bodies the blocks
     * @param <T> their result
     * @return the first result
     */
    public static <T extends @Nullable Object> T race(Collection<? extends Callable<T>> bodies) {
        LoopTask<?> self = LoopTask.current("Weft.race");
        if (bodies.isEmpty()) {
            throw new IllegalArgumentException("a race of no blocks has no winner; give Weft.race at least one");
        }
        List<LoopTask<T>> ended = new ArrayList<>(bodies.size()); // loop thread only: that is where they end
        GroupImpl group = GroupImpl.openSupervising(self);
        LoopTask<T> winner = null;
        int decidedAt = 0;
        try {
            Waiter waiter = Waiter.current();
            for (Callable<T> body : bodies) {
                LoopTask<T> task = group.start(null, body);
                task.whenDone(_ -> {
                    ended.add(task);
                    waiter.unpark();
                });
            }
            while (winner == null && decidedAt < bodies.size()) {
                if (decidedAt == ended.size()) {
                    waiter.checkpoint();
                    waiter.park(group);
                } else {
                    LoopTask<T> next = ended.get(decidedAt++);
                    winner = next.state() == State.SUCCESS ? next : null;
                }
            }
        } finally {
            group.closeForOwner();
            reportFailures(ended.subList(decidedAt, ended.size()));
        }
        if (winner != null) {
            return winner.result();
        }
        throw allFailed(ended);
    }

    /** What fails although nobody waits for it any longer is not lost. */
    private static void reportFailures(List<? extends LoopTask<?>> tasks) {
        for (LoopTask<?> task : tasks) {
            Throwable failure = task.failure();
            if (failure != null) {
                Uncaught.report(failure);
            }
        }
    }

    private static RuntimeException allFailed(List<? extends LoopTask<?>> tasks) {
        LoopTask<?> first = tasks.getFirst();
        Throwable problem = problem(first);
        for (LoopTask<?> other : tasks.subList(1, tasks.size())) {
            Throwable more = problem(other);
            if (more != problem) {
                problem.addSuppressed(more);
            }
        }
        return first.unchecked(problem);
    }

    private static Throwable problem(LoopTask<?> task) {
        Throwable problem = task.problem();
        if (problem == null) {
            throw new AssertionError("task '" + task.name() + "' has not failed");
        }
        return problem;
    }

    // ---- gather

    /**
     * Runs blocks as tasks until all have ended, and gives failures as values.
     *
     * @param bodies the blocks
     * @param <T> their result
     * @return how each ended, in the order of the blocks
     */
    public static <T extends @Nullable Object> List<Outcome<Callable<T>, T>> gatherOutcomes(
            Collection<? extends Callable<T>> bodies) {
        LoopTask<?> self = LoopTask.current("Weft.gatherOutcomes");
        List<Callable<T>> inputs = new ArrayList<>(bodies);
        List<LoopTask<T>> tasks = new ArrayList<>(inputs.size());
        GroupImpl group = GroupImpl.openSupervising(self);
        try {
            for (Callable<T> body : inputs) {
                tasks.add(group.start(null, body));
            }
            group.awaitChildren();
            Waiter.current().checkpoint();
        } finally {
            group.closeForOwner();
        }
        List<Outcome<Callable<T>, T>> outcomes = new ArrayList<>(inputs.size());
        for (int i = 0; i < inputs.size(); i++) {
            LoopTask<T> task = tasks.get(i);
            Throwable problem = task.problem();
            outcomes.add(new Outcome<>(i, inputs.get(i), problem == null ? task.result() : null, problem));
        }
        return outcomes;
    }

    // ---- as completed

    /**
     * Gives tasks in the order in which they end.
     *
     * @param tasks the tasks
     * @param limit the time for all, or null
     * @param <K> the kind of task
     * @return the tasks, to be iterated once
     */
    public static <K extends Task<?>> Iterable<K> asCompleted(Collection<? extends K> tasks, @Nullable Duration limit) {
        Iterator<K> iterator = new AsCompleted<>(tasks, limit);
        return () -> iterator;
    }

    /** One iteration, which goes on where it was left. Used by one party at a time, apart from the mailbox. */
    private static final class AsCompleted<K extends Task<?>> implements Iterator<K> {
        private final Mailbox<K> ended = new Mailbox<>();
        private final int all;
        private final @Nullable Duration limit;
        private final long deadline;
        private int taken;

        AsCompleted(Collection<? extends K> tasks, @Nullable Duration limit) {
            Set<K> distinct = new LinkedHashSet<>(tasks);
            this.all = distinct.size();
            this.limit = limit;
            this.deadline = limit == null
                    ? 0
                    : Durations.deadline(
                            Waiter.current().nanoTime(), Durations.nanos("the time-out of asCompleted", limit));
            for (K task : distinct) {
                task.whenDone(_ -> ended.put(task));
            }
        }

        @Override
        public boolean hasNext() {
            return taken < all;
        }

        @Override
        public K next() {
            if (!hasNext()) {
                throw new NoSuchElementException("all " + all + " tasks have been taken");
            }
            K task = ended.take(deadline, limit != null);
            if (task == null) {
                throw new TimedOutException(
                        (all - taken) + " of " + all + " tasks", limit == null ? Duration.ZERO : limit);
            }
            taken++;
            return task;
        }
    }

    // ---- wait

    /**
     * Waits for tasks, and leaves them as they are.
     *
     * @param until what to wait for
     * @param tasks the tasks
     * @param limit the longest wait, or null
     * @param <K> the kind of task
     * @return which have ended and which have not
     */
    public static <K extends Task<?>> Waited<K> waitUntil(
            Until until, Collection<? extends K> tasks, @Nullable Duration limit) {
        if (tasks.isEmpty()) {
            throw new IllegalArgumentException("there is no task to wait for; give Weft.waitUntil at least one");
        }
        long nanos = limit == null ? Long.MAX_VALUE : Durations.nanos("the time-out of waitUntil", limit);
        Set<K> distinct = new LinkedHashSet<>(tasks);
        Waiter waiter = Waiter.current();
        waiter.checkpoint();
        var tally = new Tally(until, distinct.size(), waiter);
        Collection<Runnable> undo = new ConcurrentLinkedQueue<>();
        for (K task : distinct) {
            tally.watch(task, undo);
        }
        try {
            tally.await(nanos);
        } finally {
            undo.forEach(Runnable::run);
            waiter.leave();
        }
        Set<K> done = new LinkedHashSet<>();
        Set<K> pending = new LinkedHashSet<>();
        for (K task : distinct) {
            (task.isDone() ? done : pending).add(task);
        }
        return new Waited<>(Collections.unmodifiableSet(done), Collections.unmodifiableSet(pending));
    }

    /** Counts the ends of tasks, in the threads that end them, and wakes the one who waits. */
    private static final class Tally {
        private final Until until;
        private final AtomicInteger left;
        private final Waiter waiter;
        private volatile boolean met;

        Tally(Until until, int tasks, Waiter waiter) {
            this.until = until;
            this.left = new AtomicInteger(tasks);
            this.waiter = waiter;
        }

        void watch(Task<?> task, Collection<Runnable> undo) {
            if (task instanceof TaskCore<?> core && !core.isDone()) {
                Object watch = core.watch(this::ended);
                undo.add(() -> core.unwatch(watch));
            } else {
                task.whenDone(this::ended);
            }
        }

        private void ended(Task<?> task) {
            boolean last = left.decrementAndGet() == 0;
            boolean enough = switch (until) {
                case ALL_COMPLETED -> last;
                case FIRST_COMPLETED -> true;
                case FIRST_EXCEPTION -> last || task.state() == State.FAILED;
            };
            if (enough) {
                met = true;
                waiter.unpark();
            }
        }

        void await(long nanos) {
            long deadline = Durations.deadline(waiter.nanoTime(), nanos);
            while (!met) {
                if (nanos == Long.MAX_VALUE) {
                    waiter.park(this);
                } else {
                    long time = deadline - waiter.nanoTime();
                    if (time <= 0) {
                        return;
                    }
                    waiter.parkNanos(this, time);
                }
                if (!met) {
                    waiter.checkpoint();
                }
            }
        }
    }

    // ---- stages

    /**
     * Waits for a stage.
     *
     * @param stage the stage
     * @param <T> its result
     * @return its result
     */
    public static <T extends @Nullable Object> T await(CompletionStage<T> stage) {
        var end = new Promise<T>("stage " + stage);
        var _ = stage.whenComplete((result, failure) -> {
            if (failure == null) {
                end.keep(result);
            } else {
                end.breakWith(bare(failure));
            }
        });
        return end.await();
    }

    private static Throwable bare(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }
}
