package dev.weft.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextTest {
    private static final List<String> NAMES = List.of("fetch", "files", "cpu", "gzip", "mixed");

    @ParameterizedTest
    @CsvSource({"cup, cpu", "fecth, fetch", "file, files", "gip, gzip", "mixd, mixed", "fet, fetch"})
    void slipOfTheFingersIsUnderstood(String word, String meant) {
        assertThat(Nearest.to(word, NAMES)).contains(meant);
    }

    @Test
    void wordLikeNoNameGetsNoGuess() {
        assertThat(Nearest.to("database", NAMES)).isEmpty();
    }

    @Test
    void swappedNeighboursAreOneSlip() {
        assertThat(Nearest.distance("cup", "cpu")).isEqualTo(1);
        assertThat(Nearest.distance("", "cpu")).isEqualTo(3);
        assertThat(Nearest.distance("threads", "threads")).isZero();
    }

    @Test
    void numbersGetTheDigitsThatMeanSomething() {
        assertThat(Words.factor(1.916)).isEqualTo("1.92");
        assertThat(Words.factor(8.34)).isEqualTo("8.3");
        assertThat(Words.factor(31.4)).isEqualTo("31");
        assertThat(Words.percent(0.973)).isEqualTo("97 %");
        assertThat(Words.percent(0.0312)).isEqualTo("3.1 %");
        assertThat(Words.percent(0)).isEqualTo("0 %");
        assertThat(Words.percent(0.0001)).isEqualTo("0 %");
        assertThat(Words.time(0.000_012)).isEqualTo("12 µs");
        assertThat(Words.time(0.0042)).isEqualTo("4.2 ms");
        assertThat(Words.time(0.071)).isEqualTo("71 ms");
        assertThat(Words.time(2.314)).isEqualTo("2.31 s");
        assertThat(Words.time(47.26)).isEqualTo("47.3 s");
        assertThat(Words.size(93_400_000)).isEqualTo("93 MB");
        assertThat(Words.size(1_440_000_000)).isEqualTo("1.4 GB");
        assertThat(Words.count(1, "page")).isEqualTo("1 page");
        assertThat(Words.count(2_000, "worker process")).isEqualTo("2,000 worker processes");
    }

    @Test
    void namesAreJoinedAsInASentence() {
        assertThat(Words.list(List.of("a"))).isEqualTo("a");
        assertThat(Words.list(List.of("a", "b"))).isEqualTo("a and b");
        assertThat(Words.list(List.of("a", "b", "c"))).isEqualTo("a, b and c");
    }

    @Test
    void paragraphBreaksAtBlanksOnly() {
        assertThat(Paragraph.wrap("one two three four", 9)).containsExactly("one two", "three", "four");
        assertThat(Paragraph.wrap("a verylongwordindeed b", 6)).containsExactly("a", "verylongwordindeed", "b");
        assertThat(Paragraph.wrap("one --add-opens" + Paragraph.NO_BREAK + "x=y", 12))
                .containsExactly("one", "--add-opens x=y");
        assertThat(Paragraph.wrap("", 10)).containsExactly("");
    }

    @Test
    void tableAlignsNamesLeftAndNumbersRight() {
        Table table = new Table();
        table.add("model", "time");
        table.add("event loop", "7 ms");
        table.add("threads", "123 ms");

        assertThat(table.lines()).containsExactly("model         time", "event loop    7 ms", "threads     123 ms");
    }
}
