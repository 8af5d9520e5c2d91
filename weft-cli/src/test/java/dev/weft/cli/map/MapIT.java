package dev.weft.cli.map;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.cli.text.RawPath;
import dev.weft.cli.text.RawText;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Runs the real program over real commands, and treats it badly. */
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class MapIT extends Program {
    @Test
    void outputIsInOrderAndWholeAndErrorsApart() throws Exception {
        int code = run(
                numbers(20),
                "map",
                "-k",
                "-j4",
                "--shell",
                "for i in 1 2 3; do printf '%0100000d\\n' {}; echo e{} >&2; done");

        assertThat(code).isZero();
        assertThat(out().lines().map(line -> Integer.parseInt(line.replaceFirst("^0+", ""))))
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 20)
                        .boxed()
                        .flatMap(i -> Stream.of(i, i, i))
                        .toList());
        assertThat(err().lines().filter(line -> line.startsWith("e")).toList())
                .hasSize(60)
                .startsWith("e1", "e1", "e1", "e2");
        assertThat(err()).contains("weft: 20 inputs in ").contains("20 ok, 0 failed");
    }

    @Test
    void aNumberThatIsFoundOutStaysWithinItsBounds() throws Exception {
        int processors = Runtime.getRuntime().availableProcessors();

        assertThat(run("0.02\n".repeat(150), "map", "-q", "sleep")).as(err()).isZero();
        assertThat(outcomes())
                .hasSize(150)
                .allMatch(outcome -> outcome.get("slot").asInt() <= 8 * processors);
    }

    @Test
    void oddInputsReachTheCommandAsTheyAreInAnyLocale() throws Exception {
        environment.put("LC_ALL", "C");
        List<String> odd = List.of(
                "-n",
                "two words",
                "new\nline",
                "quote'\"$HOME`ls`;|&*?",
                "naïve 漢字 🙂",
                RawText.decode(new byte[] {'b', (byte) 0xFF, (byte) 0xE9}),
                "");

        int code = run(String.join("\0", odd) + "\0", "map", "-0", "-k", "-q", "printf", "%s\\0", "{}");

        assertThat(err()).isEmpty();
        assertThat(code).isZero();
        assertThat(out()).isEqualTo(String.join("\0", odd) + "\0");
    }

    @Test
    void oddFileNamesAreFoundReadAndWrittenInAnyLocale() throws Exception {
        environment.put("LC_ALL", "C");
        String odd = "na\u00efve " + RawText.decode(new byte[] {(byte) 0xFF, '%', '\n'});
        Path files = Files.createDirectory(directory.resolve("files"));
        Files.writeString(RawPath.of(files + "/" + odd + ".txt"), "from a file\n");
        List<String> line =
                List.of("sh", "-c", line("map", "-q", "-k", "--glob", "files/*.txt", "printf", "%s\\0", "{}"));

        assertThat(end(start("", line))).as(err()).isZero();
        assertThat(out()).isEqualTo("files/" + odd + ".txt\0");

        String name = "\"$(printf 'na\\303\\257ve \\377%%\\n.')\""; // the point keeps the newline
        assertThat(end(start(
                        "",
                        List.of(
                                "sh",
                                "-c",
                                "n=" + name + "; n=${n%.}; "
                                        + line("map", "-q") + " -a \"files/$n.txt\" echo; " + line("map", "-q")
                                        + " --summary \"files/$n.json\" true ::: 1"))))
                .as(err())
                .isZero();
        assertThat(out()).isEqualTo("from a file\n");
        assertThat(RawPath.of(files + "/" + odd + ".json")).content().contains("\"ok\":1");
    }

    @Test
    void whatCannotBeWrittenOrKeptIsALineBeforeAnythingRuns() throws Exception {
        Files.createFile(directory.resolve("file"));

        assertThat(run("", "map", "--summary", "no/sum.json", "touch", "ran", ":::", "1"))
                .isEqualTo(4);
        assertThat(err())
                .isEqualTo("weft: cannot write no/sum.json (no such directory): choose another place with --summary\n");
        assertThat(run("", "map", "--results", "file", "touch", "ran", ":::", "1"))
                .isEqualTo(4);
        assertThat(err()).isEqualTo("weft: cannot use file (it is there already, and no directory)\n");
        environment.put("WEFT_RUNS", "/proc/nowhere");
        assertThat(run("", "map", "touch", "ran", ":::", "1")).isEqualTo(4);
        assertThat(err())
                .startsWith("weft: cannot keep runs in /proc/nowhere (")
                .hasLineCount(1);
        assertThat(directory.resolve("ran")).doesNotExist();
    }

    @Test
    void inputsThatCannotBeReadAreALine() throws Exception {
        for (String option : List.of("--input", "--csv", "--jsonl")) {
            assertThat(run("", "map", option, "none", "echo")).isEqualTo(2);
            assertThat(err()).isEqualTo("weft: expected a file of inputs that can be read in none, found nothing\n");
            assertThat(run("", "map", option, ".", "echo")).isEqualTo(2);
            assertThat(err()).isEqualTo("weft: expected a file of inputs that can be read in ., found a directory\n");
        }
    }

    @Test
    void runsOfAnOlderVersionAndTornOnesAreALine() throws Exception {
        Path old = Files.createDirectories(directory.resolve("runs/20200101-000000-aa"));
        Files.writeString(old.resolve("run.json"), "{\"version\":0}");
        for (String command : List.of("resume", "rerun", "report")) {
            assertThat(run("", command)).isEqualTo(4);
            assertThat(err())
                    .contains("expected a run of version 1 in ", "found version 0")
                    .hasLineCount(1);
        }
        assertThat(run("", "runs")).isZero();
        assertThat(out())
                .startsWith("20200101-000000-aa  expected a run of version 1")
                .hasLineCount(1);

        assertThat(run(numbers(3), "map", "-q", "sh", "-c", "exit $(($1 == 2))", "-"))
                .isEqualTo(1);
        for (String file : List.of("outcomes.jsonl", "inputs.jsonl", "sessions.jsonl")) {
            Files.writeString(run().resolve(file), "{\"torn\":", StandardOpenOption.APPEND);
        }
        assertThat(run("", "rerun")).isEqualTo(1);
        assertThat(err()).contains("1 input in ").contains("2 were done before");
        assertThat(run("", "report")).isZero();
        assertThat(out()).contains("2 of 3 inputs ok");
    }

    @Test
    void oddArgumentsAreTheSame() throws Exception {
        environment.put("LC_ALL", "C");
        List<String> line = new ArrayList<>(List.of("sh", "-c"));
        String java = line();
        line.add(java + " map -k -q printf '[%s]' ::: \"$(printf 'a\\377')\" 'é' 'x y'");

        assertThat(end(start("", line))).isZero();
        assertThat(out()).isEqualTo("[" + RawText.decode(new byte[] {'a', (byte) 0xFF}) + "][é][x y]");
    }

    @Test
    void aKilledRunIsResumedAndEveryInputHasOneOutcome() throws Exception {
        int inputs = 600;
        Path ran = directory.resolve("ran");
        String command = "sleep 0.01; echo {} >> " + ran + "; echo out{}; exit $(({} % 7 == 0))";
        Process first = start(numbers(inputs), weft("map", "-j8", "--shell", command));
        until(
                "some inputs to have run",
                () -> Files.exists(ran) && Files.readAllLines(ran).size() > 100);
        first.destroyForcibly();
        end(first);

        int code = run("", "resume");

        assertThat(code).as(err()).isEqualTo(1);
        List<Integer> indexes =
                outcomes().stream().map(outcome -> outcome.get("index").asInt()).toList();
        assertThat(indexes).hasSize(inputs).doesNotHaveDuplicates();
        assertThat(outcomes().stream()
                        .filter(outcome -> outcome.get("result").asString().equals("failed")))
                .hasSize(inputs / 7);
        List<String> runs = Files.readAllLines(ran);
        assertThat(Set.copyOf(runs)).hasSize(inputs);
        assertThat(runs.size()).as("at most those in flight ran twice").isLessThanOrEqualTo(inputs + 8);
        assertThat(err()).contains("were done before").contains("weft rerun");

        assertThat(run("", "rerun")).isEqualTo(1);
        assertThat(err()).contains(inputs / 7 + " inputs in ").contains((inputs - inputs / 7) + " were done before");
    }

    @Test
    void whatAKilledRunHasLeftRunningIsEndedFirst() throws Exception {
        Process first = start("", weft("map", "--shell", "echo $$ >> pids; exec sleep {}", ":::", "600"));
        Path pids = directory.resolve("pids");
        until(
                "the command to run",
                () -> Files.exists(pids) && !Files.readString(pids).isBlank());
        long left = Long.parseLong(Files.readString(pids).strip());
        first.destroyForcibly();
        end(first);
        assertThat(ProcessHandle.of(left)).isPresent();

        Process second = start("", weft("resume"));
        until("the command to run again", () -> Files.readAllLines(pids).size() == 2);

        assertThat(commandLine(left))
                .as("it has ended, even if nobody has taken note of it")
                .isEmpty();
        signal("TERM", second.pid());
        assertThat(end(second)).isEqualTo(143);
        assertThat(err())
                .contains("ended 1 process that the killed run had left")
                .contains("weft resume");
    }

    @Test
    void controlCWaitsForWhatRunsAndTheSecondOneKillsIt() throws Exception {
        Process weft = start("", weft("map", "-j2", "--shell", "echo {} >> begun; sleep {}", ":::", "600", "600", "1"));
        Path begun = directory.resolve("begun");
        until(
                "two commands to run",
                () -> Files.exists(begun) && Files.readAllLines(begun).size() == 2);

        signal("INT", weft.pid());
        until("the first Ctrl-C to be answered", () -> err().contains("waiting for 2 commands"));
        assertThat(weft.isAlive()).isTrue();
        signal("INT", weft.pid());

        assertThat(end(weft)).isEqualTo(130);
        assertThat(err()).contains("interrupted, 3 left").contains("the rest: weft resume ");
        assertThat(Files.readAllLines(begun)).hasSize(2);
    }

    @Test
    void aReaderThatHasGoneEndsTheRunQuietly() throws Exception {
        String java = line();

        end(start(
                "",
                List.of(
                        "bash",
                        "-c",
                        java + " map -k --shell 'seq {} 100000' ::: $(seq 50) | head -n 1; exit ${PIPESTATUS[0]}")));

        assertThat(out()).isEqualTo("1\n");
        assertThat(started.getLast().exitValue()).isEqualTo(141);
        assertThat(err()).doesNotContain("Exception");
    }

    @Test
    void timeOutsAndTheirChildrenEnd() throws Exception {
        int code = run(
                "",
                "map",
                "-j3",
                "--timeout",
                "300ms",
                "--kill-grace",
                "300ms",
                "--shell",
                "trap '' TERM; echo $$ >> pids; sleep {} & wait; sleep {}",
                ":::",
                "0",
                "601",
                "602");

        assertThat(code).isEqualTo(1);
        assertThat(outcomes().stream().map(outcome -> outcome.get("result").asString()))
                .containsExactlyInAnyOrder("ok", "timeout", "timeout");
        try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
            assertThat(all.map(process ->
                            String.join(" ", process.info().arguments().orElse(new String[0]))))
                    .doesNotContain("601", "602");
        }
    }

    @Test
    void failuresAreTriedAgainAndThenHalt() throws Exception {
        int code = run(
                numbers(500),
                "map",
                "-j2",
                "--retries",
                "2",
                "--backoff",
                "1ms",
                "--halt",
                "soon,fail=3",
                "--shell",
                "echo {} >> ran; exit 5");

        assertThat(code).isEqualTo(3);
        Map<String, Integer> tries = new HashMap<>();
        Files.readAllLines(directory.resolve("ran")).forEach(line -> tries.merge(line, 1, Integer::sum));
        assertThat(tries.values()).allMatch(count -> count <= 3);
        assertThat(tries.values().stream().filter(count -> count == 3).count()).isBetween(1L, 4L);
        assertThat(err()).contains("halted by --halt");
    }

    @ParameterizedTest
    @CsvSource({"trap - HUP, 0", "trap '' HUP, 1", "trap '' HUP USR1 PIPE, 513"})
    void commandsIgnoreWhatTheProgramWasStartedToIgnoreButABrokenPipe(String trap, long ignored) throws Exception {
        String weft = weft("map", "-q", "grep", "SigIgn:", ":::", "/proc/self/status").stream()
                .map(Template::quoted)
                .collect(Collectors.joining(" "));

        assertThat(end(start("", List.of("sh", "-c", trap + "; exec " + weft)))).isZero();

        long internal = 3L << 31; // the C library's own
        assertThat(Long.parseLong(out().replaceFirst("SigIgn:", "").strip(), 16) & ~internal)
                .isEqualTo(ignored);
    }

    @Test
    void theTimeForAllEndsTheRun() throws Exception {
        assertThat(run("", "map", "--run-timeout", "500ms", "sleep", "{}", ":::", "0", "600"))
                .isEqualTo(124);
        assertThat(err()).contains("the time for the run is over, 1 left");
    }

    @Test
    void aProgramThatIsNotThereEndsTheRunAtOnce() throws Exception {
        assertThat(run(numbers(100), "map", "no-such-program", "{}")).isEqualTo(4);
        assertThat(err()).contains("weft: cannot start 'no-such-program': No such file or directory");
    }

    @Test
    void outputIsKeptWhereItIsAskedFor() throws Exception {
        assertThat(run(
                        "",
                        "map",
                        "-q",
                        "--results",
                        "kept",
                        "--summary",
                        "sum.json",
                        "--shell",
                        "echo o{}; echo e{} >&2",
                        ":::",
                        "a",
                        "b"))
                .isZero();
        assertThat(directory.resolve("kept/2/stdout")).hasContent("ob");
        assertThat(directory.resolve("kept/1/stderr")).hasContent("ea");
        JsonNode summary = JsonMapper.shared().readTree(Files.readString(directory.resolve("sum.json")));
        assertThat(summary.get("ok").asInt()).isEqualTo(2);
        assertThat(summary.get("finished").asBoolean()).isTrue();
    }

    @Test
    void tagsAndJson() throws Exception {
        assertThat(run("", "map", "-q", "-k", "--tag", "--shell", "echo 1; printf 2", ":::", "a b"))
                .isZero();
        assertThat(out()).isEqualTo("a b\t1\na b\t2");

        assertThat(run("", "map", "-q", "--json", "echo", ":::", "é")).isZero();
        JsonNode line = JsonMapper.shared().readTree(out());
        assertThat(line.get("output").asString()).isEqualTo("é\n");
        assertThat(line.get("values").get(0).asString()).isEqualTo("é");
        assertThat(line.get("result").asString()).isEqualTo("ok");
    }

    @Test
    void emptyInputIsNoFailureAndManyInputsRunOnceEach() throws Exception {
        assertThat(run("", "map", "echo")).isZero();
        assertThat(err()).contains("0 inputs");

        assertThat(run(numbers(3000), "map", "-q", "-j16", "echo")).isZero();
        assertThat(new HashSet<>(out().lines().toList())).hasSize(3000);
        assertThat(out().getBytes(StandardCharsets.UTF_8)).hasSize(numbers(3000).length());
    }
}
