package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Outcome;
import dev.weft.Results;
import dev.weft.Task;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kills random workers at random moments: every task ends once, with its own result or as the one that a crash cost. */
@Timeout(120)
class TortureIT {
    private static final int TASKS = 2000;

    private static final int ELEMENTS = 20_000;
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

    @Test
    void everyElementOfAMapEndsExactlyOnceWhileWorkersAreKilledInTheMiddleOfBatches() throws Exception {
        long seed = Long.getLong("weft.seed", System.nanoTime());
        int kills;
        int crashed = 0;
        var seen = new int[ELEMENTS];
        try (var pool = ProcessPool.builder()
                .workers(3)
                .heap("64m")
                .output(WorkerOutput.discard())
                .build()) {
            var killer = new Killer(pool, seed);
            String place = directory.toString();
            Results<Integer, Integer> map = pool.map(
                    (Integer n) -> {
                        Files.createFile(Path.of(place, "e" + n)); // fails if the element has run before
                        if (n % 50 == 0) {
                            Jobs.pause(n % 7);
                        }
                        return n;
                    },
                    () -> IntStream.range(0, ELEMENTS).iterator());
            for (Outcome<Integer, Integer> outcome : map.outcomes()) {
                int n = outcome.input();
                seen[n]++;
                if (outcome.succeeded()) {
                    assertThat(outcome.result()).isEqualTo(n);
                } else {
                    assertThat(outcome.failure()).as("seed %d", seed).isInstanceOf(WorkerCrashedException.class);
                    crashed++;
                }
            }
            kills = killer.end();
        }
        System.out.printf(
                "torture: map of %d, %d kills, %d crashed, lost 0, duplicated 0 (seed %d)%n",
                ELEMENTS, kills, crashed, seed);
        assertThat(seen).as("seed %d", seed).containsOnly(1);
        assertThat(crashed)
                .as("seed %d: each kill costs at most one element", seed)
                .isLessThanOrEqualTo(kills);
        try (var files = Files.list(directory)) {
            assertThat(files.count())
                    .as("seed %d: elements that began", seed)
                    .isBetween((long) ELEMENTS - crashed, (long) ELEMENTS);
        }
    }

    /** Kills random workers at random moments, in a thread of its own. */
    private static final class Killer {
        private final AtomicInteger kills = new AtomicInteger();
        private final Thread thread;

        Killer(ProcessPool pool, long seed) {
            var random = new Random(seed);
            long end = System.nanoTime() + KILLING.toNanos();
            thread = Thread.ofPlatform().daemon().start(() -> {
                while (System.nanoTime() < end) {
                    List<WorkerStatus> workers = pool.workers().stream()
                            .filter(worker -> worker.pid() > 0
                                    && (worker.state() == WorkerStatus.State.BUSY
                                            || worker.state() == WorkerStatus.State.IDLE))
                            .toList();
                    if (!workers.isEmpty()) {
                        Jobs.kill(workers.get(random.nextInt(workers.size())).pid());
                        kills.incrementAndGet();
                    }
                    try {
                        Thread.sleep(10 + random.nextInt(50));
                    } catch (InterruptedException e) {
                        return;
                    }
                }
            });
        }

        int end() throws InterruptedException {
            thread.interrupt();
            thread.join();
            return kills.get();
        }
    }
}
