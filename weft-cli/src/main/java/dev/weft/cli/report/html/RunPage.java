package dev.weft.cli.report.html;

import static dev.weft.cli.report.html.Html.text;
import static dev.weft.cli.report.html.Html.user;

import dev.weft.cli.html.Page;
import dev.weft.cli.machine.Host;
import dev.weft.cli.report.Figures;
import dev.weft.cli.report.data.RunReport;
import dev.weft.cli.report.data.RunReport.FailureReason;
import dev.weft.cli.report.data.RunReport.SessionReport;
import dev.weft.cli.report.data.RunReport.Slow;
import dev.weft.cli.text.Words;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Renders the report of a run as one self-contained HTML page without scripts. It stays below a megabyte however
 * large the run was, since a report does.
 *
 * <p>All methods are free of state and may be called from any thread.
 */
public final class RunPage {
    private RunPage() {}

    /**
     * Renders a report and writes it as UTF-8, replacing the file if there is one.
     *
     * @param report the report
     * @param file where to write it
     * @throws IOException if the file cannot be written; it may then be incomplete
     */
    public static void write(RunReport report, Path file) throws IOException {
        Files.writeString(file, render(report));
    }

    /**
     * Renders a report. Nothing in it can become markup, whatever its strings contain.
     *
     * @param report the report
     * @return the whole page
     */
    public static String render(RunReport report) {
        String body = Page.fill(
                Page.resource(RunPage.class, "run.html"),
                Map.of("weft", text(report.weft()), "head", head(report), "sections", sections(report)));
        return Page.report(
                "Weft report: " + report.run(), report.weft(), Page.style(RunPage.class, "run.css"), "", body);
    }

    private static String head(RunReport report) {
        return """
                <p class="eyebrow">run %s%s</p>
                <h1><code>%s</code></h1>
                <div class="verdict">
                <p class="verdict-text">%s</p>
                <p class="reason">%s</p>
                %s</div>
                """.formatted(
                        user(report.run()),
                        report.startedAt() == null ? "" : ", begun " + text(Figures.when(report.startedAt())),
                        user(Figures.command(report)),
                        user(report.verdict()),
                        user(report.why().text()),
                        report.why().advice().isEmpty()
                                ? ""
                                : "<p class=\"advice\">" + user(report.why().advice()) + "</p>\n");
    }

    private static String sections(RunReport report) {
        StringBuilder out = new StringBuilder();
        figures(report, out);
        if (report.time().slotSeconds() > 0
                && report.counts().tries() + report.counts().stopped() > 0) {
            out.append(Charts.split(report));
            out.append(Charts.throughput(report));
            out.append(Charts.concurrency(report));
        }
        if (report.latency() != null) {
            out.append(Charts.latency(report.latency()));
        }
        if (!report.slots().lanes().isEmpty()) {
            out.append(Charts.slots(report));
        }
        if (report.scaling() != null) {
            out.append(Charts.scaling(report.scaling()));
        }
        failures(report, out);
        slowest(report, out);
        about(report, out);
        return out.toString();
    }

    private static void figures(RunReport report, StringBuilder out) {
        out.append("<dl class=\"figures\">\n");
        figure(out, "ok", Words.number(report.counts().ok()));
        figure(out, "failed", Words.number(report.counts().failed()));
        if (report.counts().left() > 0) {
            figure(out, "left", Words.number(report.counts().left()));
        }
        figure(out, "working time", Words.time(report.seconds()));
        figure(out, "inputs a second", Words.rate(report.perSecond()));
        figure(out, "tries", Words.number(report.counts().tries()));
        if (report.latency() != null) {
            figure(
                    out,
                    "half of them took at most",
                    Words.time(report.latency().percentiles().getFirst().seconds()));
        }
        String processors = Figures.processors(report.time());
        if (processors != null) {
            figure(out, "processors busy", processors);
        }
        out.append("</dl>\n");
    }

    private static void figure(StringBuilder out, String name, String value) {
        out.append("<div><dt>%s</dt><dd>%s</dd></div>\n".formatted(text(name), text(value)));
    }

    private static void failures(RunReport report, StringBuilder out) {
        if (report.failures().isEmpty()) {
            return;
        }
        out.append("<section class=\"failures\" id=\"failures\" aria-labelledby=\"failures-title\">\n");
        out.append("<h2 id=\"failures-title\">Failures</h2>\n<ul>\n");
        for (FailureReason failure : report.failures()) {
            List<String> examples = failure.examples().stream()
                    .map(example -> "<code>" + user(example.input()) + "</code> (input " + example.index() + ")")
                    .toList();
            out.append("""
                    <li><p class="message">%s</p>
                    <p class="what">%s, %s; such as %s</p></li>
                    """.formatted(
                            user(failure.reason()),
                            text(Words.count(failure.inputs(), "input")),
                            text(Words.count(failure.tries(), "try")),
                            String.join(", ", examples)));
        }
        out.append("</ul>\n");
        if (report.failuresOmitted() > 0) {
            out.append("<p class=\"note\">And %s.</p>\n"
                    .formatted(text(Words.count(report.failuresOmitted(), "other reason"))));
        }
        out.append("</section>\n");
    }

    private static void slowest(RunReport report, StringBuilder out) {
        if (report.slowest().isEmpty()) {
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        for (Slow slow : report.slowest()) {
            rows.add(List.of(
                    "<code>" + user(slow.input()) + "</code>",
                    text(Words.number(slow.index())),
                    text(Words.time(slow.seconds())),
                    slow.cpuSeconds() == null ? "?" : text(Words.time(slow.cpuSeconds())),
                    Integer.toString(slow.attempt()),
                    Integer.toString(slow.slot()),
                    user(slow.reason())));
        }
        out.append("<section class=\"slowest\" id=\"longest\" aria-labelledby=\"longest-title\">\n");
        out.append("<h2 id=\"longest-title\">The longest tries</h2>\n");
        out.append(Html.table(
                "longest-table",
                "The longest tries",
                List.of("input", "number", "time", "processor time", "try", "slot", "outcome"),
                rows));
        out.append("</section>\n");
    }

    private static void about(RunReport report, StringBuilder out) {
        out.append("<section class=\"about\" id=\"about\" aria-labelledby=\"about-title\">\n");
        out.append("<h2 id=\"about-title\">How it ran</h2>\n");
        if (!report.caveats().isEmpty()) {
            out.append("<div class=\"caveats\"><h3>What to know before trusting the numbers</h3>\n<ul>\n");
            report.caveats()
                    .forEach(each -> out.append("<li>").append(text(each)).append("</li>\n"));
            out.append("</ul></div>\n");
        }
        out.append("<div class=\"columns\">\n<div><h3>Run</h3>\n<dl>\n");
        term(out, "Inputs", text(Figures.counts(report.counts())));
        term(out, "Directory", "<code>" + user(report.directory()) + "</code>");
        term(
                out,
                "Output",
                text(Figures.size(report.counts().outputBytes()) + ", messages "
                        + Figures.size(report.counts().errorBytes())));
        if (report.inputsSha256() != null) {
            term(out, "Inputs, SHA-256", "<code>" + text(report.inputsSha256()) + "</code>");
        }
        for (SessionReport session : report.sessions()) {
            term(
                    out,
                    text(session.command()),
                    text(Figures.when(session.startedAt()) + ", " + Words.time(session.seconds()) + ", "
                            + (session.jobs() > 0 ? session.jobs() + " at once, " : "") + session.ending() + ", Weft "
                            + session.weft()));
        }
        out.append("</dl></div>\n<div><h3>Machine</h3>\n<dl>\n");
        host(report.host(), out);
        out.append("</dl></div>\n</div>\n</section>\n");
    }

    private static void host(@Nullable Host host, StringBuilder out) {
        if (host == null) {
            term(out, "Machine", "not recorded");
            return;
        }
        Double granted = host.cgroupCpus();
        term(
                out,
                "Processors",
                text(host.cores() + (granted == null ? "" : ", " + Figures.processors(granted) + " granted") + ", "
                        + host.cpu()));
        term(out, "Memory", text(host.memoryBytes() == 0 ? "unknown" : Words.size(host.memoryBytes())));
        term(out, "System", text(host.os() + ", " + host.arch()));
        term(out, "JDK", text(host.jdk() + ", " + host.vendor()));
        if (!host.flags().isEmpty()) {
            StringBuilder flags = new StringBuilder();
            host.flags()
                    .forEach(flag -> flags.append("<code>").append(user(flag)).append("</code>"));
            term(out, "Flags", flags.toString());
        }
    }

    private static void term(StringBuilder out, String name, String markup) {
        out.append("<div><dt>").append(name).append("</dt><dd>").append(markup).append("</dd></div>\n");
    }
}
