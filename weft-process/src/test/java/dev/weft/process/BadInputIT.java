package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weft.Job;
import dev.weft.Task;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What cannot work fails its task alone, in words that say what to do. */
@Timeout(60)
class BadInputIT {
    @TempDir
    Path directory;

    private static ProcessPool.Builder quiet(int workers) {
        return ProcessPool.builder().workers(workers).heap("64m").output(WorkerOutput.discard());
    }

    /** Ends the JVM that reads it. */
    static final class EndsItsReader implements Serializable {
        private static final long serialVersionUID = 1;

        private void readObject(ObjectInputStream in) {
            Runtime.getRuntime().halt(81);
        }
    }

    /** Ends the JVM that writes it. */
    static final class EndsItsWriter implements Serializable {
        private static final long serialVersionUID = 1;

        private void writeObject(ObjectOutputStream out) {
            Runtime.getRuntime().halt(82);
        }
    }

    @Test
    void aLambdaThatCapturesSomethingUnsendableFailsItsTaskAndNamesIt() {
        try (var pool = quiet(1).build()) {
            Object lock = new Object();
            Task<Integer> task = pool.submit(() -> lock.hashCode());
            assertThatThrownBy(task::await)
                    .isInstanceOf(TransferException.class)
                    .hasMessageContaining("java.lang.Object")
                    .hasMessageContaining("captured");
            assertThat(pool.submit(() -> 1).await()).isEqualTo(1);
        }
    }

    @Test
    void aClassThatTheWorkerCannotFindFailsItsTaskAndSaysWhereItLooked() throws Exception {
        Path source = directory.resolve("Elsewhere.java");
        Files.writeString(source, """
                public record Elsewhere(int value) implements dev.weft.Job<Integer> {
                    public Integer call() { return value; }
                }
                """);
        assertThat(ToolProvider.getSystemJavaCompiler()
                        .run(
                                null,
                                null,
                                null,
                                "-proc:none",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "-d",
                                directory.toString(),
                                source.toString()))
                .isZero();
        try (var loader = new URLClassLoader(new URL[] {directory.toUri().toURL()});
                var pool = quiet(1).build()) {
            @SuppressWarnings("unchecked")
            var job = (Job<Integer>)
                    loader.loadClass("Elsewhere").getConstructor(int.class).newInstance(7);
            Task<Integer> task = pool.submit(job);
            assertThatThrownBy(task::await)
                    .isInstanceOf(TransferException.class)
                    .hasMessageContaining("the work needs class Elsewhere")
                    .hasMessageContaining("not on the class path of the worker process")
                    .hasMessageContaining("must be put there");
            assertThat(pool.submit(() -> 1).await()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("P294 if workers cannot be started, those that were are not left behind")
    void ifSomeWorkersCannotBeStartedNoneIsLeftBehind() throws Exception {
        var pool = quiet(3).jvmArgs("-XX:+NoSuchFlagAtAll").build();
        assertThatThrownBy(() -> pool.submit(() -> 1).await())
                .isInstanceOf(BrokenPoolException.class)
                .hasMessageContaining("NoSuchFlagAtAll");
        Eventually.until("no worker is left", () -> pool.workers().isEmpty());
        pool.close();
    }

    @Test
    void workThatEndsItsWorkerWhileItIsReadIsNamed() {
        try (var pool = quiet(1).build()) {
            var poison = new EndsItsReader();
            Task<Integer> task = pool.submit(() -> poison.hashCode());
            var crash = catchThrowableOfType(WorkerCrashedException.class, task::await);
            assertThat(crash.exitCode()).isEqualTo(81);
            assertThat(crash).hasMessageContaining(task.name()).hasMessageContaining("exited with code 81");
            assertThat(pool.submit(() -> 1).await()).isEqualTo(1);
        }
    }

    @Test
    void aResultThatEndsItsWorkerWhileItIsWrittenIsNamed() {
        try (var pool = quiet(1).build()) {
            var crash = catchThrowableOfType(
                    WorkerCrashedException.class,
                    () -> pool.submit(() -> new EndsItsWriter()).await());
            assertThat(crash.exitCode()).isEqualTo(82);
            assertThat(pool.submit(() -> 1).await()).isEqualTo(1);
        }
    }

    @Test
    void aWorkerThatIsKilledWhileItReadsALargeTaskCostsNothing() throws Exception {
        try (var pool = quiet(1).build()) {
            long pid = pool.submit(Jobs::pid).await();
            assertThat(new ProcessBuilder("kill", "-STOP", Long.toString(pid))
                            .start()
                            .waitFor())
                    .isZero();
            String large = "x".repeat(4 << 20); // more than the socket holds
            Task<Integer> task = pool.submit(() -> large.length());
            Jobs.kill(pid);
            assertThat(task.await()).isEqualTo(4 << 20);
        }
    }

    @Test
    void aWorkerThatIsKilledWhileItWritesALargeResultCostsThatTaskOrNothing() throws Exception {
        var random = new Random(5);
        try (var pool = quiet(1).build()) {
            for (int i = 0; i < 6; i++) {
                long pid = pool.submit(Jobs::pid).await();
                Task<String> task = pool.submit(() -> "r".repeat(4 << 20));
                TimeUnit.MICROSECONDS.sleep(random.nextInt(12_000));
                Jobs.kill(pid);
                task.join();
                if (task.state() == Task.State.SUCCESS) {
                    assertThat(task.result()).hasSize(4 << 20);
                } else {
                    assertThat(task.failure())
                            .isInstanceOf(WorkerCrashedException.class)
                            .hasMessageContaining("worker process " + pid)
                            .hasMessageContaining("SIGKILL");
                }
            }
        }
    }

    @Test
    void aTaskThatNoWorkerCouldStartNamesThemAll() {
        var exits = List.of(
                new Exit(11, 137, List.of(), null, null),
                new Exit(12, 134, List.of(), null, null),
                new Exit(13, 1, List.of("last words"), null, null));
        assertThat(WorkerCrashedException.beforeStart("t", "p", exits))
                .hasMessageContaining("each of the 3 worker processes of pool 'p' that were sent it ended before")
                .hasMessageContaining("process 11 was ended by SIGKILL (exit code 137)")
                .hasMessageContaining("process 12 was ended by SIGABRT")
                .hasMessageContaining("process 13 exited with code 1")
                .hasMessageContaining("last words");
    }

    /** Files may have no more than 100 KiB in the program that this runs, as if the disk were full. */
    @Test
    void whereSharedMemoryIsFullLargeArraysGoWithTheirMessages() throws Exception {
        assertThat(outputOf(List.of("/bin/sh", "-c", "ulimit -f 200; exec \"$@\"", "limited"), "-Xmx128m"))
                .contains("1048576 7 and back 1048576 9");
    }

    /** Runs {@link LargeArrays} in a JVM of its own, by a command before it. */
    private static String outputOf(List<String> before, String flag) throws Exception {
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                flag,
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                LargeArrays.class.getName()));
        Process program = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            String output = program.inputReader(StandardCharsets.UTF_8).readAllAsString();
            assertThat(program.waitFor(40, TimeUnit.SECONDS)).isTrue();
            return output;
        } finally {
            program.destroyForcibly();
        }
    }

    /** Sends an array of 1 MiB and gets another back. */
    static final class LargeArrays {
        private LargeArrays() {}

        public static void main(String[] arguments) {
            try (var pool = ProcessPool.builder().workers(1).heap("64m").build()) {
                byte[] there = new byte[1 << 20];
                there[there.length - 1] = 7;
                System.out.print(pool.submit(() -> there.length + " " + there[there.length - 1])
                        .await());
                byte[] back = pool.submit(() -> {
                            byte[] answer = new byte[1 << 20];
                            answer[answer.length - 1] = 9;
                            return answer;
                        })
                        .await();
                System.out.println(" and back " + back.length + " " + back[back.length - 1]);
            }
        }
    }

    @Test
    void aDirectoryWithoutPermissionIsNamedWithTheRemedy() throws Exception {
        // Where not even root may make a directory.
        assertThat(outputOf(List.of(), "-Djava.io.tmpdir=/proc"))
                .contains("cannot make the directory /proc/weft-")
                .contains("make room there or make it writable, or set -Djava.io.tmpdir to another directory");
    }
}
