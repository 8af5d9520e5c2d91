package dev.weft.cli.compare.html;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.cli.compare.report.Report;
import dev.weft.cli.compare.report.WorkloadReport;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Renders a comparison's report as one self-contained HTML page.
 *
 * <p>The page opens from disk and loads nothing: style, scripts and data are inside it, and its content security policy admits
 * exactly that style and that script, by their hashes. It stays below a megabyte whatever the report's size, because timelines,
 * rounds and failures are thinned out where they are too many to be seen; {@link dev.weft.cli.compare.report.ReportJson} keeps
 * them all.
 *
 * <p>All methods are free of state and may be called from any thread.
 */
public final class HtmlReport {
    private static final Pattern SLOT = Pattern.compile("\\{\\{(\\w+)}}");

    /** Joined into one script, in this order; each file builds on the ones before it. */
    private static final List<String> SCRIPTS = List.of(
            "format.js",
            "dom.js",
            "scale.js",
            "ranking.js",
            "timeline-layout.js",
            "timeline-explore.js",
            "timeline-panel.js",
            "timeline.js",
            "split.js",
            "tables.js",
            "page.js");

    private HtmlReport() {}

    /**
     * Renders a report and writes it as UTF-8, replacing the file if there is one.
     *
     * @param report the report
     * @param file where to write it
     * @throws IOException if the file cannot be written; it may then be incomplete
     */
    public static void write(Report report, Path file) throws IOException {
        Files.writeString(file, render(report));
    }

    /**
     * Renders a report. Nothing in it can become markup or script, whatever its strings contain.
     *
     * @param report the report
     * @return the whole page
     */
    public static String render(Report report) {
        String style = resource("report.css");
        String script =
                SCRIPTS.stream().map(HtmlReport::resource).collect(Collectors.joining("\n", "'use strict';\n", ""));
        Map<String, String> slots = Map.of(
                "title", Markup.text(title(report)),
                "weft", Markup.text(report.weft()),
                "styleHash", hash(style),
                "style", style,
                "summary", StaticSummary.render(report),
                "data", Markup.scriptData(PageData.json(report)),
                "scriptHash", hash(script),
                "script", script);
        // One pass, so that a slot's name inside the data stays what it is.
        return SLOT.matcher(resource("report.html")).replaceAll(slot -> {
            String value = slots.get(slot.group(1));
            if (value == null) {
                throw new IllegalStateException(
                        "report.html has the slot {{" + slot.group(1) + "}}, which nothing fills");
            }
            return Matcher.quoteReplacement(value);
        });
    }

    private static String title(Report report) {
        return report.workloads().stream()
                .map(WorkloadReport::name)
                .collect(Collectors.joining(", ", "Weft compare: ", ""));
    }

    private static String hash(String content) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content.getBytes(UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    private static String resource(String name) {
        try (InputStream in = HtmlReport.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("resource " + name + " is missing beside " + HtmlReport.class.getName()
                        + ": the build of weft-cli is incomplete, build it again");
            }
            // Browsers hash what they parsed, and parsing turns CRLF, as a checkout on Windows may have it, into LF.
            return new String(in.readAllBytes(), UTF_8).replace("\r\n", "\n");
        } catch (IOException e) {
            throw new UncheckedIOException("resource " + name + " cannot be read", e);
        }
    }
}
