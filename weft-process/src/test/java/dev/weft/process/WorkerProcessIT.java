package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.process.connection.AuthKey;
import dev.weft.process.connection.Client;
import dev.weft.process.connection.Connection;
import dev.weft.process.connection.Connections;
import dev.weft.process.connection.EndOfConnectionException;
import dev.weft.process.connection.Listener;
import dev.weft.process.connection.Pipe;
import dev.weft.process.connection.Waitable;
import java.io.IOException;
import java.io.Serializable;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Functions in processes of their own. */
@Timeout(120)
class WorkerProcessIT {
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private final List<String> printed = new CopyOnWriteArrayList<>();

    private WorkerProcess.Builder process() {
        return WorkerProcess.builder().heap("64m").output((_, _, line) -> printed.add(line));
    }

    record Point(int x, int y) implements Serializable {}

    @Test
    void aFunctionRunsElsewhereAndItsResultComesBack() {
        int captured = 20;
        try (var process = process().name("adder").start(() -> new Point(captured + 1, (int) Jobs.pid()))) {
            Point point = process.task().await();
            assertThat(point).isEqualTo(new Point(21, (int) process.pid()));
            process.join();
            assertThat(process.isAlive()).isFalse();
            assertThat(process.exitCode()).hasValue(0);
            assertThat(process.signal()).isEmpty();
            assertThat(process.onExit()).isCompletedWithValue(process);
            assertThat(process).hasToString("WorkerProcess[adder, pid " + process.pid() + ", exit code 0]");
        }
    }

    @Test
    void aFailureComesBackAsItselfAndTheProcessExitsWithOne() {
        try (var process = process().start(() -> {
            throw new IOException("no paper");
        })) {
            assertThatThrownBy(() -> process.task().await(IOException.class))
                    .isInstanceOf(IOException.class)
                    .hasMessage("no paper")
                    .satisfies(e -> assertThat(e.getSuppressed())
                            .anySatisfy(trace -> assertThat(trace)
                                    .isInstanceOfSatisfying(
                                            RemoteTrace.class,
                                            remote -> assertThat(remote.pid()).isEqualTo(process.pid()))));
            process.join();
            assertThat(process.exitCode()).hasValue(1);
            assertThat(String.join("\n", printed)).contains("java.io.IOException: no paper");
        }
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "7"})
    @DisplayName("P255 a process that exits by itself has that exit code; text goes to standard error with code 1")
    void exitCodesAreThoseOfTheProgram(int code) {
        try (var process = process().start(() -> {
            System.exit(code);
            return 0;
        })) {
            process.join();
            assertThat(process.exitCode()).hasValue(code);
            assertThatThrownBy(() -> process.task().await())
                    .isInstanceOf(WorkerCrashedException.class)
                    .hasMessageContaining("before its function ended, exited with code " + code);
        }
    }

    @Test
    @DisplayName("P251 a terminated process reports the signal that ended it")
    void aTerminatedProcessReportsTheSignal() throws Exception {
        String file = directory.resolve("started").toString();
        try (var process = process().start(() -> Jobs.startedAndSleeping(file))) {
            assertThat(process.isAlive()).isTrue();
            assertThat(process.exitCode()).isEmpty();
            assertThat(process.join(Duration.ZERO)).isFalse();
            Jobs.awaitStarted(Path.of(file));
            process.terminate();
            process.join();
            assertThat(process.signal()).hasValue("SIGTERM");
            assertThat(process.exitCode()).hasValue(128 + 15);
            assertThatThrownBy(() -> process.task().await())
                    .isInstanceOf(WorkerCrashedException.class)
                    .hasMessageContaining("SIGTERM");
        }
    }

    @Test
    @DisplayName("P251 so does a killed one")
    void aKilledProcessReportsTheSignal() throws Exception {
        String file = directory.resolve("started").toString();
        try (var process = process().start(() -> Jobs.startedAndSpinning(file))) {
            Jobs.awaitStarted(Path.of(file));
            process.kill();
            process.join();
            assertThat(process.signal()).hasValue("SIGKILL");
        }
    }

    @Test
    @DisplayName("P252 the sentinel is not ready while the process runs and is once it has ended")
    void theSentinelIsReadyAtTheEnd() {
        Pipe pipe = Pipe.open();
        Connection theirs = pipe.right();
        try (var mine = pipe.left();
                var process = process().start(() -> theirs.receive())) {
            var sentinel = process.sentinel();
            assertThat(sentinel.isReady()).isFalse();
            assertThat(Connections.waitAny(List.of(sentinel), Duration.ofMillis(10)))
                    .isEmpty();
            mine.send("end");
            assertThat(Connections.waitAny(List.of(sentinel), LONG)).containsExactly(sentinel);
            assertThat(sentinel.isReady()).isTrue();
            assertThat(process.sentinel().isReady()).isTrue();
        }
    }

    @Test
    void interruptReachesTheFunction() throws Exception {
        String file = directory.resolve("started").toString();
        try (var process = process().start(() -> {
            Jobs.started(file);
            try {
                Thread.sleep(60_000);
                return "slept";
            } catch (InterruptedException e) {
                return "interrupted";
            }
        })) {
            Jobs.awaitStarted(Path.of(file));
            process.interrupt();
            assertThat(process.task().await()).isEqualTo("interrupted");
            process.join();
            process.interrupt(); // of no effect
        }
    }

    @Test
    void cancellingTheTaskInterruptsAndThenKills() throws Exception {
        String gentle = directory.resolve("gentle").toString();
        String stubborn = directory.resolve("stubborn").toString();
        try (var one = process().start(() -> Jobs.startedAndSleeping(gentle));
                var two = process().killGrace(Duration.ofMillis(50)).start(() -> Jobs.startedAndSpinning(stubborn))) {
            Jobs.awaitStarted(Path.of(gentle));
            Jobs.awaitStarted(Path.of(stubborn));
            assertThat(one.task().cancel("not needed")).isTrue();
            assertThat(two.task().cancel("not needed")).isTrue();
            assertThatThrownBy(() -> one.task().await())
                    .isInstanceOf(CancellationException.class)
                    .hasMessageContaining("not needed");
            assertThatThrownBy(() -> two.task().await()).isInstanceOf(CancellationException.class);
            two.join();
            assertThat(two.signal()).hasValue("SIGKILL");
        }
    }

    @Test
    void aProcessKnowsItsNameAndItsParent() {
        assertThat(WorkerProcess.currentProcess().name()).isEqualTo("main");
        assertThat(WorkerProcess.parentProcess()).isEmpty();
        try (var process = process()
                .name("knows")
                .start(() -> WorkerProcess.currentProcess() + " "
                        + WorkerProcess.parentProcess().orElseThrow() + " "
                        + WorkerProcess.parentProcess().orElseThrow().isAlive())) {
            assertThat(WorkerProcess.activeProcesses()).contains(process);
            long me = ProcessHandle.current().pid();
            assertThat(process.task().await())
                    .isEqualTo("ProcessIdentity[pid=" + process.pid() + ", name=knows] ProcessIdentity[pid=" + me
                            + ", name=main] true");
            process.join();
            assertThat(WorkerProcess.activeProcesses()).doesNotContain(process);
        }
    }

    @Test
    void settingsReachTheProcess() {
        try (var process = process()
                .environment(Map.of("WEFT_TEST", "here"))
                .jvmArgs("-Dweft.test=there")
                .start(() -> {
                    System.out.println("to the output");
                    return Jobs.environment("WEFT_TEST") + System.getProperty("weft.test") + " "
                            + (Runtime.getRuntime().maxMemory() >> 20) + " " + System.in.read();
                })) {
            assertThat(process.task().await()).startsWith("herethere 6").endsWith(" -1");
            process.join();
            assertThat(printed).contains("to the output");
        }
    }

    @Test
    void whatCannotBeSentFailsTheStart() {
        var lock = new Object();
        assertThatThrownBy(() -> process().start(() -> lock.hashCode()))
                .isInstanceOf(TransferException.class)
                .hasMessageContaining("java.lang.Object");
    }

    @Test
    void aProcessThatCannotStartSaysWhy() {
        try (var process = process().jvmArgs("-XX:NoSuchFlag=1").start(() -> 1)) {
            assertThatThrownBy(() -> process.task().await())
                    .isInstanceOf(WorkerCrashedException.class)
                    .hasMessageContaining("NoSuchFlag");
        }
    }

    @Test
    void aProcessGoesOnUntilItsThreadsHaveEnded() {
        try (var process = process().start(() -> {
            var go = new CountDownLatch(1);
            Thread.ofPlatform().daemon(false).start(() -> {
                try {
                    go.await();
                    System.out.println("the thread has ended");
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("the hook has run")));
            go.countDown();
            return "function";
        })) {
            assertThat(process.task().await()).isEqualTo("function");
            process.join();
            assertThat(printed).containsExactly("the thread has ended", "the hook has run");
        }
    }

    // What two processes say to each other.

    static Object echo(Connection connection) {
        try (connection) {
            while (true) {
                connection.send(connection.receive());
            }
        } catch (EndOfConnectionException e) {
            return "ended";
        }
    }

    @Test
    @DisplayName("P280 messages of all sizes go to another process and back; its end is the end of the connection")
    void messagesToAnotherProcess() {
        Pipe pipe = Pipe.open();
        Connection theirs = pipe.right();
        try (var mine = pipe.left()) {
            mine.send("sent before the process was started");
            try (var process = process().start(() -> echo(theirs))) {
                mine.send("sent before the process had taken its end");
                assertThat(mine.receive()).isEqualTo("sent before the process was started");
                assertThat(mine.receive()).isEqualTo("sent before the process had taken its end");
                for (int size : new int[] {0, 1, 1000, 70_000, 1 << 20}) {
                    mine.sendBytes(new byte[size]);
                    assertThat(mine.receiveBytes()).hasSize(size);
                }
                mine.send(new Point(1, 2));
                assertThat(mine.receive()).isEqualTo(new Point(1, 2));
                process.kill();
                assertThatThrownBy(mine::receive).isInstanceOf(EndOfConnectionException.class);
            }
        }
    }

    @Test
    void closingMyEndEndsTheirs() {
        Pipe pipe = Pipe.open();
        Connection theirs = pipe.right();
        try (var process = process().start(() -> echo(theirs))) {
            theirs.close(); // as one would in Python; the process has it all the same
            pipe.left().send(1);
            assertThat(pipe.left().receive()).isEqualTo(1);
            pipe.left().close();
            assertThat(process.task().await()).isEqualTo("ended");
        }
    }

    @Test
    void aProcessThatEndsWithoutUsingItsEndClosesIt() {
        Pipe pipe = Pipe.open();
        Connection theirs = pipe.right();
        try (var process = process().start(() -> theirs == null ? 1 : 2)) {
            assertThatThrownBy(() -> pipe.left().receive()).isInstanceOf(EndOfConnectionException.class);
            assertThat(process.task().await()).isEqualTo(2);
        }
        assertThat(theirs.isOpen()).isFalse();
    }

    @Test
    void twoProcessesTalkToEachOther() {
        Pipe pipe = Pipe.open();
        Connection left = pipe.left();
        Connection right = pipe.right();
        try (var echo = process().start(() -> echo(right));
                var caller = process().start(() -> {
                    left.send("around");
                    Object answer = left.receive();
                    left.close();
                    return answer;
                })) {
            assertThat(caller.task().await()).isEqualTo("around");
            assertThat(echo.task().await()).isEqualTo("ended");
        }
    }

    @Test
    @DisplayName("P285 an open connection can be sent to another process and used there")
    void anOpenConnectionIsSentToAnotherProcess() {
        AuthKey key = AuthKey.random();
        Pipe pipe = Pipe.open();
        Connection theirs = pipe.right();
        try (var listener = Listener.open(key);
                var process = process().start(() -> {
                    var accepted = theirs.receive(Connection.class);
                    accepted.send("greetings from " + accepted.receive());
                    accepted.close();
                    return null;
                });
                var client = Client.connect(listener.address(), key);
                var accepted = listener.accept()) {
            pipe.left().send(accepted);
            client.send("elsewhere");
            assertThat(client.receive()).isEqualTo("greetings from elsewhere");
            assertThatThrownBy(client::receive).isInstanceOf(EndOfConnectionException.class);
            assertThat(process.task().await()).isNull();
            assertThat(accepted.isOpen()).isFalse();
        }
        pipe.close();
    }

    @Test
    void aListenerAndAKeyInTwoProcesses() {
        AuthKey key = AuthKey.random();
        String socket = directory.resolve("s").toString();
        try (var listener = Listener.open(UnixDomainSocketAddress.of(socket), key);
                var process = process().start(() -> {
                    try (var client = Client.connect(UnixDomainSocketAddress.of(socket), key)) {
                        client.send("I know the key");
                        return client.receive();
                    }
                });
                var connection = listener.accept()) {
            assertThat(connection.receive()).isEqualTo("I know the key");
            connection.send("so do I");
            assertThat(process.task().await()).isEqualTo("so do I");
        }
    }

    @Test
    @DisplayName("P292 one wait takes the connections and the ends of many processes")
    void waitingForManyProcesses() {
        List<Waitable> all = new ArrayList<>();
        List<WorkerProcess<?>> processes = new ArrayList<>();
        List<Connection> mine = new ArrayList<>();
        try {
            for (int i = 0; i < 2; i++) {
                Pipe pipe = Pipe.open();
                Connection theirs = pipe.right();
                var process = process().start(() -> {
                    theirs.send("ready");
                    return theirs.receive();
                });
                processes.add(process);
                mine.add(pipe.left());
                all.add(pipe.left());
                all.add(process.sentinel());
            }
            for (Connection connection : mine) {
                assertThat(connection.poll(LONG)).isTrue();
                assertThat(Connections.waitAny(all)).contains(connection);
                assertThat(connection.receive()).isEqualTo("ready");
            }
            assertThat(Connections.waitAny(all, Duration.ZERO)).isEmpty();
            mine.get(1).send("end");
            processes.get(1).join();
            assertThat(mine.get(1).poll(LONG)).isTrue();
            assertThat(Connections.waitAny(all)).containsExactly(all.get(2), all.get(3));
        } finally {
            processes.forEach(WorkerProcess::close);
            mine.forEach(Connection::close);
        }
    }

    @Test
    @SuppressWarnings("try") // the end is closed for the task to see it
    void aTaskOfAPoolUsesAnEndOfAPipe() {
        Pipe pipe = Pipe.open();
        Connection theirs = pipe.right();
        try (var mine = pipe.left();
                var pool = ProcessPool.builder().workers(1).heap("64m").build()) {
            var task = pool.submit(() -> echo(theirs));
            mine.send("to the pool");
            assertThat(mine.receive()).isEqualTo("to the pool");
            mine.close();
            assertThat(task.await()).isEqualTo("ended");
        }
    }

    @Test
    void coroutinesStartProcessesAndWaitForThem() {
        List<Long> pids = Weft.run(() -> {
            try (var group = TaskGroup.open()) {
                var one = group.spawn(WorkerProcessIT::pidOfAProcess);
                var two = group.spawn(WorkerProcessIT::pidOfAProcess);
                group.join();
                return List.of(one.result(), two.result());
            }
        });
        assertThat(pids).doesNotHaveDuplicates();
    }

    private static long pidOfAProcess() {
        try (var process = WorkerProcess.builder().heap("64m").start(Jobs::pid)) {
            process.join();
            return process.task().result();
        }
    }

    // The end of the parent.

    /** Starts two processes, one of them a daemon, and ends in the way that it is told. */
    static final class Parent {
        private Parent() {}

        public static void main(String[] arguments) throws Exception {
            String directory = arguments[0];
            var slow = WorkerProcess.builder().heap("64m").start(() -> {
                Jobs.started(directory + "/slow");
                Path end = Path.of(directory, "end");
                Eventually.until("the test says so", () -> Files.exists(end));
                System.out.println("the slow one has ended");
                return 0;
            });
            WorkerProcess.builder()
                    .heap("64m")
                    .daemon(true)
                    .start(() -> Jobs.startedAndSpinning(directory + "/daemon"));
            Jobs.awaitStarted(Path.of(directory, "slow"));
            Jobs.awaitStarted(Path.of(directory, "daemon"));
            System.out.println("main has ended " + slow.isAlive());
            if (arguments[1].equals("exit")) {
                System.exit(5);
            }
        }
    }

    private Process parent(String way) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-Djava.io.tmpdir=" + directory,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Parent.class.getName(),
                        directory.toString(),
                        way)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    @Test
    void aParentWaitsForItsProcessesAndEndsItsDaemons() throws Exception {
        Process parent = parent("return");
        try {
            long daemon = Jobs.awaitStarted(directory.resolve("daemon"));
            var out = parent.inputReader();
            assertThat(out.readLine()).isEqualTo("main has ended true");
            assertThat(parent.isAlive()).isTrue();
            Files.createFile(directory.resolve("end"));
            assertThat(out.readLine()).isEqualTo("the slow one has ended");
            assertThat(parent.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(parent.exitValue()).isZero();
            assertThat(Jobs.ends(daemon)).isTrue();
            assertThat(directory).isDirectoryNotContaining("glob:**weft-*");
        } finally {
            parent.destroyForcibly();
        }
    }

    @ParameterizedTest
    @CsvSource({"exit", "return"})
    void nothingIsLeftOfAParentThatExitsOrIsKilled(String way) throws Exception {
        Process parent = parent(way);
        try {
            long slow = Jobs.awaitStarted(directory.resolve("slow"));
            long daemon = Jobs.awaitStarted(directory.resolve("daemon"));
            if (way.equals("return")) {
                parent.destroyForcibly();
            }
            assertThat(parent.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(parent.exitValue()).isEqualTo(way.equals("exit") ? 5 : 137);
            assertThat(Jobs.ends(slow)).isTrue();
            assertThat(Jobs.ends(daemon)).isTrue();
        } finally {
            parent.destroyForcibly();
        }
    }
}
