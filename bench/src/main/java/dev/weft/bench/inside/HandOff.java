package dev.weft.bench.inside;

import dev.weft.TaskGroup;
import dev.weft.Weft;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;

/** Two coroutines of one loop that take turns; an operation is one switch. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HandOff {
    private static final int SWITCHES = 100_000;

    /** By parking and unparking, as all blocking classes of the JDK do it. */
    @Benchmark
    @OperationsPerInvocation(SWITCHES)
    public void parkAndUnpark() {
        Weft.run(() -> {
            var players = new @Nullable Thread[2];
            var turn = new int[1];
            try (var group = TaskGroup.open()) {
                for (int player = 0; player < 2; player++) {
                    int me = player;
                    group.spawn(() -> {
                        players[me] = Thread.currentThread();
                        for (int i = 0; i < SWITCHES / 2; i++) {
                            while (turn[0] != me) {
                                LockSupport.park();
                            }
                            turn[0] = 1 - me;
                            LockSupport.unpark(players[1 - me]);
                        }
                    });
                }
                group.join();
            }
        });
    }

    /** By sleeping for no time, one pass of the loop. */
    @Benchmark
    @OperationsPerInvocation(SWITCHES)
    public void sleepZero() {
        Weft.run(() -> {
            try (var group = TaskGroup.open()) {
                for (int player = 0; player < 2; player++) {
                    group.spawn(() -> {
                        for (int i = 0; i < SWITCHES / 2; i++) {
                            Weft.sleep(Duration.ZERO);
                        }
                    });
                }
                group.join();
            }
        });
    }
}
