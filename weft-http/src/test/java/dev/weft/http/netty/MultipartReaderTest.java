package dev.weft.http.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.http.Fuzz;
import dev.weft.http.Headers;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MultipartReaderTest {
    private static final int MAX_HEADER = 200;

    private static MultipartReader reader(String body) {
        return new MultipartReader(
                new ByteArrayInputStream(body.getBytes(StandardCharsets.ISO_8859_1)), "b", MAX_HEADER);
    }

    private static String content(MultipartReader reader) throws IOException {
        var all = new ByteArrayOutputStream();
        var piece = new byte[7];
        for (int count = reader.read(piece, 0, 7); count >= 0; count = reader.read(piece, 0, 7)) {
            all.write(piece, 0, count);
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    /** Each part as "header|content". */
    private static List<String> parts(MultipartReader reader) throws IOException {
        List<String> parts = new ArrayList<>();
        for (Headers header = reader.next(); header != null; header = reader.next()) {
            parts.add(header + "|" + content(reader));
        }
        return parts;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            value = {
                "--b--\\r\\n ! []",
                "--b\\r\\n\\r\\nx\\r\\n--b-- ! [[]|x]",
                "preamble\\r\\nmore\\r\\n--b\\r\\nA: 1\\r\\n\\r\\nx\\r\\n--b--\\r\\nepilogue ! [[A=1]|x]",
                "--b \\t\\r\\nA:1\\r\\nB:  2 \\r\\n\\r\\n\\r\\n--b\\r\\n\\r\\ny\\r\\n--b-- ! [[A=1, B=2]|, []|y]",
                "--b\\r\\nA: 1\\r\\n\\r\\n--b\\r\\nB: 2\\r\\n\\r\\n--b-- ! [[A=1]|, [B=2]|]",
                "--b\\r\\n\\r\\na\\n--b\\n\\r\\n-\\r\\n--c\\r--b\\r\\n--b-- ! [[]|a\\n--b\\n\\r\\n-\\r\\n--c\\r--b]",
            })
    void partsComeOneAfterTheOther(String body, String expected) throws IOException {
        assertThat(parts(reader(body.translateEscapes()))).hasToString(expected.translateEscapes());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no delimiter",
                "--b",
                "--b\\r",
                "--b-",
                "--b-x",
                "--bx\\r\\n\\r\\n\\r\\n--b--",
                "--b\\n\\nx\\n--b--",
                "--b\\r\\nA: 1\\r\\n\\r\\nx",
                "--b\\r\\nA: 1\\r\\n\\r\\nx\\r\\n--b",
                "--b\\r\\nA: 1\\r\\n\\r\\nx\\r\\n--by\\r\\n\\r\\n\\r\\n--b--",
                "--b\\r\\nA: 1\\n\\r\\n\\r\\nx\\r\\n--b--",
                "--b\\r\\nA: 1\\r\\n  folded\\r\\n\\r\\nx\\r\\n--b--",
                "--b\\r\\nA : 1\\r\\n\\r\\nx\\r\\n--b--",
                "--b\\r\\nno field\\r\\n\\r\\nx\\r\\n--b--",
                "--b\\r\\n: x\\r\\n\\r\\nx\\r\\n--b--",
                "--b\\r\\nA: \\0\\r\\n\\r\\nx\\r\\n--b--",
            })
    void whatHasTwoReadingsIsRefused(String body) {
        assertThatThrownBy(() -> parts(reader(body.translateEscapes())))
                .isInstanceOfSatisfying(
                        MultipartReader.Malformed.class,
                        e -> assertThat(e.isTooLarge()).isFalse());
    }

    @Test
    void headersAreLimited() {
        assertThatThrownBy(() -> parts(reader("--b\r\nA: " + "x".repeat(MAX_HEADER) + "\r\n\r\n\r\n--b--")))
                .isInstanceOfSatisfying(
                        MultipartReader.Malformed.class,
                        e -> assertThat(e.isTooLarge()).isTrue());
        assertThatThrownBy(() -> parts(reader("--b\r\n" + "A:\r\n".repeat(33) + "\r\n\r\n--b--")))
                .isInstanceOfSatisfying(
                        MultipartReader.Malformed.class,
                        e -> assertThat(e.isTooLarge()).isTrue());
        assertThatThrownBy(() -> parts(reader("x".repeat(100_000) + "\r\n--b--")))
                .hasMessageContaining("no delimiter in the first 200 bytes");
    }

    @Test
    void aPartThatIsNotReadIsSkipped() throws IOException {
        var reader = reader("--b\r\nA: 1\r\n\r\n" + "long ".repeat(10_000) + "\r\n--b\r\nB: 2\r\n\r\nx\r\n--b--");
        assertThat(reader.next()).hasToString("[A=1]");
        assertThat(reader.next()).hasToString("[B=2]");
        assertThat(content(reader)).isEqualTo("x");
        assertThat(reader.next()).isNull();
        assertThat(reader.next()).isNull();
        assertThat(reader.read(new byte[1], 0, 1)).isEqualTo(-1);
    }

    @ParameterizedTest
    @CsvSource({"abc,true", "'a b',true", "'a ',false", "'',false", "a\"b,false", "'a\r\nb',false", "ä,false"})
    void boundariesAreThoseOfTheStandard(String text, boolean fits) {
        assertThat(MultipartReader.isBoundary(text)).isEqualTo(fits);
        assertThat(MultipartReader.isBoundary("x".repeat(70))).isTrue();
        assertThat(MultipartReader.isBoundary("x".repeat(71))).isFalse();
    }

    // ---- fuzzing

    private static String boundary(Random random) {
        return Fuzz.oneOf(random, List.of("b", "--", "-", "--b", "abab", "boundary of seventy characters".repeat(2)));
    }

    @Test
    void whatIsPutTogetherIsTakenApartWhateverItHoldsAndHoweverItArrives() {
        Fuzz.cases(3_000, random -> {
            String boundary = boundary(random);
            List<String> expected = new ArrayList<>();
            var body = new StringBuilder();
            for (int left = random.nextInt(4); left > 0; left--) {
                String content = Fuzz.text(
                                random,
                                30,
                                "\r",
                                "\n",
                                "\r\n",
                                "--",
                                boundary,
                                "\r\n--",
                                "\r\n-",
                                "x",
                                "y".repeat(4_000))
                        .replace("\r\n--" + boundary, "")
                        .replaceAll("[^\\x00-\\xFF]", "?");
                if (content.startsWith("--" + boundary) || content.contains("\r\n--" + boundary)) {
                    continue;
                }
                expected.add("[A=" + left + "]|" + content);
                body.append("--")
                        .append(boundary)
                        .append("\r\nA: ")
                        .append(left)
                        .append("\r\n\r\n");
                body.append(content).append("\r\n");
            }
            body.append("--").append(boundary).append("--\r\n");
            byte[] bytes = body.toString().getBytes(StandardCharsets.ISO_8859_1);
            var reader = new MultipartReader(Fuzz.inPieces(random, bytes), boundary, MAX_HEADER);
            assertThat(parts(reader)).isEqualTo(expected);
        });
    }

    @Test
    void whateverComesIsTakenApartOrRefused() {
        byte[] good = "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\ncontent\r\n--b\r\n\r\n\r\n--b--\r\n"
                .getBytes(StandardCharsets.US_ASCII);
        Fuzz.cases(20_000, random -> {
            byte[] bytes = Fuzz.mutated(random, good);
            try {
                int size = parts(new MultipartReader(Fuzz.inPieces(random, bytes), "b", MAX_HEADER)).stream()
                        .mapToInt(String::length)
                        .sum();
                assertThat(size).isLessThanOrEqualTo(2 * bytes.length);
            } catch (MultipartReader.Malformed e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        });
    }

    @Test
    void valuesWithParametersAreReadOrRefused() {
        assertThat(HeaderValue.parse("Form-Data; Name=\"a;\\\"b\\\\c\"; filename=\"C:\\x.txt\";; q = 1 "))
                .hasToString("HeaderValue[word=form-data, parameters={name=a;\"b\\c, filename=C:\\x.txt, q=1}]");
        for (String bad : List.of("", ";a=b", "x; a", "x; =b", "x; a=1; A=2", "x; a=\"", "x; a=\"b\"c")) {
            assertThat(HeaderValue.parse(bad)).as(bad).isNull();
        }
        Fuzz.cases(20_000, random -> {
            HeaderValue value = HeaderValue.parse("a/b" + Fuzz.text(random, 20, ";", "=", "\"", "\\", "a", " ", "\t"));
            if (value != null) {
                assertThat(value.parameters()).doesNotContainKey("");
            }
        });
    }
}
