package dev.weft.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShellWordsTest {
    @Test
    void wordsAreQuotedWhereAShellWouldTakeThemApart() {
        assertThat(ShellWords.line(List.of("weft", "map", "a b", "it's", "")))
                .isEqualTo("weft map 'a b' 'it'\\''s' ''");
    }

    @Test
    void theEndOfALongLineIsCounted() {
        assertThat(ShellWords.shown(List.of("weft", "map", "a b"))).isEqualTo("weft map 'a b'");
        assertThat(ShellWords.shown(Collections.nCopies(10_000, "input")))
                .startsWith("input input ")
                .endsWith(" ... (9,933 more)")
                .hasSizeLessThan(440);
        assertThat(ShellWords.shown(List.of("x".repeat(1000), "y"))).endsWith("x ... (1 more)");
    }
}
