package dev.weft.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Task;
import dev.weft.cluster.agent.AgentMain;
import dev.weft.cluster.launch.EngineJvm;
import dev.weft.cluster.security.Authority;
import dev.weft.process.WorkerCrashedException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two agents in JVMs of their own on loopback, with TLS, and drivers beside them: the whole way. The last test kills
 * an agent.
 */
@Timeout(180)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class IgniteClusterIT {
    private static final Map<String, Process> AGENTS = new java.util.LinkedHashMap<>();
    private static final List<Integer> PORTS = new ArrayList<>();

    @TempDir
    static Path directory;

    private static Path driver;

    @BeforeAll
    static void begin() throws Exception {
        int first = freePorts();
        int second = first + 2;
        Path credentials = directory.resolve("cluster");
        Authority.init(credentials, List.of("127.0.0.1:" + first, "127.0.0.1:" + second));
        driver = credentials.resolve("driver");
        start("blue", credentials.resolve("agent"), first);
        start("red", credentials.resolve("agent"), second);
        PORTS.addAll(List.of(first, first + 1, second, second + 1));
    }

    private static void start(String name, Path credentials, int port) throws IOException {
        Process agent = EngineJvm.start(
                AgentMain.class,
                List.of(),
                List.of(credentials.toString(), name, "127.0.0.1", Integer.toString(port), "1", "8"),
                false);
        AGENTS.put(name, agent);
        var out = new BufferedReader(new InputStreamReader(agent.getInputStream(), StandardCharsets.UTF_8));
        var err = new BufferedReader(new InputStreamReader(agent.getErrorStream(), StandardCharsets.UTF_8));
        Thread.ofVirtual().start(() -> err.lines().forEach(line -> System.err.println(name + ": " + line)));
        assertThat(out.readLine()).startsWith("weft: agent " + name + " at 127.0.0.1:" + port);
    }

    /** {@return the first of four ports in a row that nobody uses now} */
    private static int freePorts() throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        for (int port = 21_000 + (int) (ProcessHandle.current().pid() % 20_000); ; port += 4) {
            try (var _ = new ServerSocket(port, 1, loopback);
                    var _ = new ServerSocket(port + 1, 1, loopback);
                    var _ = new ServerSocket(port + 2, 1, loopback);
                    var _ = new ServerSocket(port + 3, 1, loopback)) {
                return port;
            } catch (IOException e) {
                // the next ones
            }
        }
    }

    @AfterAll
    static void end() throws Exception {
        for (Process agent : AGENTS.values()) {
            agent.getOutputStream().close();
            if (!agent.waitFor(20, TimeUnit.SECONDS)) {
                agent.destroyForcibly();
            }
        }
    }

    private static String place(String name) {
        return directory.resolve(name).toString();
    }

    @Test
    @Order(1)
    @DisplayName("tasks and maps run on both nodes; System.exit costs one task, and cancelling stops a running one")
    void works() throws Exception {
        try (ClusterPool pool =
                ClusterPool.builder(driver).killGrace(Duration.ofMillis(300)).build()) {
            Eventually.holds("both nodes are there", () -> pool.nodes().size() == 2 && pool.parallelism() == 2);
            String gate = place("gate");
            Task<Long> first = pool.submit(() -> Work.pidAfter(gate));
            Task<Long> second = pool.submit(() -> Work.pidAfter(gate));
            Eventually.holds(
                    "both run",
                    () -> pool.workers().stream()
                                    .filter(worker -> worker.task() != null)
                                    .count()
                            == 2);
            Files.createFile(Path.of(gate));
            assertThat(first.await()).isNotEqualTo(second.await());

            List<Integer> inputs =
                    java.util.stream.IntStream.range(0, 20_000).boxed().toList();
            assertThat(pool.map(i -> i, inputs).toList()).isEqualTo(inputs);

            assertThatThrownBy(() -> pool.submit(() -> Work.exit(7)).await())
                    .isInstanceOfSatisfying(WorkerCrashedException.class, e -> {
                        assertThat(e.exitCode()).isEqualTo(7);
                        assertThat(e.place()).matches("node '(blue|red)' \\(127\\.0\\.0\\.1:\\d+\\)");
                    });
            String mark = place("mark");
            Task<String> hangs = pool.submit(() -> Work.hang(mark));
            long pid = Eventually.pid(mark);
            hangs.cancel("enough");
            assertThatThrownBy(hangs::await).isInstanceOf(CancellationException.class);
            assertThat(ProcessHandle.of(pid)).isPresent();

            byte[] much = new byte[12 << 20];
            much[much.length - 1] = 7;
            assertThat(pool.submit(() -> Work.large(much)).await()).isEqualTo(much);
        }
    }

    @Test
    @Order(2)
    @DisplayName("an agent listens on its two ports of one address only, and not on 11211 or 10800")
    void listens() throws Exception {
        Set<String> listening = new TreeSet<>();
        for (Process agent : AGENTS.values()) {
            listening.addAll(listening(agent.pid()));
        }
        assertThat(listening)
                .isEqualTo(
                        PORTS.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.toCollection(TreeSet::new)));
    }

    /** What a process listens on, of what /proc knows. */
    private static Set<String> listening(long pid) throws IOException {
        Set<String> inodes = new java.util.HashSet<>();
        try (var files = Files.newDirectoryStream(Path.of("/proc/" + pid + "/fd"))) {
            for (Path file : files) {
                try {
                    String target = Files.readSymbolicLink(file).toString();
                    if (target.startsWith("socket:[")) {
                        inodes.add(target.substring(8, target.length() - 1));
                    }
                } catch (IOException e) {
                    // closed meanwhile
                }
            }
        }
        Set<String> found = new TreeSet<>();
        for (String table : List.of("tcp", "tcp6")) {
            for (String line : Files.readAllLines(Path.of("/proc/net/" + table))) {
                String[] fields = line.strip().split("\\s+", -1);
                if (fields.length > 9 && fields[3].equals("0A") && inodes.contains(fields[9])) {
                    String[] local = fields[1].split(":", -1);
                    String address = local[0];
                    boolean loopback = address.equals("0100007F") || address.endsWith("FFFF00000100007F");
                    found.add((loopback ? "127.0.0.1" : address) + ":" + Integer.parseInt(local[1], 16));
                }
            }
        }
        return found;
    }

    @Test
    @Order(3)
    @DisplayName(
            "a client without a certificate, with one of another authority, or with TLS 1.2 gets nothing; nor does one without TLS")
    void refusesStrangers() throws Exception {
        Path evil = directory.resolve("evil");
        Authority.init(evil, List.of("127.0.0.1"));
        for (int port : PORTS) {
            assertThat(answer(context(null, null), port, "TLSv1.3"))
                    .as("without a certificate, port %s", port)
                    .isZero();
            assertThat(answer(context(null, null), port, "TLSv1.2"))
                    .as("TLS 1.2, port %s", port)
                    .isZero();
            assertThat(answer(context(evil.resolve("driver"), driver), port, "TLSv1.3"))
                    .as("evil, port %s", port)
                    .isZero();
            assertThat(answer(context(driver, driver), port, "TLSv1.2"))
                    .as("TLS 1.2 with a certificate, port %s", port)
                    .isZero();
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setSoTimeout(2_000);
                socket.getOutputStream().write("version\r\n".getBytes(StandardCharsets.US_ASCII));
                byte[] said = read(socket.getInputStream());
                // At most the alert of TLS that this is none.
                assertThat(said.length == 0 || said[0] == 21)
                        .as("plain, port %s", port)
                        .isTrue();
            }
        }
    }

    private static byte[] read(InputStream in) {
        try {
            return in.readNBytes(64);
        } catch (IOException e) {
            return new byte[0];
        }
    }

    /**
     * {@return how many bytes of the application a server gives to a client that trusts everything and begins as
     * Ignite's discovery does}
     */
    private static int answer(SSLContext context, int port, String protocol) throws IOException {
        try (SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(2_000);
            socket.setEnabledProtocols(new String[] {protocol});
            socket.getOutputStream()
                    .write(new byte[] {0, 0, 0x47, 0x47, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
            return read(socket.getInputStream()).length;
        } catch (IOException e) {
            return 0;
        }
    }

    private static SSLContext context(@Nullable Path own, @Nullable Path trusted) throws Exception {
        var context = SSLContext.getInstance("TLS");
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        if (own == null) {
            keys.init(null, null);
        } else {
            keys.init(store(own, "key.p12"), password(own));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(store(trusted == null ? driver : trusted, "trust.p12"));
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private static KeyStore store(Path credentials, String name) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(credentials.resolve(name))) {
            store.load(in, password(credentials));
        }
        return store;
    }

    private static char[] password(Path credentials) throws IOException {
        return Files.readAllLines(credentials.resolve("cluster.properties")).stream()
                .filter(line -> line.startsWith("password="))
                .map(line -> line.substring("password=".length()))
                .findFirst()
                .orElseThrow()
                .toCharArray();
    }

    @Test
    @Order(4)
    @DisplayName("a driver with credentials of another cluster cannot join, and says so")
    void refusesOtherCluster() throws Exception {
        Path other = directory.resolve("other");
        Authority.init(other, List.of("127.0.0.1:" + PORTS.getFirst()));
        assertThatThrownBy(() -> ClusterPool.of(other.resolve("driver")))
                .isInstanceOf(ClusterException.class)
                .hasMessageContaining("cannot join the cluster at 127.0.0.1:" + PORTS.getFirst());
        assertThatThrownBy(() -> ClusterPool.of(other.resolve("agent")))
                .isInstanceOf(ClusterException.class)
                .hasMessageContaining("expected the credentials of a driver");
    }

    @Test
    @Order(5)
    @DisplayName("kill -9 of a driver leaves no gateway, no worker and no file")
    void killsDriver() throws Exception {
        String mark = place("driven");
        var builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                DriverProgram.class.getName(),
                driver.toString(),
                mark);
        Process program = builder.redirectErrorStream(true)
                .redirectOutput(directory.resolve("driver.log").toFile())
                .start();
        long worker = Eventually.pid(mark);
        List<ProcessHandle> children = program.descendants().toList();
        assertThat(children).isNotEmpty();
        program.destroyForcibly();
        Eventually.gone(worker);
        for (ProcessHandle child : children) {
            Eventually.gone(child.pid());
        }
    }

    @Test
    @Order(6)
    @DisplayName("kill -9 of an agent costs the tasks that were there, which say so, and no others")
    void killsAgent() throws Exception {
        try (ClusterPool pool = ClusterPool.of(driver)) {
            Eventually.holds("both nodes are there", () -> pool.nodes().size() == 2 && pool.parallelism() == 2);
            String gate = place("open");
            Task<Integer> first = pool.submit(() -> Work.await(1, gate));
            Task<Integer> second = pool.submit(() -> Work.await(2, gate));
            Eventually.holds(
                    "both run",
                    () -> pool.workers().stream()
                                    .filter(worker -> worker.task() != null)
                                    .count()
                            == 2);
            AGENTS.get("red").destroyForcibly();
            Eventually.holds("one has failed", () -> first.isDone() || second.isDone());
            Task<Integer> lost = first.isDone() ? first : second;
            Task<Integer> other = first.isDone() ? second : first;
            assertThat(lost.failure())
                    .isInstanceOf(WorkerCrashedException.class)
                    .hasMessageContaining("on node 'red' (127.0.0.1:" + PORTS.get(2) + ")");
            assertThat(other.isDone()).isFalse();
            Files.createFile(Path.of(gate));
            assertThat(other.await()).isEqualTo(other == first ? 1 : 2);
            Eventually.holds("the pool is smaller", () -> pool.parallelism() == 1);
            assertThat(pool.submit(() -> Work.half(2)).await()).isEqualTo(1);
        }
    }
}
