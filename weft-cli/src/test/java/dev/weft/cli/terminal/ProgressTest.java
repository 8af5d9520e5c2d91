package dev.weft.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private static final long SECOND = 1_000_000_000;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    private volatile long now;

    @Test
    void barFitsTheTerminalAndTellsTheTimeThatIsLeft() {
        try (ProgressBar bar = new ProgressBar(out, () -> now, 80, new Style(false))) {
            bar.update("fetch: round 2, event loop", 30);
            now = 10 * SECOND;

            assertThat(bar.line())
                    .endsWith("20 s left  fetch: round 2, event loop")
                    .hasSizeLessThan(80);
            assertThat(bar.line()).startsWith("━".repeat(7) + "─".repeat(13));
        }
    }

    @Test
    void narrowTerminalGetsTheTextAloneAndIsNotOverrun() {
        try (ProgressBar bar = new ProgressBar(out, () -> now, 30, new Style(false))) {
            bar.update("fetch: round 2, processes with loops", 90);

            assertThat(bar.line()).startsWith("1 min 30 s left  fetch").hasSize(29);
        }
    }

    @Test
    void barNeverGoesBackWhenTheEstimateGrows() {
        try (ProgressBar bar = new ProgressBar(out, () -> now, 80, new Style(false))) {
            now = 30 * SECOND;
            bar.update("a", 10);
            long before = bar.line().chars().filter(c -> c == '━').count();
            bar.update("b", 300);

            assertThat(bar.line().chars().filter(c -> c == '━').count()).isEqualTo(before);
            assertThat(bar.line()).contains("5 min 0 s left");
        }
    }

    @Test
    void closedBarLeavesNothingOnTheScreen() {
        ProgressBar bar = new ProgressBar(out, () -> now, 80, new Style(false));
        bar.update("fetch", 10);
        bar.close();
        bar.close();

        String screen = bytes.toString(StandardCharsets.UTF_8);
        assertThat(screen.isEmpty() || screen.endsWith("\r\u001b[2K")).isTrue();
    }

    @Test
    void logGetsALineNowAndThen() {
        ProgressLines lines = new ProgressLines(out, () -> now, true);
        lines.update("first", 50);
        lines.update("too soon", 49);
        now = 11 * SECOND;
        lines.update("second", 39);
        lines.close();
        now = 99 * SECOND;
        lines.update("closed", 1);

        assertThat(bytes.toString(StandardCharsets.UTF_8).lines())
                .containsExactly("weft: first, about 50 s left", "weft: second, about 39 s left");
    }

    @Test
    void plainStyleAddsNothing() {
        assertThat(new Style(false).red("x")).isEqualTo("x");
        assertThat(new Style(true).red("x")).isEqualTo("\u001b[31mx\u001b[0m");
    }
}
