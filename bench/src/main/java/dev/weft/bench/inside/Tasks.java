package dev.weft.bench.inside;

import dev.weft.Task;
import dev.weft.TaskGroup;
import dev.weft.Weft;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;

/** The life of tasks on one loop. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Tasks {
    private static final int TASKS = 10_000;

    /** Tasks that never suspend: started all together, awaited one by one. */
    @Benchmark
    @OperationsPerInvocation(TASKS)
    public long spawnAllThenAwait() {
        return Weft.run(() -> {
            try (var group = TaskGroup.open()) {
                List<Task<Integer>> tasks = new ArrayList<>(TASKS);
                for (int i = 0; i < TASKS; i++) {
                    int value = i;
                    tasks.add(group.spawn(() -> value));
                }
                long total = 0;
                for (Task<Integer> task : tasks) {
                    total += task.await();
                }
                return total;
            }
        });
    }

    /** Each awaited before the next is started: two switches. */
    @Benchmark
    @OperationsPerInvocation(TASKS)
    public long spawnAndAwait() {
        return Weft.run(() -> {
            try (var group = TaskGroup.open()) {
                long total = 0;
                for (int i = 0; i < TASKS; i++) {
                    int value = i;
                    total += group.spawn(() -> value).await();
                }
                return total;
            }
        });
    }

    /** Opening and closing a group that stays empty. */
    @Benchmark
    @OperationsPerInvocation(TASKS)
    public void emptyGroup() {
        Weft.run(() -> {
            for (int i = 0; i < TASKS; i++) {
                TaskGroup.open().close();
            }
        });
    }

    /** Awaiting a task that has ended. */
    @Benchmark
    @OperationsPerInvocation(TASKS)
    public long awaitEnded() {
        return Weft.run(() -> {
            Task<Integer> task = Weft.spawn(() -> 1);
            long total = 0;
            for (int i = 0; i < TASKS; i++) {
                total += task.await();
            }
            return total;
        });
    }
}
