package dev.weft.cli.map;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weft.cli.CliException;
import dev.weft.cli.map.input.CsvSource;
import dev.weft.cli.map.input.Input;
import dev.weft.cli.map.input.JsonLinesSource;
import dev.weft.cli.map.input.Source;
import dev.weft.cli.map.input.Value;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the program reads of its user and of his files: commands with places, and inputs. */
class TemplateFuzzTest {
    private static final Set<String> COLUMNS = Set.of("name", "b");

    @FuzzTest
    void places(FuzzedDataProvider data) {
        boolean shell = data.consumeBoolean();
        String value = data.consumeString(20);
        String word = data.consumeRemainingAsString();
        var input = new Input(7, List.of(new Value(value, Map.of("name", value, "b", "x/y.z"))));
        try {
            List<String> filled =
                    Template.of(List.of("echo", word), shell, COLUMNS).fill(input, 3);
            assertThat(filled).isNotEmpty();
        } catch (CliException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }

    /** What an input brings stays one part of the URL. */
    @FuzzTest
    void urls(FuzzedDataProvider data) {
        String value = data.consumeRemainingAsString();
        List<String> filled = Template.ofUrl("https://h/{}", null).fill(new Input(1, List.of(Value.of(value))), 1);
        assertThat(filled).hasSize(1);
        assertThat(filled.getFirst()).matches("https://h/[A-Za-z0-9._~%/-]*");
    }

    /** A shell reads what an input brings as one word. */
    @FuzzTest
    void shellWords(FuzzedDataProvider data) {
        String value = data.consumeRemainingAsString();
        String quoted = Template.quoted(value);
        String bare = quoted.replace("'\\''", "");
        assertThat(bare.matches("[A-Za-z0-9_@%+=:,./-]+") || bare.matches("(?s)'[^']*'"))
                .as(quoted)
                .isTrue();
    }

    @FuzzTest
    void csv(byte[] bytes) {
        readAll(new CsvSource("it", new ByteArrayInputStream(bytes)));
    }

    @FuzzTest
    void jsonLines(byte[] bytes) {
        readAll(new JsonLinesSource("it", new ByteArrayInputStream(bytes)));
    }

    private static void readAll(Source source) {
        try (source) {
            for (List<Value> next = source.next(); next != null; next = source.next()) {
                assertThat(next).hasSize(1);
                assertThat(next.getFirst().text()).isNotNull();
            }
        } catch (IOException e) {
            assertThat(e.getMessage()).contains("it");
        }
    }
}
