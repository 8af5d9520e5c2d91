package dev.weft.bench.inside;

import dev.weft.TaskGroup;
import dev.weft.Weft;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Deadlines, beside a number of coroutines that sleep meanwhile and make the timer heap deep. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Timers {
    private static final int BLOCKS = 100_000;

    /** How many others sleep. */
    @Param({"0", "1000"})
    public int sleepers;

    /** A block with a time-out that it does not reach. */
    @Benchmark
    @OperationsPerInvocation(BLOCKS)
    public void timeoutNotReached() {
        Weft.run(() -> {
            try (var group = TaskGroup.open()) {
                for (int i = 0; i < sleepers; i++) {
                    group.spawn(() -> Weft.sleep(Duration.ofHours(1)));
                }
                Weft.sleep(Duration.ZERO);
                Duration limit = Duration.ofMinutes(1);
                for (int i = 0; i < BLOCKS; i++) {
                    Weft.withTimeout(limit, () -> {});
                }
                group.cancel("all is measured");
            }
        });
    }
}
