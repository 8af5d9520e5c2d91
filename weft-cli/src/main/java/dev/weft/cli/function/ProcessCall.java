package dev.weft.cli.function;

import dev.weft.Outcome;
import dev.weft.Task;
import dev.weft.TimedOutException;
import dev.weft.cli.CliException;
import dev.weft.cli.map.input.Input;
import dev.weft.cli.map.run.Call;
import dev.weft.cli.map.run.Captured;
import dev.weft.cli.map.run.Work;
import dev.weft.cluster.ClusterException;
import dev.weft.cluster.ClusterPool;
import dev.weft.process.BatchResults;
import dev.weft.process.ProcessPool;
import dev.weft.process.WorkerCrashedException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Calls a function in worker processes: one that crashes, exits or never ends costs its input and is replaced. */
public final class ProcessCall implements Call.Together {
    /** How many inputs of a slot are with a worker or in line for it, at most. */
    private static final int AHEAD = 512;

    private static final int MOST_WORKERS = 1024;

    private final ProcessPool pool;
    private final FunctionSpec spec;
    private final Work.@Nullable Words words;
    private final int arguments;

    private ProcessCall(ProcessPool pool, FunctionSpec spec, Work.@Nullable Words words, int arguments) {
        this.pool = pool;
        this.spec = spec;
        this.words = words;
        this.arguments = arguments;
    }

    /**
     * Starts workers, and has one load the function.
     *
     * @param spec where it is
     * @param words what its arguments are made of; null for the values of the input
     * @param arguments how many words there are; -1 if there are none
     * @param workers how many workers
     * @param perLoop how many calls at once on the loop of each; 0 for one at a time without a loop
     * @param limit how long a call may take, the wait for a worker not counted; null for any time
     * @param grace how long a call may take to end after it was asked to, before its worker is killed
     * @return the call
     * @throws CliException if it is not there, or no worker can be started
     */
    public static ProcessCall start(
            FunctionSpec spec,
            Work.@Nullable Words words,
            int arguments,
            int workers,
            int perLoop,
            @Nullable Duration limit,
            Duration grace) {
        ProcessPool.Builder builder =
                ProcessPool.builder().workers(workers).name("map").killGrace(grace);
        // Loaded before the first call, whose time does not count that. What goes wrong is said below.
        builder.initializer(new WorkerCall(spec, arguments, null, null, ""));
        if (perLoop > 0) {
            builder.loop(perLoop);
        }
        if (limit != null) {
            builder.taskTimeout(limit);
        }
        return loaded(builder.build(), spec, words, arguments);
    }

    /**
     * Starts workers on several machines, and has one load the function.
     *
     * @param credentials the directory with the credentials of a driver
     * @param spec where the function is, on this machine
     * @param words what its arguments are made of; null for the values of the input
     * @param arguments how many words there are; -1 if there are none
     * @param most how many workers at most
     * @param limit how long a call may take, the wait for a worker not counted; null for any time
     * @param grace how long a call may take to end after it was asked to, before its worker is killed
     * @return the call
     * @throws CliException if it is not there, the cluster cannot be joined, or no worker can be started
     */
    public static ProcessCall startOnCluster(
            Path credentials,
            FunctionSpec spec,
            Work.@Nullable Words words,
            int arguments,
            int most,
            @Nullable Duration limit,
            Duration grace) {
        ClusterPool.Builder builder = ClusterPool.builder(credentials)
                .workers(Math.clamp(most, 1, MOST_WORKERS))
                .name("map")
                .killGrace(grace);
        FunctionSpec there = spec.shipped(builder);
        builder.initializer(new WorkerCall(there, arguments, null, null, ""));
        if (limit != null) {
            builder.taskTimeout(limit);
        }
        try {
            return loaded(builder.build(), there, words, arguments);
        } catch (ClusterException e) {
            throw CliException.failure(String.valueOf(e.getMessage()));
        }
    }

    private static ProcessCall loaded(ProcessPool pool, FunctionSpec spec, Work.@Nullable Words words, int arguments) {
        try {
            Answer loaded = AnswerBytes.read(
                    pool.submit(new WorkerCall(spec, arguments, null, null, "")).await());
            if (loaded.failure() != null) {
                throw CliException.usage(loaded.failure());
            }
            return new ProcessCall(pool, spec, words, arguments);
        } catch (CliException e) {
            pool.closeNow("the function cannot be loaded");
            throw e;
        } catch (RuntimeException e) {
            pool.closeNow("the function cannot be loaded");
            throw CliException.failure("no worker can load " + spec.shown() + ": " + words(e));
        }
    }

    @Override
    public Answer call(Input input, Place place) {
        List<String> texts = words == null ? null : List.copyOf(words.of(input, place.slot()));
        Path spill = place.spill().toAbsolutePath();
        Task<byte[]> task =
                pool.submit(new WorkerCall(spec, arguments, List.copyOf(input.values()), texts, spill.toString()));
        place.onAbort(() -> task.cancel("the time for this input is over, or the run is"));
        try {
            return AnswerBytes.read(task.await());
        } catch (TimedOutException e) {
            place.timeIsOver();
            throw e;
        } catch (WorkerCrashedException e) {
            return crashed(e);
        }
    }

    @Override
    public boolean isOftenShort() {
        return true;
    }

    @Override
    public void call(Iterator<? extends One> calls, Path files) throws IOException {
        Map<Long, One> given = new HashMap<>();
        Iterator<String> inputs = new Iterator<>() {
            private long index;

            @Override
            public boolean hasNext() {
                return calls.hasNext();
            }

            @Override
            public String next() {
                One one = calls.next();
                given.put(index++, one);
                List<String> texts =
                        words == null ? null : words.of(one.input(), one.place().slot());
                return SentInput.write(one.input(), texts);
            }
        };
        try (BatchResults<String, byte[]> results = pool.map(WorkerFunction.of(spec, arguments, files), () -> inputs)
                .asCompleted()) {
            results.lookAhead(AHEAD * pool.parallelism());
            for (Outcome<String, byte[]> outcome : results.outcomes()) {
                One one = Objects.requireNonNull(given.remove(outcome.index()));
                byte[] answer = outcome.result();
                if (answer != null) {
                    AnswerBytes.Timed timed = AnswerBytes.readTimed(answer);
                    one.ended(timed.answer(), timed.began(), timed.nanos());
                } else {
                    one.ended(failure(outcome.failure()));
                }
            }
        }
    }

    private static Answer failure(@Nullable Throwable failure) {
        return switch (failure) {
            case WorkerCrashedException e -> crashed(e);
            case RuntimeException e -> Answer.failed(words(e), 1, Captured.nothing());
            case null, default -> Answer.failed(String.valueOf(failure), 1, Captured.nothing());
        };
    }

    private static Answer crashed(WorkerCrashedException e) {
        return Answer.failed(words(e), e.exitCode() > 0 ? e.exitCode() : 1, Captured.nothing());
    }

    /** Without what the task is called, which says nothing here; in one line. */
    private static String words(RuntimeException e) {
        String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        return message.replaceFirst("^task '[^']*': ", "").replaceFirst(" of pool 'map'", "");
    }

    /** A worker that does not end is killed by its pool. */
    @Override
    public boolean mayStick() {
        return false;
    }

    @Override
    public boolean keepsTime() {
        return true;
    }

    @Override
    public void kill() {
        pool.killWorkers();
    }

    @Override
    public void close() {
        pool.closeNow("the run is over");
    }
}
