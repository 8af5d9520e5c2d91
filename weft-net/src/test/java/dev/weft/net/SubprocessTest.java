package dev.weft.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weft.CancelScope;
import dev.weft.Task;
import dev.weft.TaskGroup;
import dev.weft.Weft;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
@Timeout(60)
class SubprocessTest {
    @TempDir
    Path directory;

    @Test
    void aProgramIsRunToItsEnd() throws Exception {
        Weft.run(() -> {
            var result = Subprocess.of("cat").input("hällo\n").run().check();
            assertThat(result.text()).isEqualTo("hällo");
            assertThat(result.exitCode()).isZero();
            assertThat(result.errorOutput()).isEmpty();
        });
    }

    @Test
    void aBadExitCodeIsAFailureOnRequest() throws Exception {
        Weft.run(() -> {
            var result = Subprocess.shell("echo out; echo reason >&2; exit 3").run();
            assertThat(result.exitCode()).isEqualTo(3);
            var failure = catchThrowableOfType(SubprocessException.class, result::check);
            assertThat(failure).hasMessageContainingAll("exit code 3", "reason");
            assertThat(failure.result().text()).isEqualTo("out");
        });
    }

    @Test
    void wordsAreArgumentsAndNoShellReadsThem() throws Exception {
        Weft.run(() -> assertThat(Subprocess.of("printf", "%s|", "a b", "$HOME", "*", "", "ü\n'\"")
                        .run()
                        .text())
                .isEqualTo("a b|$HOME|*||ü\n'\"|"));
    }

    @Test
    void environmentAndDirectoryAreThoseAskedFor() throws Exception {
        Weft.run(() -> assertThat(Subprocess.shell("echo $WEFT_TEST; pwd")
                        .environment("WEFT_TEST", "value")
                        .directory(directory)
                        .run()
                        .text())
                .isEqualTo("value\n" + directory.toRealPath()));
    }

    @Test
    void whatIsNotThereSaysSo() throws Exception {
        Weft.run(() -> {
            assertThatThrownBy(() -> Subprocess.of("no-such-program").run())
                    .isInstanceOf(IOException.class)
                    .hasMessageContainingAll("no-such-program", "PATH");
            assertThatThrownBy(() -> Subprocess.of("/no/such/program").run())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("no such file");
            assertThatThrownBy(() -> Subprocess.of("true")
                            .directory(directory.resolve("none"))
                            .run())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("no directory");
            assertThatThrownBy(() -> Subprocess.of()).isInstanceOf(IllegalArgumentException.class);
        });
    }

    @Test
    @DisplayName("P171 error output that is merged comes in order, and there is no pipe for it")
    void mergedErrors() throws Exception {
        Weft.run(() -> {
            Subprocess.Builder how =
                    Subprocess.shell("echo 1; echo 2 >&2; echo 3").mergeError();
            assertThat(how.run().text()).isEqualTo("1\n2\n3");
            try (var process = how.start()) {
                assertThatThrownBy(process::stderr).isInstanceOf(IllegalStateException.class);
            }
        });
    }

    @Test
    @DisplayName("P184 a process that does not read its input is no error for run, but one for who writes by hand")
    void aBrokenPipe() throws Exception {
        Weft.run(() -> {
            byte[] much = new byte[1_000_000];
            assertThat(Subprocess.of("true").input(much).run().exitCode()).isZero();
            try (var process = Subprocess.of("true").start()) {
                process.await();
                assertThatThrownBy(() -> {
                            process.stdin().write(much);
                            process.stdin().flush();
                        })
                        .isInstanceOf(SocketException.class)
                        .hasMessageContaining("the input of 'true'");
            }
        });
    }

    @Test
    void fullPipesHoldNobodyUp() throws Exception {
        Weft.run(() -> {
            byte[] much = new byte[2_000_000];
            var result = Subprocess.shell("cat; head -c 1000000 /dev/zero >&2")
                    .input(much)
                    .run();
            assertThat(result.output()).isEqualTo(much);
            assertThat(result.errorOutput()).hasSize(1_000_000);
        });
    }

    @Test
    @DisplayName("P187 a cancelled wait does not stop a later kill and wait")
    void aCancelledWait() throws Exception {
        Weft.run(() -> {
            try (var process = Subprocess.of("sleep", "1000").start();
                    var group = TaskGroup.open()) {
                Task<?> waiting = group.spawnNow(() -> process.await());
                var others = new ArrayList<Task<Integer>>();
                for (int i = 0; i < 3; i++) {
                    others.add(group.spawnNow(() -> process.await()));
                }
                waiting.cancel("enough");
                assertThatThrownBy(waiting::await).isInstanceOf(CancellationException.class);
                assertThat(process.isAlive()).isTrue();
                process.kill();
                assertThat(process.await()).isEqualTo(128 + 9);
                group.join();
                assertThat(others).allMatch(task -> task.result() == 128 + 9);
            }
        });
    }

    @Test
    @DisplayName("P190 what a process writes, the end of each pipe and its own end all arrive")
    void allEventsArrive() throws Exception {
        Weft.run(() -> {
            try (var process = Subprocess.shell("read line; echo $line; echo error >&2; exit 5")
                    .start()) {
                process.stdin().write("hello\n");
                process.stdin().close();
                assertThat(process.await()).isEqualTo(5);
                assertThat(new String(process.stdout().readAll(100), UTF_8)).isEqualTo("hello\n");
                assertThat(new String(process.stderr().readAll(100), UTF_8)).isEqualTo("error\n");
                assertThat(process.stdout().read(1)).isEmpty();
                assertThat(process.isAlive()).isFalse();
            }
        });
    }

    @Test
    void aTalkLineByLine() throws Exception {
        Weft.run(() -> {
            try (var cat = Subprocess.of("cat").start()) {
                for (int i = 0; i < 100; i++) {
                    cat.stdin().write("line " + i + "\n");
                    assertThat(cat.stdout().readLine()).isEqualTo("line " + i);
                }
            }
        });
    }

    @Test
    void aWriterIsHeldUpByAProcessThatDoesNotReadAndSoIsAProcessByAReader() throws Exception {
        Weft.run(() -> {
            try (var process = Subprocess.of("sleep", "1000").start()) {
                assertThat(Weft.moveOnAfter(Duration.ofMillis(300), () -> {
                            while (true) {
                                process.stdin().write(new byte[10_000]);
                            }
                        }))
                        .isEmpty();
                assertThat(process.stdin().written()).isLessThan(500_000);
            }
            try (var process = Subprocess.of("cat", "/dev/zero").start()) {
                process.stdout().readExactly(1000);
                Weft.sleep(Duration.ofMillis(100)); // it goes on writing, and nobody reads
                process.stdout().readExactly(1_000_000);
            }
        });
    }

    @Test
    void aTimeoutKillsAndShowsWhatCame() throws Exception {
        Weft.run(() -> {
            var failure = catchThrowableOfType(
                    SubprocessException.class,
                    () -> Subprocess.shell("echo begun; sleep 1000")
                            .timeout(Duration.ofMillis(500))
                            .run());
            assertThat(failure).hasMessageContainingAll("took longer than 500 ms", "killed");
            assertThat(failure.result().text()).isEqualTo("begun");
            assertThat(failure.result().exitCode()).isEqualTo(128 + 9);
        });
    }

    @Test
    void tooMuchOutputKills() throws Exception {
        Weft.run(() -> {
            var failure = catchThrowableOfType(
                    SubprocessException.class,
                    () -> Subprocess.of("cat", "/dev/zero").outputLimit(10_000).run());
            assertThat(failure).hasMessageContaining("more than 10000 bytes");
            assertThat(failure.result().output()).hasSize(10_000);
        });
    }

    @Test
    void nothingIsLeftOfACancelledRun() throws Exception {
        Path pids = directory.resolve("pids");
        Weft.run(() -> {
            var scope = CancelScope.create();
            try (var group = TaskGroup.open()) {
                group.spawn(() -> {
                    while (!Files.exists(pids) || Files.readString(pids).lines().count() < 2) {
                        Weft.sleep(Duration.ofMillis(5));
                    }
                    scope.cancel("enough");
                });
                scope.run(() -> Subprocess.shell("sleep 1000 & echo $! >> pids; echo $$ >> pids; wait")
                        .directory(directory)
                        .run());
            }
            assertThat(scope.caught()).isTrue();
            for (String pid : Files.readAllLines(pids)) {
                ProcessHandle.of(Long.parseLong(pid))
                        .ifPresent(left -> left.onExit().join()); // killed, and soon gone
            }
        });
    }

    @Test
    void redirectsAreThoseOfTheJdk() throws Exception {
        Path file = directory.resolve("out");
        Weft.run(() -> {
            Subprocess.of("echo", "hello")
                    .stdout(Redirect.to(file.toFile()))
                    .run()
                    .check();
            assertThat(file).hasContent("hello\n");
            assertThat(Subprocess.of("cat")
                            .stdin(Redirect.from(file.toFile()))
                            .run()
                            .text())
                    .isEqualTo("hello");
            assertThat(Subprocess.shell("echo x >&2")
                            .stderr(Redirect.DISCARD)
                            .run()
                            .errorOutput())
                    .isEmpty();
        });
    }
}
