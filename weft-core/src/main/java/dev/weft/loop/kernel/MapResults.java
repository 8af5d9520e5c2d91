package dev.weft.loop.kernel;

import dev.weft.JobFunction;
import dev.weft.Outcome;
import dev.weft.Pool;
import dev.weft.Results;
import dev.weft.Task;
import dev.weft.TimedOutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The {@code map} of every pool: a window of submitted inputs that the iterating thread moves along. Used by that one
 * thread, apart from the mailbox through which tasks report their end.
 */
final class MapResults<A extends @Nullable Object, R extends @Nullable Object> implements Results<A, R> {
    private static final int LOOK_AHEAD_WITHOUT_LIMIT = 256;

    private record Element<A extends @Nullable Object, R extends @Nullable Object>(
            long index, A input, TaskCore<R> task) {}

    private final Pool pool;
    private final JobFunction<? super A, ? extends R> function;
    private final Iterable<? extends A> inputs;
    private boolean ordered = true;
    private int lookAhead;
    private @Nullable Duration limit;
    private boolean begun;
    private final Set<Task<R>> running = new LinkedHashSet<>();

    MapResults(Pool pool, JobFunction<? super A, ? extends R> function, Iterable<? extends A> inputs) {
        this.pool = pool;
        this.function = function;
        this.inputs = inputs;
        this.lookAhead =
                pool.parallelism() > LOOK_AHEAD_WITHOUT_LIMIT / 2 ? LOOK_AHEAD_WITHOUT_LIMIT : 2 * pool.parallelism();
    }

    @Override
    public Results<A, R> asCompleted() {
        refuseOnceBegun();
        ordered = false;
        return this;
    }

    @Override
    public Results<A, R> lookAhead(int inputs) {
        refuseOnceBegun();
        if (inputs < 1) {
            throw new IllegalArgumentException("the look-ahead must be at least 1 input, and was " + inputs);
        }
        lookAhead = inputs;
        return this;
    }

    @Override
    public Results<A, R> timeout(Duration limit) {
        refuseOnceBegun();
        this.limit = Durations.positive("the time-out of a map", limit);
        return this;
    }

    private void refuseOnceBegun() {
        if (begun) {
            throw new IllegalStateException(
                    "the iteration of this map has begun: its options can no longer change, and it cannot begin"
                            + " again; call map once more");
        }
    }

    @Override
    public Iterator<R> iterator() {
        return begin(element -> element.task().result());
    }

    @Override
    public Iterable<Outcome<A, R>> outcomes() {
        return () -> begin(element -> {
            Throwable problem = element.task().problem();
            return new Outcome<>(
                    element.index(),
                    element.input(),
                    problem == null ? element.task().result() : null,
                    problem);
        });
    }

    @Override
    public List<R> toList() {
        try {
            List<R> all = new ArrayList<>();
            for (R result : this) {
                all.add(result);
            }
            return all;
        } finally {
            close();
        }
    }

    private <E extends @Nullable Object> Iterator<E> begin(Function<Element<A, R>, E> view) {
        refuseOnceBegun();
        begun = true;
        return new Window<>(view);
    }

    @Override
    public void close() {
        begun = true;
        stop("the map was closed");
    }

    private void stop(String reason) {
        running.forEach(task -> task.cancel(reason));
        running.clear();
    }

    private final class Window<E extends @Nullable Object> implements Iterator<E> {
        private final Function<Element<A, R>, E> view;
        private final Iterator<? extends A> source = inputs.iterator();
        private final ArrayDeque<Element<A, R>> window = new ArrayDeque<>();
        private final Mailbox<Element<A, R>> ended = new Mailbox<>();
        private final long deadline;
        private long submitted;
        private long taken;

        /** Nothing more is taken from the source: it has failed, or the time is over. */
        private boolean exhausted;

        /** What the source failed with; thrown behind the results of what came before it. */
        private @Nullable RuntimeException sourceFailure;

        Window(Function<Element<A, R>, E> view) {
            this.view = view;
            this.deadline = limit == null ? 0 : Waiter.current().nanoTime() + limit.toNanos();
            fill();
        }

        private void fill() {
            while (submitted - taken < lookAhead && sourceHasNext()) {
                A input;
                try {
                    input = source.next();
                } catch (RuntimeException e) {
                    sourceFailed(e);
                    return;
                }
                JobFunction<? super A, ? extends R> apply = function;
                var element =
                        new Element<A, R>(submitted, input, (TaskCore<R>) pool.<R>submit(() -> apply.apply(input)));
                submitted++;
                running.add(element.task());
                if (ordered) {
                    window.add(element);
                } else {
                    element.task().whenDone(_ -> ended.put(element));
                }
            }
        }

        private boolean sourceHasNext() {
            try {
                return !exhausted && source.hasNext();
            } catch (RuntimeException e) {
                sourceFailed(e);
                return false;
            }
        }

        private void sourceFailed(RuntimeException failure) {
            exhausted = true;
            sourceFailure = failure;
        }

        @Override
        public boolean hasNext() {
            return taken < submitted || sourceHasNext() || sourceFailure != null;
        }

        @Override
        public E next() {
            if (!hasNext()) {
                throw new NoSuchElementException("all " + taken + " results have been taken");
            }
            fill();
            RuntimeException failure = sourceFailure;
            if (failure != null && taken == submitted) {
                sourceFailure = null;
                throw failure;
            }
            Element<A, R> element = ordered ? awaitFirst() : takeEnded();
            if (element == null) {
                stop("the map did not end within its time-out");
                exhausted = true;
                sourceFailure = null;
                taken = submitted;
                throw new TimedOutException(
                        "the map over pool '" + pool.name() + "' (" + taken + " inputs submitted)",
                        limit == null ? Duration.ZERO : limit);
            }
            taken++;
            running.remove(element.task());
            fill();
            return view.apply(element);
        }

        private @Nullable Element<A, R> takeEnded() {
            Element<A, R> element = ended.take(deadline, limit != null);
            // One that has ended in time may not have been put there yet, by the thread that ended it.
            return element == null && running.stream().anyMatch(Task::isDone) ? ended.take(0, false) : element;
        }

        private @Nullable Element<A, R> awaitFirst() {
            Element<A, R> first = window.getFirst();
            if (limit == null) {
                first.task().join();
            } else if (!first.task().isDone()) {
                Mailbox<Element<A, R>> end = new Mailbox<>();
                first.task().whenDone(_ -> end.put(first));
                if (end.take(deadline, true) == null) {
                    return null;
                }
            }
            return window.removeFirst();
        }
    }
}
