package dev.weft.cli.map.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.cli.text.RawText;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourcesTest {
    @TempDir
    Path directory;

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> all(Source source) throws IOException {
        List<String> all = new ArrayList<>();
        try (source) {
            for (List<Value> values = source.next(); values != null; values = source.next()) {
                all.add(values.stream().map(Value::text).collect(Collectors.joining("|")));
            }
        }
        return all;
    }

    @Test
    void linesKeepEveryByteAndTheLastNeedsNoEnd() throws IOException {
        byte[] bytes = {'a', '\n', '\n', (byte) 0xFF, ' ', (byte) 0xC3, (byte) 0xA9, '\r', '\n', 'z'};

        List<String> lines = all(new LineSource("test", new ByteArrayInputStream(bytes), '\n'));

        assertThat(lines).hasSize(4);
        assertThat(lines.get(1)).isEmpty();
        assertThat(RawText.encode(lines.get(2))).containsExactly((byte) 0xFF, ' ', (byte) 0xC3, (byte) 0xA9, '\r');
        assertThat(lines.get(3)).isEqualTo("z");
    }

    @Test
    void linesMayBeLongerThanTheBufferAndSeparatedByNul() throws IOException {
        String longOne = "x".repeat(200_000);

        assertThat(all(new LineSource("test", stream("a\nb\0" + longOne + "\0c"), '\0')))
                .containsExactly("a\nb", longOne, "c");
    }

    @Test
    void aStreamThatFailsIsNamed() {
        var source = new LineSource(
                "urls.txt",
                new FilterInputStream(InputStream.nullInputStream()) {
                    @Override
                    public int read(byte[] into, int offset, int length) throws IOException {
                        throw new IOException("Input/output error");
                    }
                },
                '\n');

        assertThatThrownBy(source::next)
                .isInstanceOf(IOException.class)
                .hasMessage("cannot read urls.txt: Input/output error");
    }

    @Test
    void csvHasColumnsQuotesAndLineEndsInFields() throws IOException {
        var source = new CsvSource("test", stream("name,note\nbob,\"a, \"\"b\"\"\nc\"\n\nalice,\r\n"));

        assertThat(source.next())
                .singleElement()
                .satisfies(row -> assertThat(row.columns()).isEqualTo(Map.of("name", "bob", "note", "a, \"b\"\nc")));
        assertThat(source.next())
                .singleElement()
                .satisfies(row -> assertThat(row.columns()).isEqualTo(Map.of("name", "alice", "note", "")));
        assertThat(source.next()).isNull();
    }

    @Test
    void theMarkThatSpreadsheetsAndEditorsBeginWithIsNoPartOfTheFirstColumn() throws IOException {
        var csv = new CsvSource("test", stream("\uFEFFname,n\nbob,1\n"));
        var json = new JsonLinesSource("test", stream("\uFEFF{\"name\":\"bob\"}\n"));

        assertThat(csv.next())
                .singleElement()
                .satisfies(row -> assertThat(row.columns()).containsEntry("name", "bob"));
        assertThat(json.next())
                .singleElement()
                .satisfies(row -> assertThat(row.columns()).containsEntry("name", "bob"));
        assertThat(all(new CsvSource("test", stream("\uFEFF")))).isEmpty();
        assertThat(all(new CsvSource("test", stream("\u00EFx\n1\n")))).containsExactly("1");
    }

    @Test
    void aCsvWithoutAnythingHasNoInputs() throws IOException {
        assertThat(all(new CsvSource("test", stream("")))).isEmpty();
        assertThat(all(new CsvSource("test", stream("a,b\n")))).isEmpty();
    }

    @Test
    void aRecordWithTooFewOrTooManyFieldsIsRefused() throws IOException {
        for (String bad : List.of("a,b\n1\n", "a,b\n1,2,3\n")) {
            try (var source = new CsvSource("people.csv", stream(bad))) {
                assertThatThrownBy(source::next)
                        .isInstanceOf(IOException.class)
                        .hasMessageStartingWith("cannot read people.csv, line ");
            }
        }
    }

    @Test
    void jsonLinesHaveColumnsOfAnyType() throws IOException {
        var source = new JsonLinesSource("test", stream("{\"n\":1,\"s\":\"x\",\"l\":[1,2]}\n\n\"text\"\n"));

        assertThat(source.next())
                .singleElement()
                .satisfies(row -> assertThat(row.columns()).isEqualTo(Map.of("n", "1", "s", "x", "l", "[1,2]")));
        assertThat(source.next()).containsExactly(Value.of("text"));
        assertThat(source.next()).isNull();
    }

    @Test
    void aLineThatIsNoJsonIsNamed() throws IOException {
        try (var source = new JsonLinesSource("in.jsonl", stream("{}\n{\"a\":\n"))) {
            assertThat(source.next()).isNotNull();
            assertThatThrownBy(source::next)
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("expected a JSON document in line 2 of in.jsonl, found: ");
        }
    }

    @Test
    void productsVaryTheLastSourceFastestAndZipsGoTogether() throws IOException {
        var product = new ProductSource(new ListSource(List.of("a", "b")), new ListSource(List.of("1", "2")));
        var zip = new ZipSource(new ListSource(List.of("a", "b")), new ListSource(List.of("1", "2")));

        assertThat(all(product)).containsExactly("a|1", "a|2", "b|1", "b|2");
        assertThat(all(zip)).containsExactly("a|1", "b|2");
        assertThat(all(new ProductSource(new ListSource(List.of("a")), new ListSource(List.of()))))
                .isEmpty();
    }

    @Test
    void zippedSourcesOfDifferentLengthAreRefused() {
        var zip = new ZipSource(new ListSource(List.of("a", "b")), new ListSource(List.of("1")));

        assertThatThrownBy(() -> all(zip))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        "expected sources of the same length to zip, found that the second ends after 1 and the other goes on");
    }

    @Test
    void globsFindFilesInOrder() throws IOException {
        Files.createDirectories(directory.resolve("sub/.git"));
        for (String name : List.of("b.txt", "a.txt", "c.log", ".hidden.txt", "sub/d.txt", "sub/.git/e.txt")) {
            Files.createFile(directory.resolve(name));
        }

        assertThat(all(new GlobSource(directory + "/*.txt")))
                .containsExactly(directory + "/a.txt", directory + "/b.txt");
        assertThat(all(new GlobSource(directory + "/**.txt")))
                .containsExactly(directory + "/a.txt", directory + "/b.txt", directory + "/sub/d.txt");
        assertThatThrownBy(() -> new GlobSource(directory + "/none/*.txt"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("there is no directory");
    }
}
