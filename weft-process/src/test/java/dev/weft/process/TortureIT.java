package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Outcome;
import dev.weft.Results;
import dev.weft.Task;
import dev.weft.TimedOutException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills random workers at random moments: every task ends once, with its own result or as the one that a crash cost.
 */
@Timeout(120)
class TortureIT {
    private static final int TASKS = 2000;

    /** Of the map; {@code -Dweft.torture.inputs} sets more for a longer run. */
    private static final int ELEMENTS = Integer.getInteger("weft.torture.inputs", 20_000);
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
    void everyElementOfAMapEndsExactlyOnceWhileWorkersAreKilledFrozenAndCrashed() throws Exception {
        long seed = Long.getLong("weft.seed", System.nanoTime());
        int openBefore = openFiles();
        Set<Path> filesBefore = ownFiles();
        Killer killer;
        int crashed = 0;
        int late = 0;
        var seen = new int[ELEMENTS];
        try (var pool = ProcessPool.builder()
                .workers(3)
                .heap("64m")
                .taskTimeout(Duration.ofSeconds(1)) // for those that are frozen
                .killGrace(Duration.ofMillis(200))
                .output(WorkerOutput.discard())
                .build()) {
            killer = new Killer(pool, seed);
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
                } else if (outcome.failure() instanceof TimedOutException) {
                    late++;
                } else {
                    assertThat(outcome.failure()).as("seed %d", seed).isInstanceOf(WorkerCrashedException.class);
                    crashed++;
                }
            }
            killer.end();
        }
        long processes = killer.pids.stream().filter(Jobs::isAlive).count();
        Set<Path> left = ownFiles();
        left.removeAll(filesBefore);
        Eventually.until("no more files are open than before", () -> openFiles() <= openBefore + 8); // of the JDK's own
        System.out.printf(
                "torture: map of %d inputs, %d workers killed, %d frozen, %d crashed; cost %d inputs by crash, %d by time-out;"
                        + " lost 0, duplicated 0, leaked %d processes, %d files (seed %d)%n",
                ELEMENTS, killer.kills, killer.stops, killer.crashes, crashed, late, processes, left.size(), seed);
        assertThat(seen).as("seed %d", seed).containsOnly(1);
        assertThat(crashed + late)
                .as("seed %d: each blow costs at most one element", seed)
                .isLessThanOrEqualTo(killer.kills + killer.stops + killer.crashes);
        assertThat(processes).as("processes left behind").isZero();
        assertThat(left).isEmpty();
        try (var files = Files.list(directory)) {
            assertThat(files.count())
                    .as("seed %d: elements that began", seed)
                    .isBetween((long) ELEMENTS - crashed - late, (long) ELEMENTS);
        }
    }

    @Test
    void everyTaskEndsOnceWhileThePoolIsResizedRecycledAndRetried() throws Exception {
        long seed = Long.getLong("weft.seed", System.nanoTime());
        var random = new Random(seed);
        var endings = new AtomicIntegerArray(ELEMENTS);
        var ended = new AtomicInteger();
        var blows = new AtomicInteger();
        var resizes = new AtomicInteger();
        int lastWorker;
        List<Task<Integer>> tasks = new ArrayList<>();
        Set<Path> filesBefore = ownFiles();
        Set<Long> pids = ConcurrentHashMap.newKeySet();
        var inFlight = new Semaphore(2000);
        try (var pool = ProcessPool.builder()
                .workers(3)
                .heap("64m")
                .tasksPerWorker(1500)
                .memoryPerWorker("120m")
                .idleTimeout(Duration.ofMillis(200))
                .minWorkers(1)
                .killGrace(Duration.ofMillis(300))
                .output(WorkerOutput.discard())
                .build()) {
            ProcessPool again = pool.retrying(2);
            Thread chaos = Thread.ofPlatform().daemon().start(() -> {
                long end = System.nanoTime() + KILLING.toNanos();
                while (ended.get() < ELEMENTS && System.nanoTime() < end) {
                    if (random.nextInt(4) == 0) {
                        pool.resize(1 + random.nextInt(4));
                        resizes.incrementAndGet();
                    } else {
                        List<Long> working = pool.workers().stream()
                                .filter(worker -> worker.state() == WorkerStatus.State.BUSY
                                        || worker.state() == WorkerStatus.State.IDLE)
                                .map(WorkerStatus::pid)
                                .toList();
                        pids.addAll(working);
                        if (!working.isEmpty()) {
                            Jobs.kill(working.get(random.nextInt(working.size())));
                            blows.incrementAndGet();
                        }
                    }
                    try {
                        Thread.sleep(10 + random.nextInt(80));
                    } catch (InterruptedException e) {
                        return;
                    }
                }
            });
            String place = directory.toString();
            for (int i = 0; i < ELEMENTS; i++) {
                int n = i;
                inFlight.acquire(); // as many as the machine's disk can take
                // Every second one may run again; the others fail if they do.
                Task<Integer> task = n % 2 == 0
                        ? again.submit(() -> n)
                        : pool.submit(() -> {
                            Files.createFile(Path.of(place, "t" + n));
                            return n;
                        });
                task.whenDone(_ -> {
                    endings.incrementAndGet(n);
                    ended.incrementAndGet();
                    inFlight.release();
                });
                tasks.add(task);
            }
            tasks.forEach(Task::join);
            chaos.join();
            lastWorker =
                    pool.workers().stream().mapToInt(WorkerStatus::number).max().orElse(0);
            assertThat(pool.statistics().succeeded() + pool.statistics().failed())
                    .isEqualTo(ELEMENTS);
        }
        int crashed = 0;
        for (int i = 0; i < ELEMENTS; i++) {
            assertThat(endings.get(i))
                    .as("seed %d: endings of task %d", seed, i)
                    .isEqualTo(1);
            Task<Integer> task = tasks.get(i);
            if (task.state() == Task.State.SUCCESS) {
                assertThat(task.result()).as("seed %d", seed).isEqualTo(i);
            } else {
                assertThat(task.failure()).as("seed %d", seed).isInstanceOf(WorkerCrashedException.class);
                // One that three workers in a row had next when they were killed is given up too.
                boolean begun = !String.valueOf(task.failure().getMessage()).contains("ended before it could start it");
                assertThat(((WorkerCrashedException) task.failure()).pids())
                        .as("seed %d: workers that ended with task %d", seed, i)
                        .hasSize(begun && i % 2 == 1 ? 1 : 3);
                crashed++;
            }
        }
        long processes = pids.stream().filter(Jobs::isAlive).count();
        Set<Path> left = ownFiles();
        left.removeAll(filesBefore);
        System.out.printf(
                "torture: %d tasks, half of them retried, %d kills, %d resizes, some %d workers; cost %d tasks;"
                        + " lost 0, duplicated 0, leaked %d processes, %d files (seed %d)%n",
                ELEMENTS, blows.get(), resizes.get(), lastWorker, crashed, processes, left.size(), seed);
        assertThat(crashed).as("seed %d", seed).isLessThanOrEqualTo(blows.get());
        assertThat(processes).isZero();
        assertThat(left).isEmpty();
    }

    private static int openFiles() {
        String[] open = new File("/proc/self/fd").list();
        return open == null ? 0 : open.length;
    }

    /** The directories of pools of this JVM. */
    private static Set<Path> ownFiles() throws IOException {
        Set<Path> own = new HashSet<>();
        for (String place : List.of(System.getProperty("java.io.tmpdir"), "/dev/shm")) {
            if (Files.isDirectory(Path.of(place))) {
                try (var all = Files.newDirectoryStream(
                        Path.of(place), "weft-" + ProcessHandle.current().pid() + "-*")) {
                    all.forEach(own::add);
                }
            }
        }
        return own;
    }

    /**
     * Strikes random workers at random moments, in a thread of its own: kill -9, a crash of the JVM, or frozen for
     * ever.
     */
    private static final class Killer {
        private final Set<Long> pids = ConcurrentHashMap.newKeySet();
        private final Random random;
        private final Thread thread;
        /** The striking thread, and after its end any. */
        private int kills;

        private int stops;
        private int crashes;

        Killer(ProcessPool pool, long seed) {
            random = new Random(seed);
            long end = System.nanoTime() + KILLING.toNanos();
            thread = Thread.ofPlatform().daemon().start(() -> {
                try {
                    while (System.nanoTime() < end) {
                        List<Long> working = pool.workers().stream()
                                .filter(worker -> worker.state() == WorkerStatus.State.BUSY
                                        || worker.state() == WorkerStatus.State.IDLE)
                                .map(WorkerStatus::pid)
                                .toList();
                        if (!working.isEmpty()) {
                            strike(working.get(random.nextInt(working.size())));
                        }
                        Thread.sleep(10 + random.nextInt(50));
                    }
                } catch (InterruptedException e) {
                    // The map has ended.
                    Thread.currentThread().interrupt();
                }
            });
        }

        private void strike(long pid) {
            pids.add(pid);
            switch (random.nextInt(10)) {
                case 0 -> stops += signal("STOP", pid);
                case 1 -> crashes += signal("SEGV", pid);
                default -> {
                    Jobs.kill(pid);
                    kills++;
                }
            }
        }

        private static int signal(String name, long pid) {
            try {
                new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start();
                return 1;
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        void end() throws InterruptedException, IOException {
            thread.interrupt();
            thread.join();
            for (long pid : pids) {
                Files.deleteIfExists(Path.of(System.getProperty("java.io.tmpdir"), "weft-crash-" + pid + ".log"));
            }
        }
    }
}
