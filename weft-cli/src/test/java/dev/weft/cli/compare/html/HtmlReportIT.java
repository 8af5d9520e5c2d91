package dev.weft.cli.compare.html;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.cli.compare.report.Interval;
import dev.weft.cli.compare.report.Lane;
import dev.weft.cli.compare.report.ModelReport;
import dev.weft.cli.compare.report.Report;
import dev.weft.cli.compare.report.Span;
import dev.weft.cli.compare.report.Timeline;
import dev.weft.cli.compare.report.Verdict;
import dev.weft.cli.compare.report.WorkloadReport;
import dev.weft.cli.html.InBrowser;
import dev.weft.cli.html.PageChecks;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The report in a real browser. */
class HtmlReportIT extends InBrowser {
    private static final int ESCAPE = 27;
    private static final int RIGHT = 39;
    private static final int DOWN = 40;

    @TempDir
    private Path directory;

    private Path show(Report report) throws Exception {
        Path file = directory.resolve("weft-report.html");
        HtmlReport.write(report, file);
        tab.open(file);
        return file;
    }

    @Test
    void opensFromDiskWithoutAnyOtherRequestOrComplaint() throws Exception {
        Path file = show(SampleReport.full());

        assertThat(tab.problems()).isEmpty();
        assertThat(tab.requests()).containsExactly(file.toUri().toString());
    }

    @ParameterizedTest
    @ValueSource(ints = {PHONE, 768, DESK})
    void fitsTheWidthOfTheScreenWithEverythingUnfolded(int width) throws Exception {
        tab.screen(width, 812);
        show(SampleReport.full());

        tab.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })");

        PageChecks.fitsTheWidth(tab, width);
    }

    @Test
    void hasASectionWithItsVerdictForEveryWorkload() throws Exception {
        Report report = SampleReport.full();
        show(report);

        assertThat(tab.texts("[...document.querySelectorAll('.workload h2')].map((node) => node.textContent)"))
                .isEqualTo(
                        report.workloads().stream().map(WorkloadReport::title).toList());
        assertThat(tab.texts(
                        "[...document.querySelectorAll('.workload .verdict-text')].map((node) => node.textContent)"))
                .isEqualTo(report.workloads().stream()
                        .map(workload -> workload.verdict().text())
                        .toList());
        assertThat(
                        tab.texts(
                                "[...document.querySelectorAll('.cards a')].map((node) => document.querySelector(node.hash).className)"))
                .hasSameSizeAs(report.workloads())
                .containsOnly("workload");
    }

    @Test
    void saysInATableWhatEveryChartShows() throws Exception {
        Report report = SampleReport.full();
        show(report);

        assertThat(tab.texts("[...document.querySelectorAll('.workload .chart h3')].map((node) => node.textContent)"))
                .hasSize(3 * report.workloads().size() + 3)
                .contains("Ranking", "Who did what when", "Computing and waiting", "Scaling");
        // Each chart is described by a table that has a row for every model of its workload, or number of threads.
        assertThat(tab.texts("""
                [...document.querySelectorAll('.chart:has(.curve)')].map((chart) => {
                  const table = document.getElementById(chart.getAttribute('aria-describedby'));
                  const drawn = chart.querySelectorAll('polyline.point').length;
                  return `${table.caption.textContent} ${table.tBodies[0].rows.length} ${drawn} ${table.tHead.rows[0].cells.length}`;
                })"""))
                .containsExactly(
                        "Fetch 200 pages over HTTP: scaling 12 12 7",
                        "Count primes in 48 ranges: scaling 6 6 7",
                        "Compress 64 blocks of real files: scaling 2 2 5");
        assertThat(tab.texts("""
                [...document.querySelectorAll('.chart:not(:has(.curve))')].map((chart) => {
                  const table = document.getElementById(chart.getAttribute('aria-describedby'));
                  return `${table.closest('.chart') === chart} ${table.caption.textContent !== ''} ${table.tBodies[0].rows.length}`;
                })""")).hasSize(3 * report.workloads().size()).containsOnly("true true 7");
    }

    @Test
    void hasLandmarksAndHeadingsInOrder() throws Exception {
        show(SampleReport.full());

        PageChecks.hasStructure(tab);
        assertThat(tab.evaluate("document.querySelectorAll('nav').length").intValue())
                .isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void hasEnoughContrastInBothSchemes(String scheme) throws Exception {
        tab.scheme(scheme);
        show(SampleReport.full());

        // WCAG 2.2: 4.5 for text, 3 for what a chart is read by.
        assertThat(contrast("color: var(--ink)", "color: var(--paper)")).isGreaterThan(7);
        assertThat(contrast("color: var(--quiet)", "color: var(--paper)")).isGreaterThan(4.5);
        assertThat(contrast("color: var(--quiet)", "color: var(--raised)")).isGreaterThan(4.5);
        assertThat(contrast("color: var(--bad)", "color: var(--paper)")).isGreaterThan(4.5);
        assertThat(contrast("color: var(--paper)", "color: var(--compute)")).isGreaterThan(4.5);
        assertThat(contrast("color: var(--compute)", "color: var(--lane)")).isGreaterThan(3);
        assertThat(contrast("color: var(--wait)", "color: var(--lane)")).isGreaterThan(3);
        assertThat(contrast("color: var(--wait)", "color: var(--compute)")).isGreaterThan(2.4);
    }

    /** The WCAG contrast of two colours, as the browser computes them. */
    private double contrast(String one, String other) {
        return tab.evaluate("""
                (() => {
                  const luminance = (style) => {
                    const node = document.body.appendChild(document.createElement('i'));
                    node.style.cssText = style;
                    const [r, g, b] = getComputedStyle(node).color.match(/[\\d.]+/g).map((value) => {
                      const share = value / 255;
                      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
                    });
                    node.remove();
                    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
                  };
                  const [dark, light] = [luminance('%s'), luminance('%s')].sort((a, b) => a - b);
                  return (light + 0.05) / (dark + 0.05);
                })()""".formatted(one, other)).doubleValue();
    }

    @Test
    void followsTheSystemsSchemeUntilTheReaderChooses() throws Exception {
        show(SampleReport.full());
        String light = background();
        tab.scheme("dark");
        String dark = background();
        tab.evaluate("document.querySelector('.theme').click()");

        assertThat(dark).isNotEqualTo(light);
        assertThat(background()).isEqualTo(light);
        assertThat(tab.text("document.querySelector('.theme').getAttribute('aria-label')"))
                .isEqualTo("Switch to dark colours");
    }

    private String background() {
        return tab.text("getComputedStyle(document.body).backgroundColor");
    }

    @Test
    void reachesTheTimeScaleAndTheTimelinesByKeyboard() throws Exception {
        show(SampleReport.full());

        PageChecks.tabTo(tab, "input[type=radio]");
        String first = axis();
        tab.press("ArrowRight", RIGHT);
        String whole = axis();
        PageChecks.tabTo(tab, ".plot");
        tab.press("ArrowRight", RIGHT);
        String one = spoken();
        tab.press("ArrowRight", RIGHT);
        String next = spoken();
        boolean shown = tipIsShown();
        tab.press("Escape", ESCAPE);

        assertThat(first).isNotEqualTo(whole);
        assertThat(one).startsWith("task 0, waiting");
        assertThat(next).startsWith("task 0, computing");
        assertThat(shown).isTrue();
        assertThat(tipIsShown()).isFalse();
        assertThat(tab.problems()).isEmpty();
    }

    @Test
    void walksDownTheRowsOfALoop() throws Exception {
        show(SampleReport.full());
        tab.evaluate("document.querySelectorAll('.workload .plot')[4].focus()");

        tab.press("ArrowRight", RIGHT);
        String running = spoken();
        tab.press("ArrowDown", DOWN);

        assertThat(running).contains("computing", "loop-1");
        assertThat(spoken()).contains("waiting", "loop-1");
    }

    @Test
    void showsWhatIsUnderThePointer() throws Exception {
        show(SampleReport.full());
        tab.evaluate("document.querySelector('.plot').scrollIntoView({ block: 'center' })");
        var box = tab.evaluate("(({ x, y }) => ({ x, y }))(document.querySelector('.plot').getBoundingClientRect())");

        tab.pointAt(box.get("x").doubleValue() + 30, box.get("y").doubleValue() + 8);

        assertThat(tipIsShown()).isTrue();
        assertThat(tab.text("document.querySelector('.tip').textContent"))
                .startsWith("Task 0, waiting")
                .contains("main");
    }

    private String axis() {
        return tab.text("document.querySelector('.panel .axis').textContent");
    }

    private String spoken() {
        return tab.text("document.querySelector('.spoken').textContent");
    }

    private boolean tipIsShown() {
        return !tab.evaluate("document.querySelector('.tip').hidden").booleanValue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<img src=x onerror='hacked=1'>",
                "</script><script>hacked=1</script>",
                "<!--<script>",
                "]]></noscript><script>hacked=1</script>",
                "\" onmouseover=hacked=1 '",
                "{{data}} ${hacked=1} \u2028 \u202E \uD800 \0",
                "https://example.invalid/x.png"
            })
    void takesEveryStringForText(String hostile) throws Exception {
        Path file = show(SampleReport.report(text -> text + hostile));

        assertThat(tab.evaluate("typeof hacked").asString()).isEqualTo("undefined");
        assertThat(tab.evaluate("document.querySelectorAll('script').length").intValue())
                .isEqualTo(2);
        assertThat(tab.evaluate("document.querySelectorAll('img, iframe, [onerror], [onmouseover]').length")
                        .intValue())
                .isZero();
        assertThat(tab.text("document.querySelector('.workload h2').textContent"))
                .startsWith("Fetch 200 pages over HTTP");
        assertThat(tab.evaluate("document.querySelectorAll('.workload').length").intValue())
                .isEqualTo(5);
        assertThat(tab.problems()).isEmpty();
        assertThat(tab.requests()).containsExactly(file.toUri().toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"constructor", "__proto__", "toString", ""})
    void takesEveryNameOfAModelForAName(String name) throws Exception {
        show(SampleReport.report(text -> text.equals("loop") ? name : text));

        assertThat(tab.problems()).isEmpty();
        assertThat(tab.evaluate("document.querySelectorAll('.workload').length").intValue())
                .isEqualTo(5);
    }

    @Test
    void saysTheEssentialsWithoutScripts() throws Exception {
        Report report = SampleReport.full();
        tab.disableScripts();
        tab.screen(PHONE, 812);
        show(report);

        String text = tab.text("document.querySelector('noscript').innerText");
        assertThat(report.workloads())
                .allSatisfy(workload -> assertThat(text)
                        .contains(workload.title())
                        .contains(workload.verdict().text()));
        assertThat(text).contains(report.caveats());
        assertThat(tab.evaluate("document.documentElement.scrollWidth").intValue())
                .isLessThanOrEqualTo(PHONE);
    }

    @Test
    void showsARunThatWasInterruptedBeforeItsFirstRound() throws Exception {
        Report full = SampleReport.full();
        WorkloadReport fetch = full.workloads().getFirst();
        var nothing = new Verdict(null, false, "No verdict: no model completed a round.", "Nothing was measured.", "");
        show(with(full, true, List.of(with(fetch, List.of(), nothing))));

        assertThat(tab.problems()).isEmpty();
        assertThat(tab.text("document.querySelector('.masthead').textContent")).contains("Interrupted");
        assertThat(tab.text("document.querySelector('.verdict-text').textContent"))
                .isEqualTo(nothing.text());
    }

    @Test
    void showsAReportWithoutWorkloads() throws Exception {
        show(with(SampleReport.full(), true, List.of()));

        assertThat(tab.problems()).isEmpty();
        assertThat(tab.evaluate("document.querySelectorAll('.about dl').length").intValue())
                .isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({"0.05, 2", "0, 1", "0, 0", "3000, 90000"})
    void showsModelsWithoutBaselineOrTimeline(double fast, double slow) throws Exception {
        Report full = SampleReport.full();
        WorkloadReport fetch = full.workloads().getFirst();
        List<ModelReport> models = fetch.models().stream()
                .map(model -> with(model, exactly(model.model().equals("loop") ? fast : slow), null, null))
                .toList();
        show(with(full, false, List.of(with(fetch, models, fetch.verdict()))));

        assertThat(tab.problems()).isEmpty();
        assertThat(tab.texts("[...document.querySelectorAll('.chart h3')].map((node) => node.textContent)"))
                .containsExactly("Ranking", "Computing and waiting");
        assertThat(tab.text("document.querySelector('.workload').textContent"))
                .doesNotContain("NaN", "undefined", "null");
    }

    @Test
    void drawsAThreadThatComputesForAMomentAsOneRow() throws Exception {
        Report full = SampleReport.full();
        WorkloadReport fetch = full.workloads().getFirst();
        var spans = List.of(
                new Span(0, 0.4, Span.WAIT, 1), new Span(0.4, 0.4, Span.COMPUTE, 2), new Span(0.4, 1, Span.WAIT, 2));
        List<ModelReport> models = fetch.models().stream()
                .limit(1)
                .map(model -> with(
                        model, exactly(1), null, new Timeline(1, false, List.of(new Lane("main", "thread", spans)))))
                .toList();
        show(with(full, false, List.of(with(fetch, models, fetch.verdict()))));

        assertThat(tab.texts("[...document.querySelectorAll('.gutter span')].map((node) => node.textContent)"))
                .containsExactly("main");
        assertThat(tab.problems()).isEmpty();
    }

    @Test
    void drawsAnIntervalThatIsKnownTooBadlyOnlyAsFarAsTheScaleGoes() throws Exception {
        Report full = SampleReport.full();
        WorkloadReport fetch = full.workloads().getFirst();
        List<ModelReport> models = fetch.models().stream()
                .map(model -> with(model, new Interval(0.2, 0.0001, 90), new Interval(1, 0.01, 400), null))
                .toList();
        show(with(full, false, List.of(with(fetch, models, fetch.verdict()))));

        assertThat(tab.texts(
                        "[...document.querySelectorAll('.scale-note')].map((node) => node.textContent.split(' ')[0])"))
                .containsExactly("Linear");
        assertThat(tab.texts("""
                [...document.querySelectorAll('.whisker')]
                  .map((node) => node.getBoundingClientRect().right > node.ownerSVGElement.getBoundingClientRect().right + 1)""")).containsOnly("false");
        assertThat(tab.problems()).isEmpty();
    }

    @Test
    void choosesALogarithmicScaleForTimesThatLieFarApartAndSaysSo() throws Exception {
        show(SampleReport.full());

        assertThat(tab.texts(
                        "[...document.querySelectorAll('.scale-note')].map((node) => node.textContent.split(' ')[0])"))
                .containsExactly("Logarithmic", "Linear", "Linear", "Linear", "Logarithmic");
    }

    @Test
    void drawsLawsThroughThePointsOfTheCurve() throws Exception {
        show(SampleReport.full());

        // The law was fitted to points that lie within some percent of it.
        assertThat(tab.texts("""
                [...document.querySelectorAll('.curve')].slice(0, 2).flatMap((curve) => {
                  const at = (line) => line.getAttribute('points').split(' ').map(Number);
                  const law = at(curve.querySelector('.usl'));
                  return [...curve.querySelectorAll('.point')].map(at).filter(([, , x, y]) => {
                    let nearest = Infinity;
                    for (let i = 0; i < law.length; i += 2) {
                      if (Math.abs(law[i] - x) < 20) nearest = Math.min(nearest, Math.abs(law[i + 1] - y));
                    }
                    return nearest > 30;
                  });
                })""")).as("points far from the law").isEmpty();
        assertThat(tab.text("document.querySelector('.workload').textContent")).doesNotContain("NaN", "undefined");
        assertThat(tab.problems()).isEmpty();
    }

    @Test
    void labelsOfTheCurveDoNotRunIntoEachOtherOnAPhone() throws Exception {
        tab.screen(PHONE, 812);
        show(SampleReport.full());

        assertThat(tab.texts("""
                [...document.querySelectorAll('.curve')].flatMap((curve) => {
                  const boxes = [...curve.querySelectorAll('.axis span')]
                    .map((node) => [node.textContent, node.getBoundingClientRect()]);
                  return boxes.flatMap(([name, a], i) => boxes.slice(i + 1)
                    .filter(([, b]) => a.left < b.right && b.left < a.right)
                    .map(([other]) => `${name} / ${other}`));
                })""")).isEmpty();
    }

    @Test
    void printsWithoutItsControls() throws Exception {
        show(SampleReport.full());
        tab.print();

        assertThat(
                        tab.texts(
                                "['.topbar', '.segments', '.equivalent'].map((name) => getComputedStyle(document.querySelector(name)).display)"))
                .containsOnly("none");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "formatSeconds(0)            | 0 s",
                "formatSeconds(0.0000123)    | 12.3 µs",
                "formatSeconds(0.0714)       | 71.4 ms",
                "formatSeconds(0.99949)      | 999 ms",
                "formatSeconds(0.9996)       | 1.00 s",
                "formatSeconds(150)          | 2 min 30 s",
                "formatSeconds(179.9)        | 3 min 0 s",
                "formatSecondsInterval({ low: 0.068, high: 0.0731 }) | 68.0–73.1 ms",
                "formatSecondsInterval({ low: 0.0403, high: 1.03 })  | 40.3 ms–1.03 s",
                "formatTimes(31.4)           | 31×",
                "formatTimes(1.944)          | 1.94×",
                "formatTimes(2)              | 2.00×",
                "formatTimes(8.26)           | 8.3×",
                "formatTimes(1234.5)         | 1,235×",
                "formatShare(0.0004)         | <0.1 %",
                "formatShare(0.031)          | 3.1 %",
                "formatShare(0.31)           | 31 %",
                "formatShare(0.99999)        | 99.9 %",
                "formatShare(1)              | 100 %",
                "formatBytes(0)              | unknown",
                "formatBytes(93000000)       | 88.7 MiB",
                "formatList(['a', 'b', 'c']) | a, b and c",
                "formatCommand(['compare', '--urls', \"it's\"]) | weft compare --urls 'it'\\''s'"
            })
    void writesNumbersAsPeopleReadThem(String expression, String expected) throws Exception {
        show(with(SampleReport.full(), false, List.of()));

        assertThat(tab.text(expression).replace('\u00a0', ' ')).isEqualTo(expected);
    }

    private static Report with(Report report, boolean interrupted, List<WorkloadReport> workloads) {
        return new Report(
                report.schema(),
                report.weft(),
                report.command(),
                report.startedAt(),
                report.seconds(),
                interrupted,
                report.settings(),
                report.machine(),
                workloads,
                List.of());
    }

    private static WorkloadReport with(WorkloadReport workload, List<ModelReport> models, Verdict verdict) {
        return new WorkloadReport(
                workload.name(),
                workload.title(),
                workload.description(),
                workload.tasks(),
                workload.unit(),
                Map.of(),
                models,
                models.stream().map(ModelReport::model).toList(),
                List.of(),
                verdict,
                List.of(),
                null);
    }

    private static Interval exactly(double seconds) {
        return new Interval(seconds, seconds, seconds);
    }

    private static ModelReport with(
            ModelReport model, Interval seconds, @Nullable Interval speedup, @Nullable Timeline timeline) {
        return new ModelReport(
                model.model(),
                model.title(),
                model.explanation(),
                List.of(),
                seconds,
                speedup,
                0,
                0,
                0,
                0,
                0,
                0,
                1,
                0,
                0,
                timeline);
    }
}
