package dev.weft.examples.processes;

import dev.weft.Outcome;
import dev.weft.process.ProcessPool;
import dev.weft.process.WorkerCrashedException;
import dev.weft.process.WorkerOutput;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Maps a function over many inputs that ends the JVM on one of a hundred, as a bug in native code would: each such
 * input fails by itself and is named, and all others have their results.
 *
 * <pre>{@code java ... dev.weft.examples.processes.CrashingFunction [inputs] [workers]}</pre>
 */
public final class CrashingFunction {
    private static final int ONE_IN = 100;
    private static final int SIGSEGV_STATUS = 128 + 11;

    private CrashingFunction() {}

    /**
     * What came out.
     *
     * @param results how many inputs have a result
     * @param wrong how many of those have a wrong one
     * @param crashed the inputs whose worker died
     * @param elapsed how long it took
     */
    public record Report(int results, int wrong, List<Integer> crashed, Duration elapsed) {}

    static int square(int input, boolean crash) {
        if (crash && input % ONE_IN == 0) {
            Runtime.getRuntime().halt(SIGSEGV_STATUS); // ends the process at once, like a fault in native code
        }
        return input * input;
    }

    /**
     * Runs the map.
     *
     * @param pool where
     * @param inputs how many
     * @param crash whether the function crashes at all
     * @return what came out
     */
    public static Report run(ProcessPool pool, int inputs, boolean crash) {
        int results = 0;
        int wrong = 0;
        List<Integer> crashed = new ArrayList<>();
        long begun = System.nanoTime();
        List<Integer> all = IntStream.range(0, inputs).boxed().toList();
        for (Outcome<Integer, Integer> outcome :
                pool.map((Integer i) -> square(i, crash), all).outcomes()) {
            if (outcome.succeeded()) {
                results++;
                wrong += Objects.equals(outcome.result(), outcome.input() * outcome.input()) ? 0 : 1;
            } else if (outcome.failure() instanceof WorkerCrashedException) {
                crashed.add(outcome.input());
            }
        }
        return new Report(results, wrong, crashed, Duration.ofNanos(System.nanoTime() - begun));
    }

    /**
     * Runs the map twice, without crashes and with them.
     *
     * @param arguments how many inputs, how many workers
     */
    public static void main(String[] arguments) {
        int inputs = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10_000;
        int workers = arguments.length > 1
                ? Integer.parseInt(arguments[1])
                : Runtime.getRuntime().availableProcessors();
        try (ProcessPool pool = ProcessPool.builder()
                .workers(workers)
                .output(WorkerOutput.discard())
                .build()) {
            Report calm = run(pool, inputs, false);
            Report crashing = run(pool, inputs, true);
            IO.println("without crashes: " + calm.results() + " results in "
                    + calm.elapsed().toMillis() + " ms");
            IO.println("with crashes:    " + crashing.results() + " results and "
                    + crashing.crashed().size() + " failures in "
                    + crashing.elapsed().toMillis() + " ms, on " + workers + " workers");
            IO.println("a new worker and its lost input cost "
                    + (crashing.elapsed().minus(calm.elapsed()).toMillis()
                            / Math.max(1, crashing.crashed().size()))
                    + " ms each; the inputs that crash: "
                    + crashing.crashed()
                            .subList(0, Math.min(5, crashing.crashed().size())) + " ...");
        }
    }
}
