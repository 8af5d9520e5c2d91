package dev.weft.cli.map;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.cli.compare.report.SchemaCheck;
import dev.weft.cli.map.advice.AdviceJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Has the real program advise on real work. */
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class AdviseIT extends Program {
    private static final String SOURCE = """
            class Jobs {
                static final Object LOCK = new Object();
                static String sleeps(long millis) throws Exception { Thread.sleep(millis); return "slept"; }
                static int primes(int below) {
                    int primes = 0;
                    next: for (int n = 2; n < below; n++) {
                        for (int d = 2; d * d <= n; d++) { if (n % d == 0) continue next; }
                        primes++;
                    }
                    return primes;
                }
                static int locked(int below) { synchronized (LOCK) { return primes(below); } }
                static String fails(String text) { throw new IllegalStateException("no " + text); }
            }
            """;

    @BeforeEach
    void writeTheSource() throws IOException {
        Files.writeString(directory.resolve("Jobs.java"), SOURCE);
        environment.put("XDG_CACHE_HOME", directory.resolve("cache").toString());
    }

    static JsonNode advice(String json) throws IOException {
        try (InputStream schema = AdviceJson.class.getResourceAsStream("weft-advice-1.schema.json")) {
            assertThat(SchemaCheck.problems(JsonMapper.shared().readTree(schema), json))
                    .isEmpty();
        }
        return JsonMapper.shared().readTree(json);
    }

    @ParameterizedTest
    @CsvSource({
        "Jobs.java::sleeps, 40,    virtual,    waits",
        "Jobs.java::primes, 60000, threads,    cpu",
    })
    void theModelFollowsFromWhatTheFirstInputsShow(String function, String input, String model, String because)
            throws Exception {
        assertThat(run((input + "\n").repeat(3_000), "advise", "--for", "1500ms", "--json", "--java", function))
                .as(err())
                .isZero();

        JsonNode advice = advice(out());
        assertThat(advice.get("model").asString()).as(out()).isEqualTo(model);
        assertThat(advice.get("because").asString()).as(out()).isEqualTo(because);
        assertThat(advice.get("commandLine").valueStream().map(JsonNode::asString))
                .containsExactly("map", "--with", model, "--java", function);
        assertThat(advice.get("predictions")
                        .valueStream()
                        .map(each -> each.get("model").asString()))
                .containsExactly("sequential", "threads", "virtual", "loop", "processes", "hybrid");
        assertThat(advice.get("done").asLong() + advice.get("inputs").asLong()).isEqualTo(3_000);
    }

    @Test
    void aLockIsNamed() throws Exception {
        assertThat(run("20000\n".repeat(9_000), "advise", "--for", "1500ms", "--json", "--java", "Jobs.java::locked"))
                .as(err())
                .isZero();

        JsonNode advice = advice(out());
        assertThat(advice.at("/measured/lock").asString()).isEqualTo("Object");
        assertThat(advice.at("/measured/lockSeconds").asDouble()).isPositive();
    }

    @Test
    void resumeFinishesTheWorkAndPrintsWhatWasKept() throws Exception {
        List<String> words = new ArrayList<>(List.of("advise", "--for", "300ms", "-k", "sh", "-c"));
        words.addAll(List.of("sleep 0.05; echo \"$1\"", "sh", "{}", ":::"));
        IntStream.rangeClosed(1, 60).forEach(i -> words.add(Integer.toString(i)));

        assertThat(run("", words.toArray(String[]::new))).as(err()).isZero();

        assertThat(out())
                .containsPattern("^\\d+ commands at once: I/O-bound, ")
                .contains("expected for ")
                .containsPattern(
                        "weft map --jobs \\d+ -k sh -c 'sleep 0.05; echo \"\\$1\"' sh '\\{\\}' ::: 1 2 3 4 ... ")
                .contains("weft resume " + run().getFileName());
        int ran = outcomes().size();
        assertThat(ran).isBetween(1, 59);

        assertThat(run("", "resume")).as(err()).isZero();

        assertThat(out()).isEqualTo(numbers(60));
        assertThat(outcomes()).hasSize(60);
        assertThat(Set.copyOf(outcomes().stream()
                        .map(each -> each.get("index").asInt())
                        .toList()))
                .hasSize(60);
        assertThat(err()).contains(ran + " were done before");
        JsonNode settings = JsonMapper.shared().readTree(Files.readString(run().resolve("run.json")));
        assertThat(settings.get("arguments").valueStream().limit(1).map(JsonNode::asString))
                .containsExactly("--jobs");
        assertThat(run().resolve("kept.stdout")).doesNotExist();
        assertThat(run().resolve("kept.stderr")).doesNotExist();
    }

    @Test
    void whatFailsIsNoMeasurement() throws Exception {
        assertThat(run("", "advise", "--java", "Jobs.java::fails", ":::", "a", "b"))
                .isEqualTo(1);

        assertThat(out()).contains("too few inputs were measured to tell").contains("of which 2 failed");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "advise                            | advise expects what weft map is to run",
                "advise --for never echo ::: 1     | --for expects a time",
                "advise --with loop --java F ::: 1 | --with settles what weft advise is to find out",
                "advise -j 3 echo ::: 1            | --jobs settles what weft advise is to find out",
                "advise -u echo ::: 1              | --ungroup keeps no output",
                "advise --jaav F ::: 1             | unknown option '--jaav'; did you mean '--java'?",
            })
    void whatIsWrongIsSaidInALine(String arguments, String message) throws Exception {
        assertThat(run("", arguments.strip().split(" +"))).isEqualTo(2);

        assertThat(err()).startsWith("weft: " + message).hasLineCount(1);
        assertThat(out()).isEmpty();
    }
}
