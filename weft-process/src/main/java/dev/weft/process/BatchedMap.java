package dev.weft.process;

import dev.weft.JobFunction;
import dev.weft.Outcome;
import dev.weft.TimedOutException;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The {@code map} of process pools: a window of inputs that the iterating thread moves along, in {@link Batch batches}.
 *
 * <p>The iterating thread takes inputs, encodes them, and takes results. Keepers of workers tell it through
 * {@link #ended} that some have come. It waits for them with an {@link Arrival}: it publishes one, looks again, and
 * waits; who ends elements does that first and then looks for one.
 */
final class BatchedMap<A extends @Nullable Object, R extends @Nullable Object>
        implements BatchResults<A, R>, Batch.Taker {
    private static final int MOST_INPUTS = 1 << 16;
    private static final AtomicLong NUMBERS = new AtomicLong();

    /** Some elements of a batch that have ended. */
    private record Ended(Batch batch, int from, int to) {}

    private final WorkerPool pool;
    private final Paces.Pace pace;
    private final JobFunction<? super A, ? extends R> function;
    private final Iterable<? extends A> inputs;
    private final String name;
    private final int retries;

    private boolean ordered = true;
    private int lookAhead;
    private int fixedBatch;
    private @Nullable Duration limit;
    private boolean begun;
    private Duration progressEvery = Duration.ZERO;
    private @Nullable Consumer<? super Progress> progressHook;
    private final LongAdder succeeded = new LongAdder();
    private final LongAdder failed = new LongAdder();
    /** When the iteration began, or 0; read by who asks for progress. */
    private volatile long beganAt;
    /** How many inputs there are, or -1. */
    private volatile long total = -1;

    /** What has been submitted and not taken to its end, in order. The iterating thread only. */
    private final ArrayDeque<Batch> window = new ArrayDeque<>();
    /** What is being filled, or was. */
    private @Nullable OpenBatch open;
    /** Without order: what has ended. */
    private final ConcurrentLinkedQueue<Ended> ended = new ConcurrentLinkedQueue<>();
    /** For whom the iterating thread waits, with order. */
    private volatile @Nullable Batch awaited;

    private volatile @Nullable Arrival arrival;

    BatchedMap(
            WorkerPool pool,
            Paces.Pace pace,
            JobFunction<? super A, ? extends R> function,
            Iterable<? extends A> inputs,
            int retries) {
        this.retries = retries;
        this.pool = pool;
        this.pace = pace;
        this.function = function;
        this.inputs = inputs;
        this.name = pool.name() + "-map-" + NUMBERS.incrementAndGet();
    }

    @Override
    public BatchResults<A, R> asCompleted() {
        refuseOnceBegun();
        ordered = false;
        return this;
    }

    @Override
    public BatchResults<A, R> lookAhead(int inputs) {
        refuseOnceBegun();
        if (inputs < 1) {
            throw new IllegalArgumentException("the look-ahead must be at least 1 input, and was " + inputs);
        }
        lookAhead = inputs;
        return this;
    }

    @Override
    public BatchResults<A, R> batch(int inputs) {
        refuseOnceBegun();
        if (inputs < 1 || inputs > MOST_INPUTS) {
            throw new IllegalArgumentException(
                    "a batch has 1 to " + MOST_INPUTS + " inputs, and was to have " + inputs);
        }
        fixedBatch = inputs;
        return this;
    }

    @Override
    public BatchResults<A, R> timeout(Duration limit) {
        refuseOnceBegun();
        if (limit.isNegative() || limit.isZero()) {
            throw new IllegalArgumentException("the time-out of a map must be more than zero, and was " + limit);
        }
        this.limit = limit;
        return this;
    }

    @Override
    public BatchResults<A, R> onProgress(Duration every, Consumer<? super Progress> hook) {
        refuseOnceBegun();
        if (every.isNegative() || every.isZero()) {
            throw new IllegalArgumentException(
                    "the time between two calls for progress must be more than zero, and was " + every);
        }
        progressEvery = every;
        progressHook = Objects.requireNonNull(hook, "hook");
        return this;
    }

    @Override
    public Progress progress() {
        long lost = failed.sum();
        long began = beganAt;
        return new Progress(
                succeeded.sum() + lost,
                lost,
                total,
                began == 0 ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - began));
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
        return begin(false);
    }

    @Override
    public Iterable<Outcome<A, R>> outcomes() {
        return () -> begin(true);
    }

    private <E extends @Nullable Object> Iterator<E> begin(boolean outcomes) {
        refuseOnceBegun();
        begun = true;
        return new Window<>(outcomes);
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

    @Override
    public void close() {
        begun = true;
        stop("the map was closed");
    }

    private void stop(String reason) {
        OpenBatch filling = open;
        if (filling != null) {
            filling.drop();
        }
        for (Batch batch : window) {
            BatchPart submitted = batch.first;
            if (submitted != null) {
                submitted.cancel(reason);
            }
        }
        window.clear();
    }

    // --- Called by those who end elements

    @Override
    public void ended(Batch batch, int from, int to) {
        if (!ordered) {
            ended.add(new Ended(batch, from, to));
        }
        VarHandle.fullFence(); // the ends first, then the look for one who waits
        if (ordered && awaited != batch) {
            return;
        }
        Arrival waiting = arrival;
        if (waiting != null) {
            waiting.come();
        }
    }

    @Override
    public int retries() {
        return retries;
    }

    @Override
    public void counted(int good, int bad) {
        if (good > 0) {
            succeeded.add(good);
        }
        if (bad > 0) {
            failed.add(bad);
        }
    }

    @Override
    public void measured(long nanos, int elements) {
        pace.measured(nanos, elements);
    }

    /** The iteration, by one thread. */
    private final class Window<E extends @Nullable Object> implements Iterator<E> {
        /**
         * How long a batch should take. Messages cost both JVMs processor time, most of all while those have not
         * compiled what a message needs; results do not wait for the end of a batch, and an idle worker is given what
         * another has not begun.
         */
        private static final long TARGET_NANOS = 10_000_000;

        private static final int MOST_IN_A_BATCH = 4096;
        private static final int MOST_BYTES = 1 << 16;

        private final boolean outcomes;
        private final Iterator<? extends A> source;
        /** How many inputs there are still, or -1. */
        private long remaining;

        private final FunctionBytes functionBytes =
                FunctionBytes.of(function, pool.encoder().share(null));
        private final long deadline;

        private long submitted;
        private long taken;
        /** How many bytes an input takes. */
        private double inputBytes = 1;

        private boolean exhausted;
        private @Nullable RuntimeException sourceFailure;
        /** Without order: what has ended and is being taken. */
        private @Nullable Ended run;

        private int runAt;

        private long reportAt;
        private boolean reportedEnd;

        Window(boolean outcomes) {
            beganAt = System.nanoTime();
            reportAt = beganAt + Timers.nanos(progressEvery);
            this.outcomes = outcomes;
            this.source = inputs.iterator();
            this.remaining = inputs instanceof Collection<?> collection ? collection.size() : -1;
            total = remaining;
            Duration most = limit;
            this.deadline = most == null ? 0 : System.nanoTime() + Timers.nanos(most);
            fill();
        }

        /** {@return how many batches are to be under way; the pool may be resized meanwhile} */
        private int lines() {
            return 2 * pool.parallelism();
        }

        /** {@return how many inputs the next batch is to have} */
        private int planned() {
            if (pool.settings().tasksPerLoop() > 0) {
                return 1; // each is a coroutine of its own
            }
            int lines = lines();
            int size = fixedBatch;
            if (size == 0) {
                size = Math.min(pace.inputsIn(TARGET_NANOS), MOST_IN_A_BATCH);
                if (submitted < (long) lines * size) {
                    // The first ones are small, so that every worker has one soon.
                    size = (int) Math.min(size, Math.max(1, 16 + submitted / 2));
                }
                if (remaining >= 0) {
                    size = (int) Math.min(size, Math.ceilDiv(remaining, lines));
                }
                size = (int) Math.min(size, MOST_BYTES / inputBytes);
            }
            if (pool.settings().tasksPerWorker() > 0) {
                size = Math.min(size, pool.settings().tasksPerWorker());
            }
            if (lookAhead > 0) {
                size = Math.min(size, lookAhead / lines);
            }
            return Math.max(1, size);
        }

        private void fill() {
            while (!exhausted) {
                long waiting = submitted - taken;
                int size = planned();
                long most = lookAhead > 0 ? lookAhead : (long) lines() * size;
                if (waiting + size > most || !sourceHasNext()) {
                    break;
                }
                fillOne(size);
            }
        }

        private void fillOne(int size) {
            var batch = new OpenBatch(BatchedMap.this, pool, name, submitted, functionBytes, size);
            open = batch;
            try {
                do {
                    A input;
                    try {
                        input = source.next();
                    } catch (RuntimeException e) {
                        sourceFailed(e);
                        break;
                    }
                    if (!take(input, size)) {
                        break;
                    }
                } while (open != null && open.hasRoom() && sourceHasNext());
            } finally {
                OpenBatch last = open;
                open = null;
                if (last != null) {
                    last.finish(window);
                }
            }
        }

        /** Adds an input to the open batch, or to one behind it; false if it went elsewhere. */
        private boolean take(A input, int size) {
            remaining--;
            OpenBatch batch = open;
            if (batch == null) {
                throw new AssertionError("no batch is open");
            }
            int bytes = batch.add(input, MOST_BYTES);
            if (bytes == OpenBatch.NO_ROOM) {
                batch.finish(window);
                batch = new OpenBatch(BatchedMap.this, pool, name, submitted, functionBytes, size);
                open = batch;
                bytes = batch.add(input, Integer.MAX_VALUE);
            }
            submitted++;
            inputBytes += (bytes - inputBytes) / 8;
            return bytes < MOST_BYTES / 2;
        }

        private boolean sourceHasNext() {
            try {
                if (!exhausted && source.hasNext()) {
                    return true;
                }
                total = submitted; // all of them, since inputs are counted when they are taken
                return false;
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
            if (taken < submitted || sourceHasNext() || sourceFailure != null) {
                return true;
            }
            if (!reportedEnd) {
                reportedEnd = true;
                report();
            }
            return false;
        }

        private void report() {
            Consumer<? super Progress> hook = progressHook;
            if (hook != null) {
                hook.accept(progress());
                reportAt = System.nanoTime() + Timers.nanos(progressEvery);
            }
        }

        private void reportIfDue() {
            if (progressHook != null && System.nanoTime() - reportAt >= 0) {
                report();
            }
        }

        @Override
        public E next() {
            if (taken == submitted) {
                if (!hasNext()) {
                    throw new NoSuchElementException("all " + taken + " results have been taken");
                }
                fill();
                RuntimeException failure = sourceFailure;
                if (failure != null && taken == submitted) {
                    sourceFailure = null;
                    throw failure;
                }
            }
            return ordered ? nextInOrder() : nextEnded();
        }

        private E nextInOrder() {
            Batch batch = window.getFirst();
            int element = batch.taken;
            Object end = batch.end(element);
            if (end == null) {
                end = awaitEnd(batch, element);
            }
            return took(batch, element, end);
        }

        private Object awaitEnd(Batch batch, int element) {
            awaited = batch;
            try {
                while (true) {
                    Arrival coming = new Arrival(name);
                    arrival = coming;
                    Object end = batch.end(element);
                    if (end != null) {
                        return end;
                    }
                    await(coming);
                }
            } finally {
                arrival = null;
                awaited = null;
            }
        }

        private void await(Arrival coming) {
            while (!coming.await(patience())) {
                if (limit == null || deadline - System.nanoTime() > 0) {
                    reportIfDue();
                    continue;
                }
                stop("the map did not end within its time-out");
                exhausted = true;
                sourceFailure = null;
                taken = submitted;
                throw new TimedOutException(
                        "the map over pool '" + pool.name() + "' (" + submitted + " inputs submitted)",
                        limit == null ? Duration.ZERO : limit);
            }
        }

        /** {@return how long to wait until there is something else to do} */
        private long patience() {
            long left = limit == null ? Long.MAX_VALUE : deadline - System.nanoTime();
            return progressHook == null ? left : Math.min(left, Math.max(0, reportAt - System.nanoTime()));
        }

        private E nextEnded() {
            while (true) {
                Ended current = run;
                if (current == null) {
                    current = awaitSome();
                    run = current;
                    runAt = current.from();
                }
                int element = runAt++;
                if (runAt >= current.to()) {
                    run = null;
                }
                Object end = current.batch().takeEnd(element);
                if (end != null) { // otherwise it was said twice, as where a cancelled element had ended
                    return took(current.batch(), element, end);
                }
            }
        }

        private Ended awaitSome() {
            Ended some = ended.poll();
            try {
                while (some == null) {
                    Arrival coming = new Arrival(name);
                    arrival = coming;
                    some = ended.poll();
                    if (some == null) {
                        await(coming);
                        some = ended.poll();
                    }
                }
                return some;
            } finally {
                arrival = null;
            }
        }

        private E took(Batch batch, int element, Object end) {
            taken++;
            if (++batch.taken == batch.size()) {
                if (ordered) {
                    window.removeFirst();
                } else {
                    window.remove(batch);
                }
            }
            fill();
            reportIfDue();
            return view(batch, element, end);
        }

        @SuppressWarnings({"unchecked", "NullAway"}) // what the function returned, and the caller says what that is
        private E view(Batch batch, int element, Object end) {
            Object value = end == Batch.NULL || end instanceof Batch.Problem ? null : end;
            if (!outcomes) {
                return end instanceof Batch.Problem problem ? (E) problem.result() : (E) value;
            }
            Throwable problem = end instanceof Batch.Problem failed ? failed.problem() : null;
            return (E) new Outcome<>(batch.firstIndex + element, (A) batch.input(element), (R) value, problem);
        }
    }
}
