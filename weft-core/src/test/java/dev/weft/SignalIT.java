package dev.weft;

import static dev.weft.Weft.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What signals do to a real process whose main program is a Weft.runMain. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no kill -INT")
class SignalIT {
    private static final int INT = 2;
    private static final int EXIT_OF_SIGNAL = 128;

    private Process process;
    private BufferedReader output;

    /** The programs that are sent signals. */
    static final class Program {
        private Program() {}

        public static void main(String[] args) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> say("hook")));
            switch (args[0]) {
                case "cleans up" ->
                    Weft.runMain(() -> {
                        try {
                            say("ready");
                            sleep(Duration.ofHours(1));
                        } catch (Cancelled e) {
                            say("cancelled by " + e.source() + ": " + e.reason());
                            throw e;
                        }
                    });
                case "hangs" ->
                    Weft.runMain(() -> {
                        try {
                            say("ready");
                            sleep(Duration.ofHours(1));
                        } catch (Cancelled e) {
                            say("cleaning up for ever");
                            for (; ; ) {
                                Thread.onSpinWait();
                            }
                        }
                    });
                case "saves" -> {
                    String saved = Weft.runMain(() -> {
                        try {
                            say("ready");
                            sleep(Duration.ofHours(1));
                            return "nothing";
                        } catch (Cancelled e) {
                            return "something";
                        }
                    });
                    say("saved " + saved);
                    waitForEver();
                }
                case "was cancelled before" -> {
                    try {
                        Weft.runMain(() -> {
                            try {
                                dev.weft.loop.EventLoop.current()
                                        .tasks()
                                        .getFirst()
                                        .cancel("enough");
                                sleep(Duration.ofHours(1));
                            } catch (Cancelled e) {
                                say("ready");
                                waitForInput();
                                throw e;
                            }
                        });
                    } catch (java.util.concurrent.CancellationException e) {
                        say(e.getMessage());
                    }
                }
                default -> throw new IllegalArgumentException(args[0]);
            }
        }

        private static void waitForInput() {
            try {
                System.in.read();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        private static void waitForEver() {
            try {
                Thread.sleep(Duration.ofHours(1));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        private static void say(String line) {
            System.out.println(line);
            System.out.flush();
        }
    }

    @BeforeEach
    void signalsAreNotIgnored() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (Files.exists(status)) {
            long ignored = Files.readAllLines(status).stream()
                    .filter(line -> line.startsWith("SigIgn:"))
                    .mapToLong(line -> Long.parseUnsignedLong(
                            line.substring("SigIgn:".length()).strip(), 16))
                    .findAny()
                    .orElse(0);
            assumeFalse(
                    (ignored & (1L << (INT - 1))) != 0, "this process was started in a background that ignores SIGINT");
        }
    }

    @AfterEach
    void end() {
        if (process != null) {
            process.destroyForcibly();
        }
    }

    private void start(String program) throws IOException {
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-opens",
                        "java.base/java.lang=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Program.class.getName(),
                        program)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        output = process.inputReader();
        expect("ready");
    }

    private void expect(String line) throws IOException {
        assertThat(output.readLine()).isEqualTo(line);
    }

    private void kill(String signal) throws Exception {
        Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start();
        assertThat(kill.waitFor()).isZero();
    }

    private int exitStatus() throws InterruptedException {
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private List<String> rest() throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            lines.add(line);
        }
        return lines;
    }

    @Test
    void sigintCancelsTheMainTaskAndTheProcessEndsAsAfterThatSignal() throws Exception {
        start("cleans up");
        kill("INT");

        assertThat(exitStatus()).isEqualTo(EXIT_OF_SIGNAL + INT);
        assertThat(rest()).containsExactly("cancelled by SHUTDOWN: the program received SIGINT", "hook");
    }

    @Test
    void sigtermDoesTheSame() throws Exception {
        start("cleans up");
        kill("TERM");

        assertThat(exitStatus()).isEqualTo(143);
        assertThat(rest()).containsExactly("cancelled by SHUTDOWN: the program received SIGTERM", "hook");
    }

    @Test
    void theSecondSignalEndsTheProcessAtOnce() throws Exception {
        start("hangs");
        kill("INT");
        expect("cleaning up for ever");
        kill("TERM");

        assertThat(exitStatus()).isEqualTo(143);
        assertThat(rest()).isEmpty();
    }

    @Test
    void aValueThatTheBlockReturnsWinsAndSignalsDoWhatTheyDidBeforeAfterwards() throws Exception {
        start("saves");
        kill("INT");
        expect("saved something");
        kill("INT");

        assertThat(exitStatus()).isEqualTo(EXIT_OF_SIGNAL + INT);
        assertThat(rest()).containsExactly("hook");
    }

    @Test
    @DisplayName(
            "P146 if the main task was being cancelled already, the caller sees that cancellation and not the signal")
    void aTaskThatWasBeingCancelledBeforeStaysSo() throws Exception {
        start("was cancelled before");
        kill("INT");
        process.outputWriter().append('\n').close();

        assertThat(exitStatus()).isZero();
        assertThat(rest()).first().asString().contains("was cancelled: enough");
    }
}
