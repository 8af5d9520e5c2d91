package dev.weft.cli.report.html;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.cli.html.InBrowser;
import dev.weft.cli.html.PageChecks;
import dev.weft.cli.report.SampleRun;
import dev.weft.cli.report.data.RunReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The report of a run in a real browser, which runs no scripts of it: it has none. */
class RunPageIT extends InBrowser {
    @TempDir
    private Path directory;

    private Path show(RunReport report) throws IOException {
        Path file = directory.resolve("run.html");
        RunPage.write(report, file);
        tab.open(file);
        return file;
    }

    private RunReport full() throws IOException {
        return SampleRun.full(directory.resolve("full")).report(200, true);
    }

    /** A run with everything that a page can show: scaling, sessions, failures, and more slots than lanes. */
    private RunReport everything() throws IOException {
        SampleRun run = new SampleRun(directory.resolve("everything")).begin(0, "map");
        int index = 0;
        for (int period = 0; period < 7; period++) {
            run.jobs(period * 2000L, 1 << period);
            for (int slot = 1; slot <= 1 << period; slot++) {
                for (long at = period * 2000L; at < (period + 1) * 2000L; at += 100 + 20 * period) {
                    if (++index % 50 == 0) {
                        run.failed(
                                index, 1, slot, at, 80, true, "gone: " + "a-very-long-word-without-an-end-".repeat(8));
                    } else {
                        run.ok(index, slot, at, 100 + 20 * period);
                    }
                }
            }
        }
        run.end(14_000, "interrupted")
                .begin(100_000, "resume")
                .jobs(100_000, 2)
                .ok(++index, 1, 100_000, 100)
                .end(100_200, "finished");
        return run.report(index, true);
    }

    @ParameterizedTest
    @CsvSource({"375, light", "375, dark", "768, light", "1440, light", "1440, dark"})
    void fitsTheScreenAndHasContrastWithEverythingUnfolded(int width, String scheme) throws Exception {
        tab.screen(width, 812);
        tab.scheme(scheme);
        Path file = show(everything());

        tab.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })");

        PageChecks.fitsTheWidth(tab, width);
        PageChecks.textHasContrast(tab);
        PageChecks.hasStructure(tab);
        assertThat(tab.problems()).isEmpty();
        assertThat(tab.requests()).containsExactly(file.toUri().toString());
    }

    @Test
    void theSchemesDiffer() throws Exception {
        show(full());
        String light = tab.text("getComputedStyle(document.body).backgroundColor");
        tab.scheme("dark");

        assertThat(tab.text("getComputedStyle(document.body).backgroundColor")).isNotEqualTo(light);
    }

    @Test
    void needsNoScripts() throws Exception {
        tab.disableScripts();
        RunReport report = full();
        show(report);

        assertThat(tab.evaluate("document.querySelectorAll('script').length").intValue())
                .isZero();
        assertThat(tab.text("document.body.innerText"))
                .contains(report.verdict(), report.why().text(), "exit code 3", "file-20.txt");
    }

    @Test
    void saysInATableWhatEveryChartShows() throws Exception {
        show(everything());

        assertThat(tab.texts("[...document.querySelectorAll('figure h2')].map((node) => node.textContent)"))
                .containsExactly(
                        "Where the time went",
                        "Throughput",
                        "At once",
                        "How long tries took",
                        "What ran when",
                        "Scaling");
        assertThat(tab.texts("""
                [...document.querySelectorAll('figure')].map((figure) => {
                  const table = document.getElementById(figure.getAttribute('aria-describedby'));
                  const drawing = figure.querySelector('svg[role=img]');
                  return [
                    table.closest('figure') === figure,
                    table.caption.textContent !== '',
                    table.tBodies[0].rows.length > 1,
                    drawing.getAttribute('aria-label').length > 10,
                  ].join(' ');
                })""")).hasSize(6).containsOnly("true true true true");
    }

    @Test
    void drawsWhatTheNumbersSay() throws Exception {
        show(full());

        assertThat(tab.evaluate("document.querySelectorAll('#slots rect.ground').length")
                        .intValue())
                .isEqualTo(4);
        assertThat(tab.evaluate("document.querySelectorAll('#slots rect.ok').length")
                        .intValue())
                .isEqualTo(190);
        assertThat(tab.evaluate("document.querySelectorAll('#slots rect.failed').length")
                        .intValue())
                .isEqualTo(20);
        assertThat(tab.text("document.querySelector('#slots rect.failed title').textContent"))
                .isEqualTo("file-20.txt (input 20): exit code 3, 20 ms");
        // The parts of the bar are next to each other, and the whole is as wide as the drawing.
        assertThat(tab.evaluate("""
                (() => {
                  const boxes = [...document.querySelectorAll('#split rect')]
                    .map((node) => node.getBoundingClientRect());
                  const whole = document.querySelector('#split svg svg').getBoundingClientRect();
                  return boxes.reduce((sum, box) => sum + box.width, 0) / whole.width;
                })()""").doubleValue()).isBetween(0.99, 1.01);
    }

    @Test
    void labelsDoNotRunIntoEachOtherOnAPhone() throws Exception {
        tab.screen(PHONE, 812);
        show(everything());

        assertThat(tab.texts("""
                [...document.querySelectorAll('svg.plot')].flatMap((plot) => {
                  const boxes = [...plot.querySelectorAll('text')]
                    .map((node) => [node.textContent, node.getBoundingClientRect()]);
                  return boxes.flatMap(([name, a], i) => boxes.slice(i + 1)
                    .filter(([, b]) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
                    .map(([other]) => `${name} / ${other}`));
                })""")).isEmpty();
    }

    @Test
    void isReachedByKeyboardInTheOrderOfThePage() throws Exception {
        show(full());

        PageChecks.tabTo(tab, ".skip");
        tab.press("Enter", ENTER);
        assertThat(tab.text("document.activeElement.id")).isEqualTo("results");
        PageChecks.tabTo(tab, "#split summary");
        tab.press("Enter", ENTER);
        assertThat(tab.evaluate("document.querySelector('#split details').open").booleanValue())
                .isTrue();
        PageChecks.tabTo(tab, "#split .scroll");
        PageChecks.tabTo(tab, "#throughput summary");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<img src=x onerror='hacked=1'>",
                "</script><script>hacked=1</script>",
                "</style><script>hacked=1</script>",
                "</title></svg><script>hacked=1</script>",
                "\" onmouseover=hacked=1 '",
                "{{style}} ${hacked=1} \u2028 \u202E \uD800 \uDC80 \0",
                "https://example.invalid/x.png"
            })
    void takesEveryStringForText(String hostile) throws Exception {
        SampleRun run = SampleRun.full(directory.resolve("hostile"), index -> index + hostile)
                .settings(hostile, hostile, "{}");
        run.failed(201, 1, 1, 2600, 10, true, hostile);

        Path file = show(run.report(201, true));

        assertThat(tab.evaluate("typeof hacked").asString()).isEqualTo("undefined");
        assertThat(tab.evaluate("document.querySelectorAll('script, img, iframe, [onerror], [onmouseover]').length")
                        .intValue())
                .isZero();
        assertThat(tab.evaluate("document.querySelectorAll('figure').length").intValue())
                .isEqualTo(5);
        assertThat(tab.texts("[...document.querySelectorAll('#longest td')].map((node) => node.textContent)"))
                .isNotEmpty();
        assertThat(tab.problems()).isEmpty();
        assertThat(tab.requests()).containsExactly(file.toUri().toString());
    }

    @Test
    void showsRunsOfWhichLittleIsKnown() throws Exception {
        for (RunReport report : List.of(
                new SampleRun(directory.resolve("nothing")).report(0, true),
                new SampleRun(directory.resolve("killed")).begin(0, "map").report(3, false),
                new SampleRun(directory.resolve("one")).ok(1, 1, 0, 0).report(1, true),
                new SampleRun(directory.resolve("old")).ok(1, 1, 10, 100).report(1, true))) {
            show(report);

            PageChecks.hasStructure(tab);
            assertThat(tab.text("document.querySelector('.verdict-text').textContent"))
                    .isEqualTo(report.verdict());
            assertThat(tab.problems()).isEmpty();
            assertThat(tab.text("document.body.innerHTML")).doesNotContain("NaN", "Infinity");
        }
    }

    @Test
    void fitsPaper() throws Exception {
        show(full());
        tab.screen(794, 1123);
        tab.print();

        PageChecks.fitsTheWidth(tab, 794);
    }
}
