package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Cancelled;
import dev.weft.Task;
import dev.weft.TaskGroup;
import dev.weft.TimedOutException;
import dev.weft.Weft;
import dev.weft.loop.EventLoop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pools whose workers run their tasks as coroutines of a loop, with real processes. */
@Timeout(60)
class LoopPoolIT {
    private static final AtomicInteger RUNNING = new AtomicInteger();
    private static final AtomicInteger MOST = new AtomicInteger();
    private static int initialized;

    @TempDir
    Path directory;

    private static ProcessPool.Builder loops(int workers, int tasks) {
        return ProcessPool.builder()
                .workers(workers)
                .loop(tasks)
                .heap("256m")
                .killGrace(Duration.ofMillis(300))
                .output(WorkerOutput.discard());
    }

    private static int mostAtOnce() {
        MOST.accumulateAndGet(RUNNING.incrementAndGet(), Math::max);
        Weft.sleep(Duration.ofMillis(50));
        RUNNING.decrementAndGet();
        return MOST.get();
    }

    @Test
    void eachWorkerRunsManyTasksAtOnceAndNoMoreThanAllowed() {
        try (ProcessPool pool = loops(2, 20).build()) {
            assertThat(pool.parallelism()).isEqualTo(40);
            List<Task<Integer>> tasks = IntStream.range(0, 200)
                    .mapToObj(_ -> pool.submit(LoopPoolIT::mostAtOnce))
                    .toList();
            int most = tasks.stream().mapToInt(Task::await).max().orElseThrow();
            assertThat(most).isBetween(10, 20);
        }
    }

    @Test
    void tasksAreCoroutinesOfOneLoopInEachWorker() {
        try (ProcessPool pool = loops(2, 8).build()) {
            List<Task<String>> tasks = IntStream.range(0, 16)
                    .mapToObj(_ -> pool.submit(() -> {
                        Weft.sleep(Duration.ofMillis(100));
                        return ProcessHandle.current().pid() + " "
                                + EventLoop.current().name() + " "
                                + EventLoop.current().isPortable();
                    }))
                    .toList();
            Set<String> where = new HashSet<>();
            tasks.forEach(task -> where.add(task.await()));
            assertThat(where).hasSize(2).allMatch(line -> line.endsWith(" worker false"));
        }
    }

    private static int sumOfSquares(int n) {
        try (var group = TaskGroup.open()) {
            List<Task<Integer>> parts = IntStream.rangeClosed(1, n)
                    .mapToObj(i -> group.spawn(() -> {
                        Weft.sleep(Duration.ofMillis(1));
                        return i * i;
                    }))
                    .toList();
            group.join();
            return parts.stream().mapToInt(Task::result).sum();
        }
    }

    @Test
    void tasksMayStartGroupsAndUseSockets() throws Exception {
        try (ProcessPool pool = loops(1, 50).build();
                var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            assertThat(pool.submit(() -> sumOfSquares(10)).await()).isEqualTo(385);
            int port = server.getLocalPort();
            List<Task<Integer>> tasks = IntStream.range(0, 10)
                    .mapToObj(_ -> pool.submit(() -> {
                        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                            return socket.getInputStream().read();
                        }
                    }))
                    .toList();
            List<Socket> clients = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                clients.add(server.accept()); // all ten wait at the same time
            }
            for (int i = 0; i < 10; i++) {
                clients.get(i).getOutputStream().write(i);
                clients.get(i).close();
            }
            assertThat(tasks.stream().map(Task::await)).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        }
    }

    @Test
    void aCoroutineOfTheParentAwaitsWithoutHoldingItsLoop() {
        try (ProcessPool pool = loops(1, 10).build()) {
            int ticks = Weft.run(() -> {
                Task<String> task = pool.submit(() -> {
                    Weft.sleep(Duration.ofMillis(300));
                    return "slept";
                });
                int count = 0;
                while (!task.isDone()) {
                    Weft.sleep(Duration.ofMillis(5));
                    count++;
                }
                assertThat(task.await()).isEqualTo("slept");
                return count;
            });
            assertThat(ticks).isPositive();
        }
    }

    @Test
    void mapYieldsInOrderOrAsTheyComplete() {
        try (ProcessPool pool = loops(2, 16).build()) {
            List<Integer> inputs = IntStream.range(0, 300).boxed().toList();
            assertThat(pool.map((Integer i) -> i * 2, inputs).batch(7).toList())
                    .isEqualTo(inputs.stream().map(i -> i * 2).toList());
            assertThat(pool.map((Integer i) -> i, inputs).asCompleted().toList())
                    .hasSameElementsAs(inputs);
            assertThat(pool.map((Integer i) -> i, List.<Integer>of()).toList()).isEmpty();
        }
    }

    private static int crashOnSeven(int i) {
        Weft.sleep(Duration.ofMillis(i));
        if (i == 7) {
            Runtime.getRuntime().halt(9);
        }
        if (i == 8) {
            throw new IllegalArgumentException("eight");
        }
        return i;
    }

    @Test
    void inAMapEachInputEndsByItself() {
        try (ProcessPool pool = loops(1, 1).build()) {
            var outcomes = new ArrayList<String>();
            for (var outcome :
                    pool.map(LoopPoolIT::crashOnSeven, List.of(1, 7, 8, 9)).outcomes()) {
                outcomes.add(
                        outcome.succeeded()
                                ? "" + outcome.result()
                                : outcome.failure().getClass().getSimpleName());
            }
            assertThat(outcomes).containsExactly("1", "WorkerCrashedException", "IllegalArgumentException", "9");
            var started = pool.map((Integer i) -> crashOnSeven(3_600_000 + i), List.of(1, 2, 3))
                    .timeout(Duration.ofMillis(300));
            assertThatThrownBy(started::toList).isInstanceOf(TimedOutException.class);
            assertThat(pool.submit(() -> 1).await()).isEqualTo(1);
        }
    }

    private static String cancelledWith(String file) throws IOException {
        Files.writeString(Path.of(file), "running");
        try {
            Weft.sleep(Duration.ofHours(1));
            return "not cancelled";
        } catch (Cancelled e) {
            Files.writeString(Path.of(file + ".end"), "cancelled");
            throw e;
        }
    }

    @Test
    void cancellingReachesTheCoroutineAndNobodyElse() throws Exception {
        try (ProcessPool pool = loops(1, 10).build()) {
            String file = directory.resolve("started").toString();
            Task<String> neighbour = pool.submit(() -> {
                Weft.sleep(Duration.ofMillis(600));
                return "neighbour of " + ProcessHandle.current().pid();
            });
            Task<String> task = pool.submit(() -> cancelledWith(file));
            Eventually.until("the task runs", () -> Files.exists(Path.of(file)));
            task.cancel("not needed");
            assertThatThrownBy(task::await)
                    .isInstanceOf(CancellationException.class)
                    .hasMessageContaining("not needed");
            Eventually.until("the coroutine was cancelled", () -> Files.exists(Path.of(file + ".end")));
            assertThat(neighbour.await()).startsWith("neighbour");
            assertThat(pool.submit(() -> 1).await()).isEqualTo(1);
        }
    }

    private static int stubborn(String file) throws Exception {
        Files.writeString(Path.of(file), "running");
        while (true) {
            try {
                Weft.sleep(Duration.ofMillis(10));
            } catch (Cancelled e) {
                Weft.shield(() -> Weft.sleep(Duration.ofMillis(10)));
            }
        }
    }

    @Test
    void aCoroutineThatDoesNotEndIsGivenUpWithoutHurtingItsNeighbours() throws Exception {
        try (ProcessPool pool = loops(1, 10).build()) {
            String file = directory.resolve("started").toString();
            String go = directory.resolve("go").toString();
            Task<Long> neighbour = pool.submit(() -> {
                while (!Files.exists(Path.of(go))) {
                    Weft.sleep(Duration.ofMillis(10));
                }
                return ProcessHandle.current().pid();
            });
            Task<Integer> task = pool.submit(() -> stubborn(file));
            Eventually.until("the task runs", () -> Files.exists(Path.of(file)));
            long first = pool.workers().getFirst().pid();
            task.cancel("enough");
            assertThatThrownBy(task::await).isInstanceOf(CancellationException.class);
            assertThat(pool.submit(() -> ProcessHandle.current().pid()).await())
                    .as("the worker that takes its place")
                    .isNotEqualTo(first);
            assertThat(neighbour.isDone()).isFalse();
            Files.writeString(Path.of(go), "go");
            assertThat(neighbour.await()).isEqualTo(first);
            Eventually.until("the worker with the stubborn task was killed", () -> !Jobs.isAlive(first));
        }
    }

    private static int spin(String file) throws Exception {
        Files.writeString(Path.of(file), "running");
        int i = 0;
        while (true) {
            i++;
            if (i == Integer.MIN_VALUE) {
                i = 1;
            }
        }
    }

    @Test
    void aLoopThatIsHeldUpIsKilledAndSaysWhy() throws Exception {
        try (ProcessPool pool = loops(1, 10).build()) {
            String file = directory.resolve("started").toString();
            Task<String> neighbour = pool.submit(() -> {
                Weft.sleep(Duration.ofHours(1));
                return "";
            });
            Task<Integer> task = pool.submit(() -> spin(file));
            Eventually.until("the task runs", () -> Files.exists(Path.of(file)));
            task.cancel("enough");
            assertThatThrownBy(task::await).isInstanceOf(CancellationException.class);
            assertThatThrownBy(neighbour::await)
                    .isInstanceOf(WorkerCrashedException.class)
                    .hasMessageContaining("loop was held up")
                    .hasMessageContaining(task.name());
            assertThat(pool.submit(() -> 1).await()).isEqualTo(1);
        }
    }

    @Test
    void aTimeOutEndsTheTaskAlone() {
        try (ProcessPool pool = loops(1, 10).taskTimeout(Duration.ofMillis(400)).build()) {
            Task<String> slow = pool.submit(() -> {
                Weft.sleep(Duration.ofHours(1));
                return "";
            });
            String file = directory.resolve("started").toString();
            Task<Integer> stubborn = pool.submit(() -> stubborn(file));
            assertThatThrownBy(slow::await).isInstanceOf(TimedOutException.class);
            assertThatThrownBy(stubborn::await).isInstanceOf(TimedOutException.class);
            assertThat(pool.submit(() -> 1).await()).isEqualTo(1);
        }
    }

    private static long startedAndWaiting(String file) throws Exception {
        Files.writeString(Path.of(file), Long.toString(ProcessHandle.current().pid()));
        Weft.sleep(Duration.ofHours(1));
        return 0;
    }

    @Test
    void aCrashCostsTheTasksThatHadBegunInThatWorkerAndEachIsNamed() throws Exception {
        try (ProcessPool pool = loops(2, 5).build()) {
            List<Task<Long>> tasks = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                String file = directory.resolve("task" + i).toString();
                tasks.add(pool.submit(() -> startedAndWaiting(file)));
            }
            List<Task<Integer>> waiting =
                    IntStream.range(0, 20).mapToObj(i -> pool.submit(() -> i)).toList();
            Eventually.until(
                    "all ten run",
                    () -> IntStream.range(0, 10).allMatch(i -> {
                        try {
                            return !Files.readString(directory.resolve("task" + i))
                                    .isEmpty();
                        } catch (IOException e) {
                            return false;
                        }
                    }));
            long victim = pool.workers().getFirst().pid();
            Jobs.kill(victim);
            int lost = 0;
            for (int i = 0; i < 10; i++) {
                Task<Long> task = tasks.get(i);
                String pid = read(directory.resolve("task" + i));
                if (pid.equals(Long.toString(victim))) {
                    lost++;
                    assertThatThrownBy(task::await)
                            .isInstanceOf(WorkerCrashedException.class)
                            .hasMessageContaining(task.name())
                            .hasMessageContaining("SIGKILL");
                }
            }
            assertThat(lost).isEqualTo(5);
            for (int i = 0; i < 20; i++) {
                assertThat(waiting.get(i).await()).isEqualTo(i);
            }
            assertThat(tasks.stream().filter(Task::isDone)).as("lost tasks").hasSize(5);
            pool.closeNow("the test ends");
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void theInitializerRunsOnTheLoopAndErrorsAreAsInOtherPools() {
        try (ProcessPool pool = loops(1, 4)
                .initializer(() -> {
                    Weft.sleep(Duration.ofMillis(1));
                    initialized = 42;
                    return null;
                })
                .build()) {
            assertThat(pool.submit(() -> initialized).await()).isEqualTo(42);
            assertThatThrownBy(() -> pool.submit(() -> {
                                throw new IllegalStateException("as usual");
                            })
                            .await())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("as usual");
            assertThatThrownBy(() -> pool.submit(() -> List.of(new Object())).await())
                    .isInstanceOf(TransferException.class);
            assertThatThrownBy(() -> pool.submit(() -> {
                                System.exit(3);
                                return 0;
                            })
                            .await())
                    .isInstanceOf(WorkerCrashedException.class);
            assertThat(pool.submit(() -> initialized).await()).isEqualTo(42);
        }
        try (ProcessPool pool = loops(1, 4)
                .initializer(() -> {
                    throw new IllegalStateException("cannot start");
                })
                .build()) {
            assertThatThrownBy(() -> pool.submit(() -> 1).await())
                    .isInstanceOf(BrokenPoolException.class)
                    .hasMessageContaining("cannot start");
        }
    }

    @Test
    void closeNowStopsAllTasks() {
        Task<Integer> task;
        try (ProcessPool pool = loops(2, 100).build()) {
            for (int i = 0; i < 400; i++) {
                pool.submit(() -> {
                    Weft.sleep(Duration.ofHours(1));
                    return 0;
                });
            }
            task = pool.submit(() -> 1);
            pool.closeNow("over");
        }
        assertThatThrownBy(task::await).isInstanceOf(CancellationException.class);
    }

    @Test
    void aWorkerIsReplacedAfterItsTasks() {
        try (ProcessPool pool = loops(1, 4).tasksPerWorker(10).build()) {
            Set<Long> pids = new HashSet<>();
            List<Task<Long>> tasks = IntStream.range(0, 30)
                    .mapToObj(_ -> pool.submit(() -> ProcessHandle.current().pid()))
                    .toList();
            tasks.forEach(task -> pids.add(task.await()));
            assertThat(pids).hasSize(3);
        }
    }

    @Test
    void aNumberOutOfRangeIsRefused() {
        assertThatThrownBy(() -> ProcessPool.builder().loop(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ProcessPool.builder().loop(100_000)).isInstanceOf(IllegalArgumentException.class);
    }
}
