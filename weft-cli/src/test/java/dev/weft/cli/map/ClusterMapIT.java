package dev.weft.cli.map;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Runs the real program over functions on a cluster of two agents, which it runs too. */
@EnabledOnOs(OS.LINUX)
@Timeout(150)
class ClusterMapIT extends Program {
    private static final String SOURCE = """
            import java.nio.file.*;
            public class Work {
                static int twice(int number) { return 2 * number; }
                static String much(int megabytes) {
                    System.out.print("y".repeat(megabytes << 20));
                    return "done";
                }
                static String waits(Path mark) throws Exception {
                    Files.createFile(mark);
                    while (!Files.exists(mark.resolveSibling("gate"))) Thread.sleep(5);
                    return mark.getFileName().toString();
                }
            }
            """;

    @Test
    void aMapRunsOnAClusterAndALostNodeCostsItsInputs() throws Exception {
        Files.writeString(directory.resolve("Work.java"), SOURCE);
        environment.put("XDG_CACHE_HOME", directory.resolve("cache").toString());
        int port = freePorts();
        String addresses = "127.0.0.1:" + port + ",127.0.0.1:" + (port + 2);
        assertThat(run("", "cluster", "init", "c", "--at", addresses)).as(err()).isZero();
        assertThat(out()).contains("c/agent").contains("c/driver");
        Process blue = agent("blue", port);
        Process red = agent("red", port + 2);

        assertThat(run(
                        "",
                        "map",
                        "-qk",
                        "--with",
                        "cluster",
                        "--cluster",
                        "c/driver",
                        "--java",
                        "Work.java::twice",
                        ":::",
                        "1",
                        "2",
                        "3"))
                .as(err())
                .isZero();
        assertThat(out()).isEqualTo("2\n4\n6\n");
        assertThat(err()).isEmpty();

        assertThat(run(
                        "",
                        "map",
                        "-q",
                        "--with",
                        "cluster",
                        "--cluster",
                        "c/driver",
                        "--java",
                        "Work.java::much",
                        ":::",
                        "3"))
                .as(err())
                .isZero();
        assertThat(out()).isEqualTo("done\n");
        assertThat(err()).hasSize(3 << 20);

        Process map = start(
                "",
                weft(
                        "map",
                        "-q",
                        "--with",
                        "cluster",
                        "--cluster",
                        "c/driver",
                        "--timeout",
                        "100s",
                        "--java",
                        "Work.java::waits",
                        ":::",
                        directory.resolve("one").toString(),
                        directory.resolve("two").toString()));
        until(directory.resolve("one"));
        until(directory.resolve("two"));
        red.destroyForcibly(); // and with it the JVM of the agent
        while (!err().contains("node 'red'")) {
            Thread.sleep(20);
        }
        Files.createFile(directory.resolve("gate"));
        assertThat(end(map)).as(err()).isEqualTo(1);
        assertThat(out()).matches("(one|two)\n");
        assertThat(err()).contains("was lost with node 'red' (127.0.0.1:" + (port + 2) + ")");

        blue.destroy();
        assertThat(blue.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void badCredentialsAreALine() throws Exception {
        Files.writeString(directory.resolve("Work.java"), SOURCE);
        environment.put("XDG_CACHE_HOME", directory.resolve("cache").toString());
        assertThat(run(
                        "",
                        "map",
                        "-q",
                        "--with",
                        "cluster",
                        "--cluster",
                        "none",
                        "--java",
                        "Work.java::twice",
                        ":::",
                        "1"))
                .isEqualTo(4);
        assertThat(err())
                .startsWith("weft: expected the credentials of a cluster in none")
                .hasLineCount(1);
        assertThat(run("", "cluster", "agent", "none")).isEqualTo(4);
        assertThat(err())
                .startsWith("weft: expected the credentials of a cluster in none")
                .hasLineCount(1);
    }

    private Process agent(String name, int port) throws Exception {
        Path out = directory.resolve(name + ".out");
        Process agent = start(builder(
                        "",
                        weft(
                                "cluster",
                                "agent",
                                "c/agent",
                                "--name",
                                name,
                                "--slots",
                                "1",
                                "--bind",
                                "127.0.0.1:" + port))
                .redirectOutput(out.toFile())
                .redirectError(directory.resolve(name + ".err").toFile()));
        while (!Files.exists(out) || !Files.readString(out).contains("weft: agent " + name)) {
            assertThat(agent.isAlive())
                    .as("%s", directory.resolve(name + ".err"))
                    .isTrue();
            Thread.sleep(20);
        }
        return agent;
    }

    private static void until(Path file) throws InterruptedException {
        while (!Files.exists(file)) {
            Thread.sleep(20);
        }
    }

    /** {@return the first of four ports in a row that nobody uses now} */
    private static int freePorts() throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        for (int port = 22_000 + (int) (ProcessHandle.current().pid() % 20_000); ; port += 4) {
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
}
