package dev.weft.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Outcome;
import dev.weft.Task;
import dev.weft.TimedOutException;
import dev.weft.cluster.agent.Agent;
import dev.weft.cluster.engine.Member.Role;
import dev.weft.cluster.gateway.Gateway;
import dev.weft.cluster.wire.Message;
import dev.weft.process.BrokenPoolException;
import dev.weft.process.RemoteTrace;
import dev.weft.process.WorkerCrashedException;
import dev.weft.process.WorkerOutput;
import dev.weft.process.connection.Pipe;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A pool over agents that are joined by an engine in memory; workers are processes. */
@Timeout(90)
class ClusterPoolIT {
    /** For all tests, so that the class path is kept once. */
    @TempDir
    static Path store;

    private static final String FORTY_TWO = "forty-two " + System.nanoTime();

    @TempDir
    Path directory;

    private final MemoryCluster cluster = new MemoryCluster();
    private final List<Agent> agents = new ArrayList<>();
    private final List<Path> places = new ArrayList<>();
    private final List<Thread> gateways = new ArrayList<>();

    @AfterEach
    void end() throws Exception {
        for (Thread gateway : gateways) {
            gateway.join(10_000);
        }
        agents.forEach(Agent::close);
        cluster.close();
        for (Path place : places) {
            Eventually.holds("nothing of a driver is left in " + place, () -> {
                try (var left = Files.newDirectoryStream(place)) {
                    return !left.iterator().hasNext();
                }
            });
            Files.delete(place);
        }
    }

    private MemoryCluster.Node agent(String name, int slots, int most) throws IOException {
        var engine = cluster.node(Role.AGENT, name, slots);
        Path place = Files.createTempDirectory("weft-agent");
        places.add(place);
        agents.add(Agent.start(engine, place, store.resolve("blobs"), slots, most, _ -> {}));
        return engine;
    }

    private MemoryCluster.Node agent(String name) throws IOException {
        return agent(name, 1, 8);
    }

    private String place(String name) {
        return directory.resolve(name).toString();
    }

    private ClusterPool.Builder builder() {
        return ClusterPool.builder(directory).killGrace(Duration.ofMillis(200)).patience(Duration.ofSeconds(20));
    }

    private ClusterPool open(ClusterPool.Builder builder) throws IOException {
        return open(builder, cluster.node(Role.DRIVER, "driver", 0));
    }

    private ClusterPool open(ClusterPool.Builder builder, MemoryCluster.Node engine) throws IOException {
        var pipe = Pipe.open();
        Path place = Files.createTempDirectory(directory, "gateway");
        gateways.add(Thread.ofPlatform().daemon().start(() -> Gateway.serve(engine, pipe.right(), place)));
        return builder.build("memory", new GatewayLink(pipe.left(), () -> {}));
    }

    @Test
    @DisplayName("tasks run in processes of every node, and their results and failures come back")
    void runs() throws Exception {
        agent("blue");
        agent("red");
        try (ClusterPool pool = open(builder())) {
            assertThat(pool.nodes()).extracting(ClusterNode::name).containsExactlyInAnyOrder("blue", "red");
            String gate = place("gate");
            List<Task<Long>> both =
                    List.of(pool.submit(() -> Work.pidAfter(gate)), pool.submit(() -> Work.pidAfter(gate)));
            Eventually.holds(
                    "each node's worker has a task",
                    () -> pool.nodes().stream().allMatch(node -> node.workers() == 1)
                            && pool.workers().stream()
                                            .filter(worker -> worker.task() != null)
                                            .count()
                                    == 2);
            Files.createFile(Path.of(gate));
            Set<Long> pids = new HashSet<>();
            for (Task<Long> task : both) {
                pids.add(task.await());
            }
            assertThat(pids).hasSize(2);

            assertThat(pool.map(Work::half, List.of(2, 4, 6)).toList()).containsExactly(1, 2, 3);
            assertThatThrownBy(() -> pool.submit(() -> Work.half(7)).await())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("7 is odd")
                    .satisfies(e -> assertThat(e.getSuppressed()).hasAtLeastOneElementOfType(RemoteTrace.class));
            assertThat(pool.statistics().failed()).isEqualTo(1);
            assertThat(pool.parallelism()).isEqualTo(2);
        }
    }

    @Test
    @DisplayName("a map of many small inputs has each result once, in order and as completed")
    void maps() throws Exception {
        agent("blue");
        agent("red");
        try (ClusterPool pool = open(builder())) {
            List<Integer> inputs = IntStream.range(0, 20_000).boxed().toList();
            assertThat(pool.map(i -> i + 1, inputs).toList())
                    .containsExactlyElementsOf(inputs.stream().map(i -> i + 1).toList());
            Set<Integer> seen = new HashSet<>();
            for (int result : pool.map(i -> -i, inputs).asCompleted()) {
                assertThat(seen.add(result)).isTrue();
            }
            assertThat(seen).hasSize(inputs.size());
        }
    }

    @Test
    @DisplayName("System.exit costs one task, whose failure names the node, and the worker is replaced")
    void exits() throws Exception {
        agent("blue");
        try (ClusterPool pool = open(builder())) {
            Task<String> exits = pool.submit(() -> Work.exit(3));
            Task<Integer> after = pool.submit(() -> Work.half(4));
            assertThatThrownBy(exits::await).isInstanceOfSatisfying(WorkerCrashedException.class, e -> {
                assertThat(e.exitCode()).isEqualTo(3);
                assertThat(e.place()).isEqualTo("node 'blue' (memory:blue)");
                assertThat(e).hasMessageContaining("on node 'blue' (memory:blue)");
            });
            assertThat(after.await()).isEqualTo(2);
        }
    }

    @Test
    @DisplayName("an element of a map that ends its worker is the only one that fails")
    void exitsInMap() throws Exception {
        agent("blue");
        try (ClusterPool pool = open(builder())) {
            List<Integer> failed = new ArrayList<>();
            int good = 0;
            for (Outcome<Integer, Integer> outcome : pool.map(
                            i -> i == 300 ? Work.exit(1).length() : i,
                            IntStream.range(0, 600).boxed().toList())
                    .outcomes()) {
                if (outcome.failure() == null) {
                    good++;
                } else {
                    failed.add(outcome.input());
                }
            }
            assertThat(failed).containsExactly(300);
            assertThat(good).isEqualTo(599);
        }
    }

    @Test
    @DisplayName("a lost node fails what it was given, naming the node; tasks elsewhere go on")
    void losesNode() throws Exception {
        agent("blue");
        MemoryCluster.Node red = agent("red");
        try (ClusterPool pool = open(builder())) {
            String first = place("first");
            String second = place("second");
            List<Task<String>> tasks =
                    List.of(pool.submit(() -> Work.hang(first)), pool.submit(() -> Work.hang(second)));
            Eventually.pid(first);
            Eventually.pid(second);
            red.lose();
            Eventually.holds("a task has failed", () -> tasks.stream().anyMatch(Task::isDone));
            Task<String> lost = tasks.getFirst().isDone() ? tasks.getFirst() : tasks.getLast();
            Task<String> other = tasks.getFirst().isDone() ? tasks.getLast() : tasks.getFirst();
            assertThat(lost.failure())
                    .isInstanceOfSatisfying(
                            WorkerCrashedException.class,
                            e -> assertThat(e)
                                    .hasMessageContaining("was lost with node 'red' (memory:red)")
                                    .hasMessageContaining("may have been done or not"));
            assertThat(other.isDone()).isFalse();
            Eventually.holds("the pool is smaller", () -> pool.parallelism() == 1);
            other.cancel("enough");
            assertThat(pool.submit(() -> Work.half(8)).await()).isEqualTo(4);
        }
    }

    @Test
    @DisplayName("what was with a lost node is run again where that was asked for, element by element and task by task")
    void retries() throws Exception {
        agent("blue");
        MemoryCluster.Node red = agent("red");
        try (ClusterPool pool = open(builder())) {
            String gate = place("gate");
            List<Task<Integer>> tasks = IntStream.range(0, 4)
                    .mapToObj(i -> pool.retrying(1).submit(() -> Work.await(i, gate)))
                    .toList();
            Eventually.holds(
                    "both run",
                    () -> pool.workers().stream()
                                    .filter(worker -> worker.task() != null)
                                    .count()
                            == 2);
            red.lose();
            Eventually.holds("the pool is smaller", () -> pool.parallelism() == 1);
            Files.createFile(Path.of(gate));
            for (int i = 0; i < tasks.size(); i++) {
                assertThat(tasks.get(i).await()).isEqualTo(i);
            }
        }
    }

    @Test
    @DisplayName("a map over a node that is lost has an outcome for each input, and all results when retrying")
    void losesNodeInMap() throws Exception {
        agent("blue");
        MemoryCluster.Node red = agent("red");
        try (ClusterPool pool = open(builder())) {
            List<Integer> inputs = IntStream.range(0, 30_000).boxed().toList();
            int results = 0;
            int lost = 0;
            for (Outcome<Integer, Integer> outcome : pool.map(i -> i, inputs).outcomes()) {
                if (results + lost == 1_000) {
                    red.lose();
                }
                if (outcome.failure() == null) {
                    results++;
                } else {
                    assertThat(outcome.failure())
                            .isInstanceOf(WorkerCrashedException.class)
                            .hasMessageContaining("node 'red'");
                    lost++;
                }
            }
            assertThat(results + lost).isEqualTo(inputs.size());
            MemoryCluster.Node green = agent("green");
            Eventually.holds("green is there", () -> pool.parallelism() == 2);
            int seen = 0;
            for (int result : pool.retrying(2).map(i -> i, inputs)) {
                assertThat(result).isEqualTo(seen++);
                if (seen == 1_000) {
                    green.lose();
                }
            }
            assertThat(seen).isEqualTo(inputs.size());
        }
    }

    @Test
    @DisplayName("cancelling interrupts a running task, and kills the worker of one that does not end")
    void cancels() throws Exception {
        agent("blue");
        try (ClusterPool pool = open(builder())) {
            String first = place("first");
            Task<String> hangs = pool.submit(() -> Work.hang(first));
            long pid = Eventually.pid(first);
            hangs.cancel("enough");
            assertThatThrownBy(hangs::await).isInstanceOf(CancellationException.class);
            assertThat(pool.submit(Work::pid).await()).isEqualTo(pid);
            String second = place("second");
            Task<String> spins = pool.submit(() -> Work.spin(second));
            Eventually.pid(second);
            spins.cancel("enough");
            assertThatThrownBy(spins::await).isInstanceOf(CancellationException.class);
            Eventually.gone(pid);
            assertThat(pool.submit(Work::pid).await()).isNotEqualTo(pid);
        }
    }

    @Test
    @DisplayName("a task whose time is over fails with TimedOutException")
    void timesOut() throws Exception {
        agent("blue");
        try (ClusterPool pool = open(builder().taskTimeout(Duration.ofMillis(300)))) {
            String mark = place("mark");
            assertThatThrownBy(() -> pool.submit(() -> Work.hang(mark)).await()).isInstanceOf(TimedOutException.class);
            assertThat(pool.submit(() -> Work.half(2)).await()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName(
            "an agent that refuses workers is passed over, and a cluster that refuses all breaks the pool with the reason")
    void refused() throws Exception {
        agent("full", 1, 0);
        agent("blue", 1, 8);
        try (ClusterPool pool = open(builder())) {
            assertThat(pool.submit(() -> Work.half(2)).await()).isEqualTo(1);
        }
        agents.removeLast().close();
        try (ClusterPool pool = open(builder().patience(Duration.ofMillis(300)))) {
            assertThatThrownBy(() -> pool.submit(() -> Work.half(2)).await())
                    .isInstanceOf(BrokenPoolException.class)
                    .hasMessageContaining("could not be started within 0.3 s")
                    .hasMessageContaining("as many workers as it may");
        }
    }

    @Test
    @DisplayName("without an agent no pool is opened")
    void nobody() {
        assertThatThrownBy(() -> open(builder().patience(Duration.ofMillis(100))))
                .isInstanceOf(ClusterException.class)
                .hasMessageContaining("no agent has joined the cluster at memory within 0.1 s");
    }

    @Test
    @DisplayName("a driver that is lost leaves nothing: no process, no file")
    void losesDriver() throws Exception {
        agent("blue");
        MemoryCluster.Node driver = cluster.node(Role.DRIVER, "driver", 0);
        try (ClusterPool pool = open(builder(), driver)) {
            String mark = place("mark");
            Task<String> hangs = pool.submit(() -> Work.hang(mark));
            long pid = Eventually.pid(mark);
            driver.lose();
            Eventually.gone(pid);
            pool.closeNow("the driver is lost");
            assertThat(hangs.isDone()).isTrue();
        }
    }

    @Test
    @DisplayName("jars and files are sent once, and found by name")
    void ships() throws Exception {
        agent("blue");
        Path data = Files.writeString(directory.resolve("data.txt"), FORTY_TWO);
        for (int round = 0; round < 2; round++) {
            long before = cluster.sent(Message.Verb.BLOB);
            try (ClusterPool pool = open(builder().file("data", data))) {
                assertThat(pool.submit(() -> Work.shipped("data")).await()).isEqualTo(FORTY_TWO);
                assertThatThrownBy(
                                () -> pool.submit(() -> Work.shipped("other")).await())
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("no file 'other' was shipped");
            }
            if (round > 0) {
                assertThat(cluster.sent(Message.Verb.BLOB)).isEqualTo(before);
            }
        }
        assertThatThrownBy(() -> ClusterPool.file("data")).isInstanceOf(IllegalStateException.class);
        try (DirectoryStream<Path> blobs = Files.newDirectoryStream(store.resolve("blobs"))) {
            assertThat(blobs).allMatch(blob -> blob.getFileName().toString().matches("[0-9a-f]{64}"));
        }
    }

    @Test
    @DisplayName("values larger than what may be under way come through whole")
    void carriesMuch() throws Exception {
        agent("blue");
        byte[] much = new byte[20 << 20];
        for (int i = 0; i < much.length; i += 4099) {
            much[i] = (byte) i;
        }
        try (ClusterPool pool = open(builder().heap("512m"))) {
            assertThat(pool.submit(() -> Work.large(much)).await()).isEqualTo(much);
        }
    }

    @Test
    @DisplayName("what workers print arrives line by line")
    void prints() throws Exception {
        agent("blue");
        var lines = new ConcurrentLinkedQueue<String>();
        WorkerOutput output = (pid, stream, line) -> lines.add(stream + " " + (pid > 0) + " " + line);
        try (ClusterPool pool = open(builder().output(output))) {
            pool.submit(() -> Work.print("grüße")).await();
        }
        assertThat(lines).containsExactly("OUT true grüße");
    }

    @Test
    @DisplayName("a worker with a loop runs many tasks at once")
    void loops() throws Exception {
        agent("blue");
        try (ClusterPool pool = open(builder().loop(8))) {
            String gate = place("gate");
            List<Task<Integer>> tasks = IntStream.range(0, 8)
                    .mapToObj(i -> pool.submit(() -> Work.await(i, gate)))
                    .toList();
            Files.createFile(Path.of(gate));
            for (int i = 0; i < tasks.size(); i++) {
                assertThat(tasks.get(i).await()).isEqualTo(i);
            }
            assertThat(pool.parallelism()).isEqualTo(8);
        }
    }

    @Test
    @DisplayName("closing now cancels what runs, and no worker is left")
    void closesNow() throws Exception {
        agent("blue");
        ClusterPool pool = open(builder());
        String mark = place("mark");
        Task<String> hangs = pool.submit(() -> Work.hang(mark));
        long pid = Eventually.pid(mark);
        pool.closeNow("enough");
        assertThatThrownBy(hangs::await).isInstanceOf(CancellationException.class);
        Eventually.gone(pid);
        assertThat(pool.isTerminated()).isTrue();
    }

    @Test
    @DisplayName("a limit on workers holds however many slots there are")
    void limits() throws Exception {
        agent("blue", 3, 8);
        try (ClusterPool pool = open(builder().workers(2))) {
            assertThat(pool.parallelism()).isEqualTo(2);
            pool.resize(3);
            assertThat(pool.parallelism()).isEqualTo(3);
            pool.resize(1);
            assertThat(pool.parallelism()).isEqualTo(1);
            assertThatThrownBy(() -> pool.resize(0)).isInstanceOf(IllegalArgumentException.class);
            assertThat(pool.submit(() -> Work.half(2)).await()).isEqualTo(1);
        }
    }
}
