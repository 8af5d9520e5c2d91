package dev.weft.cli.map;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.cli.text.RawText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Runs the real program in a directory of its own, and ends it. */
abstract class Program {
    @TempDir
    Path directory;

    final List<Process> started = new ArrayList<>();
    final Map<String, String> environment = new HashMap<>();

    @AfterEach
    void endWhatIsLeft() {
        for (Process process : started) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    List<String> weft(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xlog:disable", "-Xlog:all=error:stderr", "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        command.addAll(List.of("--add-opens", "java.base/java.lang=ALL-UNNAMED"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.weft.cli.Main"));
        command.addAll(Arrays.asList(arguments));
        return command;
    }

    Process start(String input, List<String> command) throws IOException {
        return start(
                builder(input, command).redirectOutput(directory.resolve("out").toFile()));
    }

    Process start(ProcessBuilder builder) throws IOException {
        Process process = builder.start();
        started.add(process);
        return process;
    }

    /** A process whose standard output goes into a pipe. */
    ProcessBuilder builder(String input, List<String> command) throws IOException {
        Path in = directory.resolve("in");
        Files.write(in, RawText.encode(input));
        var builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectInput(in.toFile())
                .redirectError(directory.resolve("err").toFile());
        builder.environment().put("WEFT_RUNS", directory.resolve("runs").toString());
        builder.environment().putAll(environment);
        return builder;
    }

    /** The program as a line for a shell. */
    String line(String... arguments) {
        return weft(arguments).stream().map(Template::quoted).collect(Collectors.joining(" "));
    }

    int run(String input, String... arguments) throws Exception {
        return end(start(input, weft(arguments)));
    }

    int end(Process process) throws Exception {
        assertThat(process.waitFor(90, TimeUnit.SECONDS))
                .as("ended; standard error: %s", err())
                .isTrue();
        return process.exitValue();
    }

    String out() throws IOException {
        return RawText.decode(Files.readAllBytes(directory.resolve("out")));
    }

    String err() throws IOException {
        return Files.readString(directory.resolve("err"));
    }

    /** The last run, by name. */
    Path run() throws IOException {
        try (Stream<Path> runs = Files.list(directory.resolve("runs"))) {
            return runs.sorted().reduce((_, later) -> later).orElseThrow();
        }
    }

    /** The outcomes of the only run that count. */
    List<JsonNode> outcomes() throws IOException {
        return Files.readAllLines(run().resolve("outcomes.jsonl")).stream()
                .map(JsonMapper.shared()::readTree)
                .filter(outcome -> outcome.get("last").asBoolean())
                .toList();
    }

    static String numbers(int count) {
        StringBuilder lines = new StringBuilder();
        IntStream.rangeClosed(1, count).forEach(i -> lines.append(i).append('\n'));
        return lines.toString();
    }

    static void until(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("waiting for " + what).isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    static String commandLine(long pid) throws IOException {
        Path file = Path.of("/proc/" + pid + "/cmdline");
        return Files.exists(file) ? Files.readString(file) : "";
    }

    static void signal(String name, long pid) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                        .start()
                        .waitFor())
                .isZero();
    }
}
