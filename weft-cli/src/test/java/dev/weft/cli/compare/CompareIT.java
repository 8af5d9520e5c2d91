package dev.weft.cli.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.cli.compare.report.SchemaCheck;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Runs the real program with its real workers and its page server, and treats it badly. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(90)
class CompareIT {
    @TempDir
    Path directory;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void endWhatIsLeft() {
        for (Process process : started) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private static List<String> java(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xlog:disable", "-Xlog:all=error:stderr"));
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        command.addAll(List.of("--add-opens", "java.base/java.lang=ALL-UNNAMED"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.weft.cli.Main"));
        command.addAll(Arrays.asList(arguments));
        return command;
    }

    private Process start(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(directory.resolve("out").toFile())
                .redirectError(directory.resolve("err").toFile())
                .start();
        started.add(process);
        return process;
    }

    private int end(Process process, int seconds) throws Exception {
        assertThat(process.waitFor(seconds, TimeUnit.SECONDS))
                .as("ended within %s s; standard error: %s", seconds, err())
                .isTrue();
        return process.exitValue();
    }

    private String out() throws IOException {
        return Files.readString(directory.resolve("out"));
    }

    private String err() throws IOException {
        return Files.readString(directory.resolve("err"));
    }

    private static JsonNode json(String text) {
        assertThat(SchemaCheck.problems(text)).isEmpty();
        return JsonMapper.shared().readTree(text);
    }

    /** Polls, since other processes do not tell. */
    private static void until(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(40).toNanos();
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("waiting for " + what).isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    private static List<ProcessHandle> children(Process process) {
        try (Stream<ProcessHandle> all = process.descendants()) {
            return all.filter(child -> child.info().command().orElse("").endsWith("java"))
                    .toList();
        }
    }

    private static boolean computes(ProcessHandle process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO).compareTo(Duration.ofMillis(900)) > 0;
    }

    @Test
    void aFunctionOfTheUserIsComparedUnderTheModelsThatMakeSenseForIt() throws Exception {
        Files.writeString(
                directory.resolve("Nap.java"),
                "class Nap { static String nap(long millis) throws Exception { Thread.sleep(millis); return \"x\"; } }\n");
        List<String> words = new ArrayList<>(List.of("compare", "--budget", "6s", "--json", "-", "--no-html"));
        words.addAll(List.of("--sample", "12", "--", "map", "--java", "Nap.java::nap", ":::"));
        words.addAll(Collections.nCopies(24, "40"));

        assertThat(end(start(java(words.toArray(String[]::new))), 80)).as(err()).isZero();

        JsonNode work = json(out()).at("/workloads/0");
        assertThat(work.get("name").asString()).isEqualTo("map");
        assertThat(work.get("tasks").asInt()).isEqualTo(12);
        assertThat(work.at("/settings/sample").asString()).startsWith("12 inputs of 24");
        assertThat(work.get("models")
                        .valueStream()
                        .map(each -> each.get("model").asString()))
                .containsExactlyInAnyOrder("sequential", "threads", "virtual", "loop", "processes", "hybrid");
        assertThat(work.at("/settings/left out").asString()).startsWith("gil since");
        assertThat(work.at("/verdict/choice").asString()).isIn("virtual", "loop", "hybrid");
        assertThat(work.at("/models/0/waitShare").asDouble()).isGreaterThan(0.5);
    }

    @Test
    void commandsAreComparedOneAfterTheOtherAndSeveralAtOnce() throws Exception {
        Process weft = start(java(
                "compare",
                "--budget",
                "3s",
                "-j",
                "4",
                "--json",
                "-",
                "--no-html",
                "map",
                "sleep",
                ":::",
                "0.05",
                "0.05",
                "0.05",
                "0.05"));

        assertThat(end(weft, 60)).as(err()).isZero();
        JsonNode work = json(out()).at("/workloads/0");
        assertThat(work.get("models")
                        .valueStream()
                        .map(each -> each.get("model").asString()))
                .containsExactlyInAnyOrder("sequential", "threads");
        assertThat(work.at("/models/1/inFlight").asInt()).isEqualTo(4);
        assertThat(work.at("/verdict/choice").asString()).isEqualTo("threads");
    }

    @Test
    void jsonStandsAloneOnStandardOutputAndThePageIsWritten() throws Exception {
        Process weft = start(java("compare", "cpu", "--quick", "--budget", "3s", "--seed", "7", "--json", "-"));

        assertThat(end(weft, 60)).isZero();
        JsonNode report = json(out());
        JsonNode cpu = report.at("/workloads/0");
        assertThat(cpu.get("name").asString()).isEqualTo("cpu");
        assertThat(cpu.get("models").size()).isEqualTo(7);
        for (JsonNode model : cpu.get("models")) {
            assertThat(model.get("rounds").size()).isPositive();
            assertThat(model.at("/speedup/median").asDouble()).isPositive();
            assertThat(model.at("/timeline/lanes").size()).isPositive();
        }
        assertThat(cpu.get("ranking").size()).isEqualTo(7);
        assertThat(cpu.at("/verdict/text").asString()).isNotEmpty();
        assertThat(cpu.get("failures").size()).isZero();
        assertThat(report.at("/settings/seed").asInt()).isEqualTo(7);
        assertThat(err()).contains("Verdict").contains("weft: cpu: ");
        assertThat(directory.resolve("weft-report.html"))
                .content()
                .contains("<html")
                .contains("sequential");
    }

    @Test
    void theCurveOfScalingIsMeasuredAndTheComparisonShownAgain() throws Exception {
        Process weft = start(java(
                "compare",
                "fetch",
                "--quick",
                "--scaling",
                "--budget",
                "6s",
                "--models",
                "sequential,threads",
                "--no-html",
                "--json",
                "compared.json"));

        assertThat(end(weft, 90)).as(err()).isZero();
        JsonNode scaling =
                json(Files.readString(directory.resolve("compared.json"))).at("/workloads/0/scaling");
        assertThat(scaling.get("points")
                        .valueStream()
                        .map(point -> point.get("threads").asInt()))
                .contains(1, 2, 4, 8, 16, 32, 64)
                .isSorted();
        assertThat(scaling.at("/usl/perSecond").asDouble()).isPositive();
        // Its pages wait: on whatever machine, many threads do more of them than one.
        assertThat(scaling.get("points")
                        .valueStream()
                        .mapToDouble(point -> point.at("/speedup/median").asDouble())
                        .max()
                        .orElse(0))
                .isGreaterThan(1.5);
        assertThat(out()).contains("  Scaling  ", "pages a second by threads: 1: ");

        assertThat(end(start(java("report", "compared.json", "--markdown")), 60))
                .isZero();
        assertThat(out()).contains("#### Scaling", "| threads | pages a second |");
        assertThat(end(start(java("report", "compared.json", "--html", "again.html")), 60))
                .isZero();
        assertThat(out()).contains("Verdict", "Report: ");
        assertThat(directory.resolve("again.html")).content().startsWith("<!doctype html>");
        assertThat(end(start(java("report", "compared.json", "--trace", "x.json")), 60))
                .isEqualTo(2);
        assertThat(err()).startsWith("weft: --trace is for runs").hasLineCount(1);
    }

    @Test
    void waitsAreHiddenByCoroutinesAndVirtualThreads() throws Exception {
        Process weft = start(java(
                "compare",
                "fetch",
                "--quick",
                "--budget",
                "8s",
                "--models",
                "sequential,virtual,loop",
                "--no-html",
                "--json",
                "report.json"));

        assertThat(end(weft, 60)).isZero();
        JsonNode fetch =
                json(Files.readString(directory.resolve("report.json"))).at("/workloads/0");
        assertThat(fetch.get("failures").size()).isZero();
        for (JsonNode model : fetch.get("models")) {
            boolean sequential = model.get("model").asString().equals("sequential");
            assertThat(model.get("inFlight").asInt()).isBetween(sequential ? 1 : 80, sequential ? 1 : 160);
            // It is above 20; a machine that is busy with other things still shows a part of that.
            assertThat(model.at("/speedup/median").asDouble()).isGreaterThan(sequential ? 0.99 : 2);
            assertThat(model.get("waitShare").asDouble()).isGreaterThan(0.5);
        }
        assertThat(fetch.at("/verdict/reason").asString()).startsWith("I/O-bound");
        assertThat(out()).contains("Verdict").doesNotContain("{");
    }

    @Test
    void killedWorkerFailsOneTaskWhichTheSummaryNames() throws Exception {
        Process weft = start(java(
                "compare",
                "cpu",
                "--quick",
                "--budget",
                "6s",
                "--models",
                "processes",
                "-j",
                "1",
                "--no-html",
                "--json",
                "-"));
        until("a worker that computes", () -> children(weft).stream().anyMatch(CompareIT::computes));
        ProcessHandle worker = children(weft).getFirst();

        worker.destroyForcibly();

        int code = end(weft, 60);
        JsonNode cpu = json(out()).at("/workloads/0");
        assertThat(cpu.at("/models/0/rounds").size()).isPositive();
        // Between two passes a worker has no task, and then none is lost.
        assertThat(cpu.get("failures").size()).isLessThanOrEqualTo(1);
        assertThat(code).isEqualTo(cpu.get("failures").size());
        for (JsonNode failure : cpu.get("failures")) {
            assertThat(failure.get("task").asString()).matches("range \\d+");
            assertThat(failure.get("count").asInt()).isEqualTo(1);
            assertThat(failure.get("message").asString())
                    .contains(Long.toString(worker.pid()))
                    .contains("SIGKILL");
            assertThat(err()).contains(failure.get("task").asString()).contains("SIGKILL");
        }
    }

    @Test
    void interruptShowsWhatWasMeasuredAndLeavesNothing() throws Exception {
        Process weft = start(java(
                "compare",
                "cpu",
                "fetch",
                "--quick",
                "--budget",
                "20s",
                "--json",
                "report.json",
                "--models",
                "sequential,loop,processes",
                "-j",
                "1"));
        until("the first workload", () -> out().contains("Verdict"));
        List<ProcessHandle> children = children(weft);
        assertThat(children).as("page server and worker").hasSizeGreaterThanOrEqualTo(2);

        assertThat(new ProcessBuilder("kill", "-INT", Long.toString(weft.pid()))
                        .start()
                        .waitFor())
                .isZero();

        assertThat(end(weft, 15)).isEqualTo(130);
        for (ProcessHandle child : children) {
            child.onExit().get(5, TimeUnit.SECONDS);
        }
        assertThat(out()).contains("Interrupted");
        JsonNode report = json(Files.readString(directory.resolve("report.json")));
        assertThat(report.get("interrupted").asBoolean()).isTrue();
        assertThat(report.at("/workloads/0/name").asString()).isEqualTo("cpu");
        assertThat(directory.resolve("weft-report.html")).exists();
        assertThat(err()).doesNotContain("Exception");
    }

    @Test
    void killedProgramLeavesNothing() throws Exception {
        Process weft =
                start(java("compare", "fetch", "--quick", "--models", "processes,hybrid", "-j", "1", "--no-html"));
        until(
                "page server and worker",
                () -> children(weft).stream().filter(CompareIT::computes).count() >= 1
                        && children(weft).size() >= 2);
        List<ProcessHandle> children = children(weft);

        weft.destroyForcibly().waitFor();

        for (ProcessHandle child : children) {
            child.onExit().get(10, TimeUnit.SECONDS);
        }
        assertThat(children).noneMatch(ProcessHandle::isAlive);
    }

    @Test
    void hostsThatRefuseOrHangFailTheirPageAndTheRunGoesOn() throws Exception {
        try (ServerSocket good = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                ServerSocket hanging = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> serve(good));
            int refusing = freePort();
            Files.writeString(
                    directory.resolve("urls"),
                    "http://127.0.0.1:%d/a%n# comment%nhttp://127.0.0.1:%d/hangs%nhttp://127.0.0.1:%d/refuses%n"
                            .formatted(good.getLocalPort(), hanging.getLocalPort(), refusing));

            Process weft = start(java(
                    "compare",
                    "fetch",
                    "--quick",
                    "--budget",
                    "7s",
                    "--models",
                    "sequential,loop",
                    "--urls",
                    "urls",
                    "--no-html",
                    "--json",
                    "-"));

            assertThat(end(weft, 60)).isEqualTo(1);
            JsonNode fetch = json(out()).at("/workloads/0");
            assertThat(fetch.get("tasks").asInt()).isEqualTo(1);
            assertThat(fetch.get("models").size()).isEqualTo(2);
            assertThat(fetch.get("failures")).hasSize(2);
            assertThat(fetch.at("/failures/0/task").asString()).endsWith("/hangs");
            assertThat(fetch.at("/failures/0/message").asString()).contains("imed out");
            assertThat(fetch.at("/failures/1/message").asString()).contains("refused");
            assertThat(err()).contains("Failed   2 tasks");
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Answers every request of every connection with the same page, until the socket is closed. */
    private static void serve(ServerSocket server) {
        try {
            while (true) {
                Socket connection = server.accept();
                Thread.ofVirtual().start(() -> answer(connection));
            }
        } catch (IOException e) {
            // closed: the test is over
        }
    }

    private static void answer(Socket connection) {
        byte[] response = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello".getBytes(StandardCharsets.US_ASCII);
        try (connection;
                InputStream in = connection.getInputStream();
                OutputStream out = connection.getOutputStream()) {
            int newlines = 0;
            int read;
            while ((read = in.read()) >= 0) {
                newlines = read == '\n' ? newlines + 1 : read == '\r' ? newlines : 0;
                if (newlines == 2) {
                    out.write(response);
                    newlines = 0;
                }
            }
        } catch (IOException e) {
            // the client has gone
        }
    }

    @Test
    void readerThatGoesEndsTheProgramQuietly() throws Exception {
        String quoted =
                java("compare", "cpu", "--quick", "--budget", "2s", "--models", "sequential", "--no-html").stream()
                        .map(word -> "'" + word + "'")
                        .reduce((a, b) -> a + " " + b)
                        .orElseThrow();

        Process shell = start(List.of("sh", "-c", "(" + quoted + "; echo code $? >&2) | true"));

        end(shell, 60);
        assertThat(err()).contains("code 141").doesNotContain("Exception");
    }

    @Test
    @DisabledOnOs({OS.MAC, OS.WINDOWS})
    void fullDiskIsOneLineAndTheResultsArePrinted() throws Exception {
        Process weft = start(java(
                "compare",
                "cpu",
                "--quick",
                "--budget",
                "2s",
                "--models",
                "sequential",
                "--no-html",
                "--json",
                "/dev/full"));

        assertThat(end(weft, 60)).isEqualTo(4);
        assertThat(out()).contains("Verdict");
        assertThat(err().lines().filter(line -> line.startsWith("weft: cannot")))
                .singleElement()
                .asString()
                .startsWith("weft: cannot write /dev/full (No space left on device): make room");
    }

    @Test
    void doctorNamesTheFlagThatIsMissing() throws Exception {
        List<String> command = new ArrayList<>(java("doctor"));
        int opens = command.indexOf("--add-opens");
        command.subList(opens, opens + 2).clear();

        Process weft = start(command);

        assertThat(end(weft, 30)).isEqualTo(1);
        assertThat(out()).contains("✗ flag").contains("--add-opens java.base/java.lang=ALL-UNNAMED");
    }

    @Test
    void versionIsAnsweredWithoutLoadingTheCommandLine() throws Exception {
        List<String> command = new ArrayList<>(java("--version"));
        command.add(3, "-Xlog:class+load:file=" + directory.resolve("classes"));

        assertThat(end(start(command), 30)).isZero();
        assertThat(out()).matches("weft \\S+ \\(JDK \\S+\\)\\R");
        assertThat(directory.resolve("classes"))
                .content()
                .contains("dev.weft.cli.Main")
                .doesNotContain("picocli");
    }
}
