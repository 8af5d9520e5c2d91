package dev.weft.process;

import dev.weft.Job;
import dev.weft.JobFunction;
import dev.weft.Pool;
import dev.weft.process.codec.Codec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Pool} whose work runs in worker JVMs on this machine: it may crash, leak, hang or be killed, and costs one
 * task.
 *
 * <pre>{@code
 * try (var pool = ProcessPool.of(4)) {
 *     for (Image image : pool.map(Thumbnails::render, files)) {
 *         save(image);
 *     }
 * }
 * }</pre>
 *
 * <p><b>What can be sent.</b> Work is a {@link dev.weft.Job} or a {@link dev.weft.JobFunction}: a lambda, method
 * reference or object that is serializable by type. It is copied when it is submitted, so that later changes to what it
 * captured do not reach the worker. What it captures and what it returns must be serializable too; where that fails,
 * the task fails with a {@link TransferException} that names the field. A result may be made of the usual classes of
 * {@code java.lang}, {@code java.util}, {@code java.time} and {@code java.math}, of arrays, enums, records and
 * exceptions, and of classes whose first two package names are those of a class that was sent; anything else must be
 * {@linkplain Builder#allow allowed}. Static fields, open files and other state of this JVM are not there in a worker.
 *
 * <p><b>Workers</b> are started when the pool is opened, or on demand where they may
 * {@linkplain Builder#idleTimeout leave when idle}. They run one task at a time, each in the same thread, and are
 * replaced when they end. They have the class path or module path of this JVM and those of its flags that change what
 * code can do, such as {@code --add-opens}.
 *
 * <p><b>Failures.</b> What the work throws fails its task, as the same exception where it can be rebuilt and as a
 * {@link RemoteFailureException} otherwise; a {@link RemoteTrace} among the suppressed exceptions names the worker. A
 * worker that ends while it runs a task, by a signal, {@code System.exit}, a fatal error or lack of memory, fails that
 * task with a {@link WorkerCrashedException}; tasks that were with it and had not started go to other workers. The task
 * itself is not run again, unless it was submitted through {@link #retrying}. If no worker can be started, all tasks
 * fail with a {@link BrokenPoolException}.
 *
 * <p><b>Cancelling</b> a task that has not started keeps it from running. A running one is interrupted; if it has not
 * ended after the {@linkplain Builder#killGrace grace period}, its worker is killed and replaced.
 *
 * <p>No worker outlives this JVM, however that ends. Submitting never waits for a worker. Functions given to
 * {@link dev.weft.Task#whenDone} are called by a thread that also serves a worker and must be short.
 */
public interface ProcessPool extends Pool {
    /**
     * Opens a pool with the default settings.
     *
     * @param workers how many worker JVMs, from 1 to 1,024
     * @return the pool
     * @throws IllegalArgumentException if {@code workers} is out of range
     * @throws java.io.UncheckedIOException if the directory for the pool's socket cannot be made
     */
    static ProcessPool of(int workers) {
        return builder().workers(workers).build();
    }

    /**
     * {@return a builder with the default settings}
     */
    static Builder builder() {
        return new Builder();
    }

    /**
     * {@inheritDoc}
     *
     * <p>Several inputs travel as one message, as many as take a worker about a millisecond; see {@link BatchResults}.
     * The function is copied when the iteration begins, and inputs of one message share a copy of it. Inputs are taken
     * from the source ahead of the iteration by about two such messages for each worker, unless
     * {@link BatchResults#lookAhead} says otherwise.
     */
    @Override
    <A extends @Nullable Object, R extends @Nullable Object> BatchResults<A, R> map(
            JobFunction<? super A, ? extends R> function, Iterable<? extends A> inputs);

    /**
     * {@return the pool of this JVM that has the default settings and is shared by all who ask for it} It is opened by
     * the first; see {@link Builder#shared}.
     *
     * @throws java.io.UncheckedIOException if the directory for the pool's socket cannot be made
     */
    static ProcessPool shared() {
        return builder().shared();
    }

    /**
     * Gives a view of this pool whose tasks, and inputs of maps, are run again if the worker that ran them died: for
     * work that may be done more than once (idempotent work).
     *
     * <pre>{@code
     * Task<Report> report = pool.retrying(2).submit(() -> render(order));
     * }</pre>
     *
     * <p>Nothing else is retried: not what the work throws, not what is cancelled, and not what is killed because its
     * time was over. A task that has ended {@code times + 1} workers fails with a {@link WorkerCrashedException} that
     * names them all. In between it waits behind the other tasks. The view has no state of its own; closing it closes
     * this pool.
     *
     * @param times how often a task may be run again, at least 0
     * @return the view
     * @throws IllegalArgumentException if {@code times} is negative
     */
    ProcessPool retrying(int times);

    /**
     * Changes the number of workers, and with it the {@link #parallelism}. Where it grows, workers are started; where
     * it shrinks, idle workers end at once, and others when they have ended the task that they run, while what is in
     * line behind that goes to those that stay. Heap and processors of workers stay as they were shared out when the
     * pool was opened. Does not wait. Any thread; without effect on a closed pool.
     *
     * @param workers from 1 to 1,024
     * @throws IllegalArgumentException if {@code workers} is out of range
     */
    void resize(int workers);

    /**
     * Stops accepting work, waits until all accepted work has ended, but not longer than a limit, then cancels the rest
     * as {@link #closeNow} does, and releases everything. If the waiting task is cancelled or the waiting thread
     * interrupted, the rest is cancelled at that moment.
     *
     * @param limit how long the work may go on, zero or more; the {@linkplain Builder#killGrace grace} comes on top of
     *     it
     * @return whether all work had ended in time
     * @throws IllegalArgumentException if {@code limit} is negative
     */
    boolean close(Duration limit);

    /**
     * Ends all workers as by SIGTERM, so that their shutdown hooks run, and closes this pool: what runs and what waits
     * ends as cancelled, and no worker is started any more. A worker that has not ended after the
     * {@linkplain Builder#killGrace grace} is killed. Does not wait; {@link #close} does. Idempotent, and harmless on a
     * pool that is broken or closed.
     */
    void terminateWorkers();

    /**
     * Kills all workers at once, as by SIGKILL, and closes this pool: what runs and what waits ends as cancelled, and
     * no worker is started any more. Does not wait; {@link #close} does. Idempotent, and harmless on a pool that is
     * broken or closed.
     */
    void killWorkers();

    /**
     * {@return the worker processes that there are now, in the order of their start; a snapshot}
     */
    List<WorkerStatus> workers();

    /** Settings of a pool to be opened. Not thread-safe; may be used again after {@link #build}. */
    final class Builder {
        private static final int MOST_WORKERS = 1024;
        private static final int MOST_PER_LOOP = 1 << 16;
        private static final long LEAST_HEAP = 16L << 20;
        private static final long LEAST_MEMORY = 64L << 20;

        private int workers = Math.min(Runtime.getRuntime().availableProcessors(), MOST_WORKERS);
        private String name = "processes";
        private long heap;
        private List<String> jvmArgs = List.of();
        private Map<String, String> environment = Map.of();
        private Duration killGrace = Duration.ofSeconds(1);
        private WorkerOutput output = WorkerOutput.toStandardError();
        private final List<String> allowed = new ArrayList<>();
        private @Nullable Duration taskTimeout;
        private int tasksPerWorker;
        private long memoryPerWorker;
        private @Nullable Duration idleTimeout;
        private int minWorkers;
        private int tasksPerLoop;
        private @Nullable Codec codec;
        private @Nullable Frame initializer;

        Builder() {}

        /**
         * Sets the number of worker JVMs; by default that of the processors.
         *
         * @param workers from 1 to 1,024
         * @return this
         * @throws IllegalArgumentException if {@code workers} is out of range
         */
        public Builder workers(int workers) {
            checkWorkers(workers);
            this.workers = workers;
            return this;
        }

        static void checkWorkers(int workers) {
            if (workers < 1 || workers > MOST_WORKERS) {
                throw new IllegalArgumentException("a process pool needs 1 to " + MOST_WORKERS
                        + " workers, and was given " + workers + "; one for each processor ("
                        + Runtime.getRuntime().availableProcessors() + " here) is the usual number");
            }
        }

        /**
         * Sets the most heap of each worker. By default the workers together get as much as this JVM may use, but each
         * at least 256 MiB.
         *
         * @param bytes at least 16 MiB
         * @return this
         * @throws IllegalArgumentException if {@code bytes} is too small
         */
        public Builder heap(long bytes) {
            if (bytes < LEAST_HEAP) {
                throw new IllegalArgumentException("a worker needs a heap of at least 16 MiB, and was given " + bytes
                        + " bytes; heap(\"256m\") sets 256 MiB");
            }
            heap = bytes;
            return this;
        }

        /**
         * Sets the most heap of each worker, in words such as {@code "256m"} or {@code "2g"}.
         *
         * @param size a whole number and one of {@code k}, {@code m}, {@code g}
         * @return this
         * @throws IllegalArgumentException if {@code size} is not such a word, or is less than 16 MiB
         */
        public Builder heap(String size) {
            return heap(HeapSize.parse(size));
        }

        /**
         * Sets more flags for the worker JVMs; they come after those of Weft, so that they win.
         *
         * @param flags one flag each, such as {@code "-Dreports=/var/tmp"} or {@code "-XX:+UseParallelGC"}
         * @return this
         */
        public Builder jvmArgs(String... flags) {
            jvmArgs = List.of(flags);
            return this;
        }

        /**
         * Sets environment variables of the workers, beside those of this JVM.
         *
         * @param variables names and values
         * @return this
         */
        public Builder environment(Map<String, String> variables) {
            environment = Map.copyOf(new LinkedHashMap<>(variables));
            return this;
        }

        /**
         * Names the pool, for messages and the names of tasks and threads; by default {@code "processes"}.
         *
         * @param name the name
         * @return this
         */
        public Builder name(String name) {
            this.name = Objects.requireNonNull(name, "name");
            return this;
        }

        /**
         * Sets how long a cancelled task may go on, and a worker that is told to end may take, before the process is
         * killed; by default one second.
         *
         * @param grace zero or more
         * @return this
         * @throws IllegalArgumentException if {@code grace} is negative
         */
        public Builder killGrace(Duration grace) {
            if (grace.isNegative()) {
                throw new IllegalArgumentException(
                        "the grace before a worker is killed must not be negative, and was " + grace);
            }
            killGrace = grace;
            return this;
        }

        /**
         * Sets where the lines that workers print go; by default all to the standard error of this JVM, so that its
         * standard output stays its own.
         *
         * @param output receives the lines
         * @return this
         */
        public Builder output(WorkerOutput output) {
            this.output = Objects.requireNonNull(output, "output");
            return this;
        }

        /**
         * Allows more classes in results and exceptions that come back from workers; see {@link ProcessPool} for those
         * that always are. A worker that has been taken over could send any allowed class to this JVM, so allow data,
         * and no class that acts when it is read.
         *
         * @param classes names of classes ({@code com.acme.Report}), of all classes of a package ({@code com.acme.*}),
         *     or of a package and those below ({@code com.acme.**})
         * @return this
         * @throws IllegalArgumentException if a name is malformed
         */
        public Builder allow(String... classes) {
            for (String pattern : classes) {
                allowed.add(ResultFilter.checkedPattern(pattern));
            }
            return this;
        }

        /**
         * Limits how long each task, or each input of a map, may run. When the time is over, the task is interrupted;
         * if it has not ended after the {@linkplain #killGrace grace}, its worker is killed and replaced. Either way it
         * fails with a {@link dev.weft.TimedOutException}, unless it ends with a result in spite of the interrupt. The
         * time while it waits for a worker does not count, nor, for the first work of a fresh worker, up to 10 s in
         * which that loads the classes of the work. No limit by default.
         *
         * @param limit more than zero; precise to some milliseconds
         * @return this
         * @throws IllegalArgumentException if {@code limit} is not positive
         */
        public Builder taskTimeout(Duration limit) {
            if (limit.isNegative() || limit.isZero()) {
                throw new IllegalArgumentException("the time-out of a task must be more than zero, and was " + limit);
            }
            taskTimeout = limit;
            return this;
        }

        /**
         * Replaces each worker when it has run so many tasks, for code that leaks. Inputs of a map count as tasks. No
         * limit by default.
         *
         * @param tasks at least 1
         * @return this
         * @throws IllegalArgumentException if {@code tasks} is less than 1
         */
        public Builder tasksPerWorker(int tasks) {
            if (tasks < 1) {
                throw new IllegalArgumentException(
                        "a worker must be allowed at least 1 task before it is replaced, and was allowed " + tasks);
            }
            tasksPerWorker = tasks;
            return this;
        }

        /**
         * Replaces each worker whose process has more resident memory than this when it has ended a task, for code that
         * leaks: native memory too, which no limit of the heap sees. It is looked at once a second at most. A worker
         * that is over the limit first collects its garbage, and is replaced if it is still over it; it ends the tasks
         * that it has. No limit by default. A worker at rest has some 40 MB; a limit below the {@linkplain #heap heap}
         * also finds what leaks there before it costs a task with an OutOfMemoryError.
         *
         * @param bytes at least 64 MiB
         * @return this
         * @throws IllegalArgumentException if {@code bytes} is too small
         * @throws UnsupportedOperationException if the system does not tell (only Linux does, in {@code /proc})
         */
        public Builder memoryPerWorker(long bytes) {
            if (bytes < LEAST_MEMORY) {
                throw new IllegalArgumentException("a worker must be allowed at least 64 MiB of memory before it is"
                        + " replaced, since a JVM at rest has some 40 MB, and was allowed " + bytes
                        + " bytes; memoryPerWorker(\"512m\") sets 512 MiB");
            }
            if (!MemoryWatch.isPossible()) {
                throw new UnsupportedOperationException(
                        "memoryPerWorker needs /proc/<pid>/status, which this system does"
                                + " not have; tasksPerWorker(n) replaces workers after n tasks everywhere");
            }
            memoryPerWorker = bytes;
            return this;
        }

        /**
         * Sets the limit of {@link #memoryPerWorker(long)} in words such as {@code "512m"} or {@code "2g"}.
         *
         * @param size a whole number and one of {@code k}, {@code m}, {@code g}
         * @return this
         * @throws IllegalArgumentException if {@code size} is not such a word, or is less than 64 MiB
         * @throws UnsupportedOperationException if the system does not tell
         */
        public Builder memoryPerWorker(String size) {
            return memoryPerWorker(HeapSize.parse(size));
        }

        /**
         * Lets workers end that have been idle for so long, down to {@link #minWorkers}, and starts workers only when
         * there is work for them. By default all workers are started when the pool is opened, and stay.
         *
         * @param limit more than zero
         * @return this
         * @throws IllegalArgumentException if {@code limit} is not positive
         */
        public Builder idleTimeout(Duration limit) {
            if (limit.isNegative() || limit.isZero()) {
                throw new IllegalArgumentException(
                        "the time after which an idle worker ends must be more than zero, and was " + limit);
            }
            idleTimeout = limit;
            return this;
        }

        /**
         * Sets how many workers are started with the pool and stay however long they are idle, where there is an
         * {@link #idleTimeout}; by default none.
         *
         * @param workers at least 0
         * @return this
         * @throws IllegalArgumentException if {@code workers} is negative
         */
        public Builder minWorkers(int workers) {
            if (workers < 0) {
                throw new IllegalArgumentException("at least 0 workers stay when idle, and not " + workers);
            }
            minWorkers = workers;
            return this;
        }

        /**
         * Sets what each worker runs before its first task, in the thread of the tasks; what it leaves in static fields
         * is there for them. A worker whose initializer throws ends, and is tried again; if that goes on, the pool is
         * broken, as by workers that cannot be started, and all tasks fail with a {@link BrokenPoolException} that has
         * the stack trace.
         *
         * @param work the work; its result is dropped. It is copied now
         * @return this
         * @throws TransferException if it cannot be serialized
         */
        public Builder initializer(Job<?> work) {
            var encoder = new Encoder(Encoder.MOST_BYTES, null);
            byte kind = encoder.encodeWork(work);
            initializer = new Frame(Frame.INITIALIZE, kind, 0, encoder.bytes(), encoder.length());
            return this;
        }

        /**
         * Sets how objects become bytes; by default by JDK serialization. What may come back from workers is the same
         * with every codec.
         *
         * @param codec the codec, such as a {@link dev.weft.process.codec.ForyCodec}; its class has a public
         *     constructor without parameters, by which each worker makes its own
         * @return this
         * @throws IllegalArgumentException if the class has no such constructor
         */
        public Builder codec(Codec codec) {
            CodecClass.check(codec);
            this.codec = codec;
            return this;
        }

        /**
         * Gives each worker an event loop, on which it runs many tasks at once: coroutines, over several processes. A
         * task may then wait (sleep, start groups, use sockets and locks) without holding up its neighbours; one that
         * computes for long holds up all of its worker.
         *
         * <p>All else is as with a pool without loops, with these differences. A {@link Pool#map map} runs each input
         * as a coroutine of its own, with a look-ahead of twice {@link Pool#parallelism}: batches have no use here. A
         * worker that ends costs all tasks that it had begun. Cancelling, and the end of the
         * {@linkplain #taskTimeout time-out}, raise {@link dev.weft.Cancelled} in the coroutine. If it has not ended
         * after the {@linkplain #killGrace grace}, then it is given up: its task ends all the same, its worker gets no
         * more tasks and is killed once the others have ended. A worker whose loop is held up (so that nobody could end
         * it) is killed with all that it runs.
         *
         * @param tasksPerLoop how many tasks each worker runs at once, from 1 to 65,536
         * @return this
         * @throws IllegalArgumentException if it is out of range
         */
        public Builder loop(int tasksPerLoop) {
            if (tasksPerLoop < 1 || tasksPerLoop > MOST_PER_LOOP) {
                throw new IllegalArgumentException(
                        "a loop runs 1 to " + MOST_PER_LOOP + " tasks at once, and was given " + tasksPerLoop
                                + "; some hundreds are usual where they mostly wait");
            }
            this.tasksPerLoop = tasksPerLoop;
            return this;
        }

        /**
         * Opens the pool; its workers start in the background.
         *
         * @return the pool
         * @throws java.io.UncheckedIOException if the directory for the pool's socket cannot be made; the message says
         *     where and why
         * @throws IllegalStateException if the JVM is shutting down, something is missing that the codec needs, or
         *     {@link #minWorkers} does not go with the other settings
         */
        public ProcessPool build() {
            return WorkerPool.open(settings());
        }

        /**
         * Gives the pool of this JVM that has these settings, for callers that do not know of each other and would each
         * open one. The first call opens it; later calls with equal settings get the same one, unless it was closed or
         * is broken, in which case it is replaced. Its workers leave after 10 s without work, unless
         * {@link #idleTimeout} says otherwise. It need not be closed: an unused one holds a directory and a thread, and
         * it ends with this JVM.
         *
         * @return the pool
         * @throws java.io.UncheckedIOException as {@link #build}
         * @throws IllegalStateException as {@link #build}
         */
        public ProcessPool shared() {
            Duration before = idleTimeout;
            try {
                if (idleTimeout == null) {
                    idleTimeout = SharedPools.IDLE;
                }
                return SharedPools.get(settings());
            } finally {
                idleTimeout = before;
            }
        }

        /** {@return the heap that was asked for, or 0} */
        long chosenHeap() {
            return heap;
        }

        PoolSettings settings() {
            if (minWorkers > workers || (minWorkers > 0 && idleTimeout == null)) {
                throw new IllegalStateException("minWorkers(" + minWorkers + ") needs "
                        + (minWorkers > workers
                                ? "at least as many workers, and there are to be " + workers
                                : "idleTimeout(...), without which all workers stay"));
            }
            long share = Math.max(256L << 20, Runtime.getRuntime().maxMemory() / workers);
            return new PoolSettings(
                    name,
                    workers,
                    heap == 0 ? share : heap,
                    jvmArgs,
                    environment,
                    killGrace,
                    output,
                    List.copyOf(allowed),
                    taskTimeout,
                    tasksPerWorker,
                    memoryPerWorker,
                    idleTimeout,
                    minWorkers,
                    tasksPerLoop,
                    codec,
                    initializer,
                    false);
        }
    }
}
