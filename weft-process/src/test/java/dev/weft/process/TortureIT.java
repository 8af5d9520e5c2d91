package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Task;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kills random workers at random moments: every task ends once, with its own result or as the one that a crash cost. */
@Timeout(120)
class TortureIT {
    private static final int TASKS = 2000;
    /** On a slow machine most of the time goes into starting workers; then the rest of the tasks is done in peace. */
    private static final Duration KILLING = Duration.ofSeconds(15);

    @TempDir
    Path directory;

    @Test
    void everyTaskEndsExactlyOnceWhileWorkersAreKilled() throws Exception {
        long seed = Long.getLong("weft.seed", System.nanoTime());
        var random = new Random(seed);
        var endings = new AtomicIntegerArray(TASKS);
        var ended = new AtomicInteger();
        var kills = new AtomicInteger();
        List<Task<Integer>> tasks = new ArrayList<>();
        try (var pool = ProcessPool.builder()
                .workers(4)
                .heap("64m")
                .killGrace(Duration.ofMillis(300))
                .output(WorkerOutput.discard())
                .build()) {
            Thread killer = Thread.ofPlatform().daemon().start(() -> {
                long end = System.nanoTime() + KILLING.toNanos();
                while (ended.get() < TASKS && System.nanoTime() < end) {
                    List<WorkerStatus> workers = pool.workers().stream()
                            .filter(worker -> worker.pid() > 0 && worker.state() != WorkerStatus.State.ENDING)
                            .toList();
                    // At least one has come so far that it can work: where starting takes longer than this pause,
                    // nothing would ever be done.
                    if (workers.stream().anyMatch(worker -> worker.state() != WorkerStatus.State.STARTING)) {
                        Jobs.kill(workers.get(random.nextInt(workers.size())).pid());
                        kills.incrementAndGet();
                    }
                    try {
                        Thread.sleep(20 + random.nextInt(60));
                    } catch (InterruptedException e) {
                        return;
                    }
                }
            });
            for (int i = 0; i < TASKS; i++) {
                int n = i;
                String file = directory.resolve(Integer.toString(n)).toString();
                Task<Integer> task = pool.submit(() -> {
                    Files.createFile(Path.of(file)); // fails if the task has run before
                    if (n % 3 == 0) {
                        Jobs.pause(n % 7);
                    }
                    return n;
                });
                task.whenDone(_ -> {
                    endings.incrementAndGet(n);
                    ended.incrementAndGet();
                });
                tasks.add(task);
                if (n % 100 == 99) {
                    task.cancel("every hundredth");
                }
            }
            tasks.forEach(Task::join);
            killer.join();
        }
        int crashed = 0;
        int cancelled = 0;
        for (int i = 0; i < TASKS; i++) {
            assertThat(endings.get(i))
                    .as("seed %d: endings of task %d", seed, i)
                    .isEqualTo(1);
            Task<Integer> task = tasks.get(i);
            switch (task.state()) {
                case SUCCESS -> assertThat(task.result()).as("seed %d", seed).isEqualTo(i);
                case CANCELLED -> cancelled++;
                default -> {
                    assertThat(task.failure()).as("seed %d", seed).isInstanceOf(WorkerCrashedException.class);
                    crashed++;
                }
            }
        }
        System.out.printf(
                "torture: %d tasks, %d kills, %d crashed, %d cancelled, lost 0, duplicated 0 (seed %d)%n",
                TASKS, kills.get(), crashed, cancelled, seed);
        assertThat(crashed)
                .as("seed %d: each kill costs at most one task", seed)
                .isLessThanOrEqualTo(kills.get());
        assertThat(cancelled).as("seed %d", seed).isLessThanOrEqualTo(TASKS / 100);
    }
}
