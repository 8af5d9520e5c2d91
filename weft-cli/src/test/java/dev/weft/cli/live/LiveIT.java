package dev.weft.cli.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.inspect.SocketDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The real program looks into real processes, which have a directory for their sockets of their own. */
@Timeout(300)
class LiveIT {
    @TempDir
    Path directory;

    private final List<Process> started = new ArrayList<>();
    private final Map<String, String> environment = new HashMap<>();

    private record Result(int code, String out, String err) {
        long count(String part) {
            return out.lines().filter(line -> line.contains(part)).count();
        }
    }

    @BeforeEach
    void haveAPlaceForOurselves() {
        environment.put("WEFT_RUNTIME_DIR", directory.resolve("weft").toString());
    }

    @AfterEach
    void end() throws InterruptedException {
        for (Process process : started) {
            process.destroyForcibly().waitFor();
        }
    }

    private Process start(String name, String... command) throws IOException {
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(List.of("-Xlog:disable", "-Xlog:all=error:stderr", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        words.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        words.addAll(List.of("--add-opens", "java.base/java.lang=ALL-UNNAMED"));
        words.addAll(List.of("-cp", System.getProperty("java.class.path")));
        words.addAll(Arrays.asList(command));
        var builder = new ProcessBuilder(words)
                .directory(directory.toFile())
                .redirectOutput(directory.resolve(name + ".out").toFile())
                .redirectError(directory.resolve(name + ".err").toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        started.add(process);
        return process;
    }

    private Path socket(Process process) {
        return directory.resolve("weft").resolve(process.pid() + ".sock");
    }

    /** Starts a process to look into, and waits until there is something to see. */
    private Process subject(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(Subject.class.getName()));
        command.addAll(Arrays.asList(arguments));
        String name = "subject-" + started.size();
        Process process = start(name, command.toArray(String[]::new));
        until(
                "the subject is ready",
                () -> Files.readString(directory.resolve(name + ".out")).contains("ready"));
        if (!arguments[0].equals("nothing")) {
            until("it listens", () -> Files.exists(socket(process)));
        }
        return process;
    }

    private Result weft(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("dev.weft.cli.Main"));
        command.addAll(Arrays.asList(arguments));
        String name = "weft-" + started.size();
        Process weft = start(name, command.toArray(String[]::new));
        assertThat(weft.waitFor(120, TimeUnit.SECONDS)).isTrue();
        return new Result(
                weft.exitValue(),
                Files.readString(directory.resolve(name + ".out")),
                Files.readString(directory.resolve(name + ".err")));
    }

    private static void until(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("waiting until " + what).isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    private static String pid(Process process) {
        return Long.toString(process.pid());
    }

    @Test
    void aBlockedLoopIsSeenWithWhatBlocksIt() throws Exception {
        Process subject = subject("blocked");

        Result tree = weft("tree", pid(subject));
        assertThat(tree.out())
                .contains("1.3 cruncher  runs, at Subject.compute(Subject.java:")
                .contains("1.2 waiter  waits for sleep, at Subject.");
        assertThat(tree.code()).isZero();
        until(
                "it is known for how long",
                () -> weft("why", pid(subject), "cruncher").out().contains("it has held loop 'run-1' up for "));
        assertThat(weft("why", "main of run-1").out())
                .contains("1.1 main of run-1 waits for the tasks of its group")
                .contains("because 1.3 cruncher runs");
        assertThat(weft("why", "nobody").err()).contains("has no task 'nobody'");
    }

    @Test
    void aDeadlockStandsOnTopAndIsTheExitStatus() throws Exception {
        Process subject = subject("deadlock");

        Result tree = weft("tree", pid(subject));
        assertThat(tree.out().lines().skip(2))
                .startsWith("deadlock of 2 tasks:")
                .anyMatch(line -> line.startsWith("  1.2 one waits for Lock[owned by task 'two'"))
                .anyMatch(line -> line.startsWith("  1.3 two waits for Lock[owned by task 'one'"));
        assertThat(tree.code()).isEqualTo(1);
        assertThat(weft("why", pid(subject), "one").code()).isEqualTo(1);

        Result dump = weft("dump", pid(subject), "-o", "dump.json");
        assertThat(dump.code()).isZero();
        JsonNode document = JsonMapper.shared().readTree(Files.readString(directory.resolve("dump.json")));
        assertThat(document.path("schema").asString()).isEqualTo("weft-live/1");
        assertThat(document.path("tasks"))
                .hasSize(4)
                .allMatch(task -> !task.path("stack").isEmpty());
        assertThat(document.path("deadlocks").get(0).path("parties")).hasSize(2);
        assertThat(Schema.problems("weft-live-1.schema.json", document)).isEmpty();
    }

    @Test
    void aHundredThousandAreOneLineOrAllOfThem() throws Exception {
        Process subject = subject("sleepers", "100000");

        Result tree = weft("tree", pid(subject));
        assertThat(tree.out())
                .contains("100,000 tasks sleeper-*  wait for sleep, at Subject.")
                .contains("1,000 looked at");
        assertThat(tree.out().lines().count()).isLessThan(10);
        assertThat(weft("tree", "--all").count(" sleeper-")).isEqualTo(100_000);
    }

    @Test
    void topAndTraceTellWhoComputes() throws Exception {
        Process subject = subject("busy");

        Result top = weft("top", pid(subject), "--rounds", "1", "--delay", "500ms");
        assertThat(top.out()).containsSubsequence("%CPU", "1.2 glutton", "1.3 sparing");

        for (String command : List.of("trace", "dump")) {
            Result refused = weft(command, pid(subject), "-o", "nowhere/it.json");
            assertThat(refused.err())
                    .isEqualTo("weft: cannot write nowhere/it.json (no such directory): choose another place with"
                            + " --output\n");
            assertThat(refused.code()).isEqualTo(4);
        }
        Result trace = weft("trace", pid(subject), "--seconds", "1", "-o", "trace.json");
        assertThat(trace.code()).isZero();
        JsonNode events = JsonMapper.shared()
                .readTree(Files.readString(directory.resolve("trace.json")))
                .path("traceEvents");
        long begun = events.valueStream()
                .filter(event -> event.path("ph").asString().equals("b"))
                .count();
        long ended = events.valueStream()
                .filter(event -> event.path("ph").asString().equals("e"))
                .count();
        assertThat(begun).isPositive().isEqualTo(ended);
        assertThat(events.valueStream())
                .anyMatch(event -> event.path("ph").asString().equals("X")
                        && event.path("name").asString().equals("glutton")
                        && event.path("tid").asInt() == 1);
    }

    @Test
    void processesAreListedAndLeftoversCleared() throws Exception {
        Process subject = subject("mixed");
        Process other = subject("sleepers", "10");

        Result ps = weft("ps");
        assertThat(ps.out()).contains(pid(subject)).contains(pid(other)).contains(Subject.class.getName());
        assertThat(weft("tree").err()).contains("there are several").hasLineCount(1);

        other.destroyForcibly().waitFor();
        assertThat(socket(other)).exists();
        Result gone = weft("tree", pid(other));
        assertThat(gone.err()).contains("process " + other.pid() + " has ended").hasLineCount(1);
        assertThat(gone.code()).isEqualTo(4);

        JsonNode json = JsonMapper.shared().readTree(weft("ps", "--json").out());
        assertThat(json).hasSize(1);
        assertThat(json.get(0).path("pid").asLong()).isEqualTo(subject.pid());
        assertThat(socket(other)).doesNotExist();

        assertThat(weft("tree").out())
                .contains(
                        "limited  waits for Event[not set, 2 waiting]",
                        "deadline in 59 m",
                        "shielded)",
                        "pool 'threads'");

        subject.destroy();
        subject.waitFor();
        assertThat(socket(subject)).doesNotExist();
        assertThat(weft("ps").err()).contains("no process of yours");
    }

    @Test
    void whoIsKilledInTheMiddleIsToldOfInOneLineAndLeavesNoHalfFile() throws Exception {
        Process subject = subject("busy");
        Process trace = start("trace", "dev.weft.cli.Main", "trace", pid(subject), "-s", "60", "-o", "half.json");
        Path part = directory.resolve(".half.json." + trace.pid());
        until("it records", () -> Files.exists(part));

        subject.destroyForcibly().waitFor();

        assertThat(trace.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readString(directory.resolve("trace.err")))
                .contains("process " + subject.pid() + " has ended")
                .hasLineCount(1);
        assertThat(trace.exitValue()).isEqualTo(4);
        assertThat(directory.resolve("half.json")).doesNotExist();
        assertThat(part).doesNotExist();
    }

    @Test
    void whatCannotBeLookedIntoIsSaidWithWhatToDo() throws Exception {
        Process plain = subject("nothing");

        Result result = weft("tree", pid(plain));
        assertThat(result.err())
                .contains("shows nothing", "jcmd " + plain.pid() + " Thread.dump_to_file")
                .hasLineCount(1);
        assertThat(result.code()).isEqualTo(4);
        Result none = weft("tree", "4000000000");
        assertThat(none.err()).contains("there is no process 4000000000");
        assertThat(none.code()).isEqualTo(2);
        assertThat(weft("tree", "my-service").err()).contains("expected the number of a process, found 'my-service'");
        Process off = start("off", "-Dweft.inspect=off", Subject.class.getName(), "sleepers", "1");
        until(
                "it is ready",
                () -> Files.readString(directory.resolve("off.out")).contains("ready"));
        assertThat(weft("tree", pid(off)).err()).contains("-Dweft.inspect=off");
        assertThat(directory.resolve("weft")).doesNotExist();
    }

    @Test
    void aDirectoryOfOthersIsNotUsed() throws Exception {
        environment.clear();
        environment.put("XDG_RUNTIME_DIR", directory.toString());
        Path target = Files.createDirectory(directory.resolve("elsewhere"));
        Files.createSymbolicLink(directory.resolve("weft"), target);
        start("subject", Subject.class.getName(), "sleepers", "1");
        until(
                "it listens in the other place",
                () -> SocketDirectory.existing().stream()
                        .anyMatch(place ->
                                Files.exists(place.socket(started.getLast().pid()))));
        assertThat(target).isEmptyDirectory();
    }
}
