package dev.weft.cli.map;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Runs the real program over Java functions, good and bad ones. */
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class FunctionMapIT extends Program {
    private static final String SOURCE = """
            import java.nio.file.*;
            public class Work {
                enum Size { SMALL, VERY_BIG }
                record Person(String name, int age) {}
                static int twice(int number) { return 2 * number; }
                static String size(Size size) { return "is " + size; }
                static String name(Path path) { return path.getFileName().toString(); }
                static Person older(Person person) { return new Person(person.name, person.age + 1); }
                static String both(int age, String name) { return name + " is " + age; }
                static String rest(String first, int... rest) { return first + rest.length; }
                String instance(String text) { return text.toUpperCase(); }
                static void prints(String text) { System.out.println("out " + text); System.err.println("err " + text); }
                static String chats(String text) { System.out.println("chat " + text); return text; }
                static void exits(int code) { System.exit(code); }
                static void halts(int code) { Runtime.getRuntime().halt(code); }
                static void spins(String text) { while (true) { if (text.isEmpty()) return; } }
                static String sleeps(long millis) throws Exception { Thread.sleep(millis); return "slept"; }
                static Object opaque(String text) { return new Object(); }
                static String fails(String text) { throw new IllegalStateException("no " + text); }
                static int[] array(int number) { return new int[] {number, number}; }
                static long much(int megabytes) {
                    String block = "x".repeat(1023) + "\\n";
                    for (int i = 0; i < megabytes * 1024; i++) System.out.print(block);
                    return megabytes;
                }
                static void crashes(String text) throws Exception {
                    if (text.equals("b")) {
                        ProcessHandle.current().pid();
                        new ProcessBuilder("kill", "-9", "" + ProcessHandle.current().pid()).start().waitFor();
                        Thread.sleep(60_000);
                    }
                }
                static String counts(String text) throws Exception {
                    Files.writeString(Path.of("ran"), text + "\\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                    if (text.equals("5") && !Files.exists(Path.of("mended"))) throw new Exception("not yet");
                    return text;
                }
            }
            """;

    @BeforeEach
    void writeTheSource() throws IOException {
        Files.writeString(directory.resolve("Work.java"), SOURCE);
        environment.put("XDG_CACHE_HOME", directory.resolve("cache").toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "twice    | 21         | 42",
                "size     | very-big   | is VERY_BIG",
                "name     | /a/b.txt   | b.txt",
                "instance | abc        | ABC",
                "array    | 7          | [7,7]",
                "older    | {\"name\":\"Ann\",\"age\":3} | {\"name\":\"Ann\",\"age\":4}",
                "rest     | a          | a0",
            })
    void anArgumentIsMadeOfTheInputAndTheResultIsTextOrJson(String method, String input, String output)
            throws Exception {
        assertThat(run("", "map", "-q", "--java", "Work.java::" + method, ":::", input))
                .as(err())
                .isZero();
        assertThat(out()).isEqualTo(output + "\n");
        assertThat(err()).isEmpty();
    }

    @Test
    void columnsBecomeRecordsAndParametersByTheirNames() throws Exception {
        Files.writeString(directory.resolve("people.csv"), "name,age,town\nAnn,41,Ulm\nBob,7,Rom\n");
        Files.writeString(directory.resolve("people.jsonl"), "{\"name\":\"Cid\",\"age\":1}\n");

        assertThat(run("", "map", "-qk", "--csv", "people.csv", "--java", "Work.java::older"))
                .isZero();
        assertThat(out()).isEqualTo("{\"name\":\"Ann\",\"age\":42}\n{\"name\":\"Bob\",\"age\":8}\n");
        assertThat(run("", "map", "-qk", "--jsonl", "people.jsonl", "--java", "Work.java::older"))
                .isZero();
        assertThat(out()).isEqualTo("{\"name\":\"Cid\",\"age\":2}\n");
        assertThat(run("", "map", "-qk", "--csv", "people.csv", "--java", "Work.java::both"))
                .isZero();
        assertThat(out()).isEqualTo("Ann is 41\nBob is 7\n");
        assertThat(run("", "map", "-qk", "--csv", "people.csv", "--java", "Work.java::both", "5", "{town}"))
                .isZero();
        assertThat(out()).isEqualTo("Ulm is 5\nRom is 5\n");
        assertThat(run("", "map", "-qk", "--java", "Work.java::both", ":::", "1", "2", ":::", "a", "b"))
                .isZero();
        assertThat(out()).isEqualTo("a is 1\nb is 1\na is 2\nb is 2\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sequential", "threads", "virtual", "loop", "processes", "hybrid", "auto"})
    void everyModelGivesTheSameResults(String model) throws Exception {
        assertThat(run(numbers(300), "map", "-qk", "--with", model, "--java", "Work.java::twice"))
                .as(err())
                .isZero();

        assertThat(out().lines().map(Integer::parseInt))
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, 300).map(i -> 2 * i).boxed().toList());
        assertThat(outcomes()).hasSize(300);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "exits  | 3 | it called System.exit(3) (Work.java:",
                "halts  | 4 | it called System.exit(4) (Work.java:",
                "fails  | 7 | IllegalStateException: no 7 (Work.java:",
                "opaque | 7 | expected a result that can be said as text or JSON, found a java.lang.Object",
                "twice  | x | expected int for number, found 'x'",
                "size   | x | expected Size for size, found 'x'; there are SMALL, VERY_BIG",
                "older  | x | expected Person for person, found 'x'",
            })
    void aBadCallIsOneFailedInputWithOneLine(String method, String input, String message) throws Exception {
        for (String model : List.of("threads", "processes")) {
            assertThat(run("", "map", "--with", model, "--java", "Work.java::" + method, ":::", input))
                    .isEqualTo(1);
            assertThat(err().lines().filter(line -> line.startsWith("weft: input 1 (" + input + "): " + message)))
                    .as(err())
                    .hasSize(1);
            assertThat(err()).doesNotContain("\tat ");
            assertThat(outcomes().getFirst().get("message").asString()).startsWith(message);
        }
    }

    @Test
    void whatAFunctionPrintsIsKeptApartFromResults() throws Exception {
        assertThat(run("", "map", "-q", "--java", "Work.java::chats", ":::", "a", "b"))
                .isZero();
        assertThat(out().lines()).containsExactlyInAnyOrder("a", "b");
        assertThat(err().lines()).containsExactlyInAnyOrder("chat a", "chat b");

        assertThat(run("", "map", "-q", "--with", "processes", "--java", "Work.java::prints", ":::", "a"))
                .isZero();
        assertThat(out()).as("it returns nothing: what it prints is its output").isEqualTo("out a\n");
        assertThat(err()).isEqualTo("err a\n");
    }

    @Test
    void muchThatIsPrintedIsWholeAndUnmixed() throws Exception {
        assertThat(run("", "map", "-q", "--json", "--java", "Work.java::much", ":::", "5", "6"))
                .as(err())
                .isZero();
        List<JsonNode> lines = out().lines().map(JsonMapper.shared()::readTree).toList();
        assertThat(lines.stream().map(line -> line.get("error").asString().length()))
                .containsExactlyInAnyOrder(5 << 20, 6 << 20);
        assertThat(lines.stream().map(line -> line.get("value").asInt())).containsExactlyInAnyOrder(5, 6);
    }

    @ParameterizedTest
    @ValueSource(strings = {"threads", "virtual", "loop", "processes"})
    void whatNeverEndsIsGivenUpAndTheRestGoesOn(String model) throws Exception {
        // On a loop, a call that spins holds the others, too: they come one after the other.
        String jobs = model.equals("loop") ? "1" : "2";
        int code = run(
                "",
                "map",
                "-j" + jobs,
                "--with",
                model,
                "--timeout",
                "1s",
                "--kill-grace",
                "100ms",
                "--java",
                "Work.java::spins",
                ":::",
                "x",
                "y",
                "");

        assertThat(code).as(err()).isEqualTo(1);
        assertThat(outcomes().stream()
                        .collect(Collectors.toMap(
                                each -> each.get("values").get(0).asString(),
                                each -> each.get("result").asString())))
                .containsEntry("x", "timeout")
                .containsEntry("y", "timeout")
                .containsEntry("", "ok");
    }

    @ParameterizedTest
    @ValueSource(strings = {"threads", "virtual", "loop", "processes", "hybrid"})
    void whatWaitsIsInterruptedWhenItsTimeIsOver(String model) throws Exception {
        assertThat(run(
                        "",
                        "map",
                        "-j4",
                        "--with",
                        model,
                        "--timeout",
                        "5s",
                        "--java",
                        "Work.java::sleeps",
                        ":::",
                        "1",
                        "600000"))
                .isEqualTo(1);
        assertThat(out()).isEqualTo("slept\n");
        assertThat(err()).contains("weft: input 2 (600000): its time was over");
    }

    @Test
    void aCrashOfAWorkerCostsOneInput() throws Exception {
        assertThat(run("", "map", "--with", "processes", "-j1", "--java", "Work.java::crashes", ":::", "a", "b", "c"))
                .isEqualTo(1);
        assertThat(err()).contains("weft: input 2 (b): worker process ").contains("2 ok, 1 failed");
    }

    @Test
    void resumeAndRerunWorkForFunctions() throws Exception {
        Path ran = directory.resolve("ran");
        assertThat(run(numbers(9), "map", "-j1", "--halt", "soon,fail=1", "--java", "Work.java::counts"))
                .isEqualTo(3);
        assertThat(run("", "resume")).as("5 has failed and is not run again").isZero();
        assertThat(Files.readAllLines(ran)).hasSize(9);
        Files.createFile(directory.resolve("mended"));
        assertThat(run("", "rerun")).isZero();

        assertThat(out()).isEqualTo("5\n");
        assertThat(Set.copyOf(Files.readAllLines(ran))).hasSize(9);
        assertThat(err()).contains("1 input in ").contains("8 were done before");
    }

    @Test
    void autoChoosesByWhatTheFirstInputsShowAndKeepsTheirResults() throws Exception {
        assertThat(run("50\n".repeat(400), "map", "--with", "auto", "--java", "Work.java::sleeps"))
                .as(err())
                .isZero();

        assertThat(out().lines()).hasSize(400);
        assertThat(err()).contains("weft: virtual threads, 256 at once: I/O-bound, ");
        JsonNode advice = AdviseIT.advice(Files.readString(run().resolve("advice.json")));
        assertThat(advice.get("model").asString()).isEqualTo("virtual");
        // Calls that were under way when it was chosen are neither measured nor counted as later ones.
        assertThat(advice.at("/measured/probes").asInt()
                        + advice.at("/outcome/inputs").asInt())
                .isBetween(390, 400);
        assertThat(advice.at("/outcome/seconds").asDouble()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"threads", "virtual", "auto"})
    void aNumberThatIsFoundOutRunsAllInputsOnce(String model) throws Exception {
        assertThat(run(numbers(2_000), "map", "-qk", "-j", "auto", "--with", model, "--java", "Work.java::twice"))
                .as(err())
                .isZero();

        assertThat(out().lines().map(Integer::parseInt))
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, 2_000).map(i -> 2 * i).boxed().toList());
    }

    @Test
    void autoKeepsToTheNumberThatWasSaid() throws Exception {
        assertThat(run("50\n".repeat(40), "map", "--with", "auto", "-j3", "--java", "Work.java::sleeps"))
                .as(err())
                .isZero();

        assertThat(err()).contains("weft: virtual threads, 3 at once: ");
        assertThat(outcomes()).allMatch(outcome -> outcome.get("slot").asInt() <= 3);
    }

    @Test
    void aSourceNeedsNoClassAndNoMain() throws Exception {
        Files.writeString(directory.resolve("Hello.java"), "String hello(String name) { return \"Hello \" + name; }\n");

        assertThat(run("", "map", "-q", "--java", "Hello.java::hello", ":::", "Ann"))
                .as(err())
                .isZero();
        assertThat(out()).isEqualTo("Hello Ann\n");
    }

    @Test
    void dryRunSaysTheCalls() throws Exception {
        assertThat(run("", "map", "--dry-run", "--java", "Work.java::both", ":::", "1", ":::", "a b"))
                .isZero();
        assertThat(out()).isEqualTo("Work.java::both(1, 'a b')\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--java Work.java::twcie        | 2 | there is no method 'twcie' in Work; did you mean 'twice'?",
                "--java Work.java               | 2 | --java expects File.java::method, app.jar::pkg.Class::method, or",
                "--java None.java::twice        | 2 | --java expects a Java source that can be read in None.java, found nothing",
                "--java no.such.Class::m        | 2 | expected a class no.such.Class in",
                "--java Broken.java::m          | 2 | cannot compile Broken.java:2: ",
                "--java Deps.java::m            | 2 | expected group:artifact:version behind //DEPS in Deps.java:1, found 'nonsense'",
                "--with thraeds --java W.java::m| 2 | --with expects sequential, threads, virtual, loop, processes, hybrid, cluster or auto,",
                "-j auto --with loop --java W.java::m| 2 | --jobs auto finds out how many commands, requests, threads or",
                "--shell --java Work.java::twice| 2 | --shell is for commands, and --java calls a function",
                "--class-path . echo            | 2 | --class-path is for functions",
            })
    void whatIsWrongIsSaidInALineBeforeAnythingRuns(String options, int code, String message) throws Exception {
        Files.writeString(directory.resolve("Broken.java"), "class Broken {\n  int m( { }\n}\n");
        Files.writeString(directory.resolve("Deps.java"), "//DEPS nonsense\nclass Deps {}\n");
        List<String> words = new ArrayList<>(List.of("map"));
        words.addAll(List.of(options.strip().split(" +")));
        words.addAll(List.of(":::", "1"));

        assertThat(run("", words.toArray(String[]::new))).isEqualTo(code);

        assertThat(err()).startsWith("weft: " + message).hasLineCount(1);
        assertThat(out()).isEmpty();
    }

    @Test
    void withoutMavenDependenciesAreAClearError() throws Exception {
        Files.writeString(directory.resolve("Deps.java"), "//DEPS org.example:none:1\nclass Deps {}\n");
        environment.put("PATH", "/nowhere");

        assertThat(run("", "map", "--java", "Deps.java::m", ":::", "1")).isEqualTo(4);

        assertThat(err())
                .startsWith(
                        "weft: //DEPS org.example:none:1 needs Maven to be resolved, and there is no mvn on the PATH")
                .hasLineCount(1);
    }
}
