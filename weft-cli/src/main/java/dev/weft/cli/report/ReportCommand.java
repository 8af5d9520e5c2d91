package dev.weft.cli.report;

import dev.weft.cli.CliException;
import dev.weft.cli.ExitCodes;
import dev.weft.cli.ReportFile;
import dev.weft.cli.Version;
import dev.weft.cli.compare.SavedComparison;
import dev.weft.cli.map.store.RunDirectory;
import dev.weft.cli.map.store.RunSettings;
import dev.weft.cli.report.data.RunReport;
import dev.weft.cli.report.data.RunReportJson;
import dev.weft.cli.report.digest.RunReader;
import dev.weft.cli.report.html.RunPage;
import dev.weft.cli.terminal.Terminal;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weft report}: says what happened in a run, and why it was not faster; or shows a comparison again. */
@Command(name = "report")
public final class ReportCommand implements Callable<Integer> {
    private static final String LAST = "last";

    private final PrintStream out;

    @Parameters(arity = "0..1", defaultValue = LAST)
    private String run = LAST;

    @Option(names = "--json")
    private boolean json;

    @Option(names = "--markdown")
    private boolean markdown;

    @Option(names = "--html", paramLabel = "FILE")
    private @Nullable Path html;

    @Option(names = "--trace", paramLabel = "FILE")
    private @Nullable Path trace;

    @Option(names = "--no-color")
    private boolean noColor;

    /**
     * Makes the command.
     *
     * @param out standard output
     */
    public ReportCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() {
        if (json && markdown) {
            throw CliException.usage("--json and --markdown both go to standard output: leave one out");
        }
        ReportFile page = html == null ? null : new ReportFile("--html", html);
        ReportFile events = trace == null ? null : new ReportFile("--trace", trace);
        if (page != null) {
            page.check();
        }
        if (events != null) {
            events.check();
        }
        Path comparison = Path.of(run);
        if (!run.equals(LAST) && Files.isRegularFile(comparison)) {
            return again(SavedComparison.read(comparison), page);
        }
        RunSettings settings;
        RunReport report;
        try {
            settings = RunSettings.read(RunDirectory.find(RunDirectory.root(), run));
            report = RunReader.read(settings, settings.isLive(), Version.text());
        } catch (IOException e) {
            throw CliException.failure(e);
        }
        print(report);
        if (page != null) {
            page.write(file -> RunPage.write(report, file));
            written("Report", page);
        }
        if (events != null) {
            boolean compressed = events.file().toString().endsWith(".gz");
            events.write(file -> TraceFile.write(settings, file, compressed));
            written("Trace", events);
        }
        return out.checkError() ? ExitCodes.BROKEN_PIPE : ExitCodes.OK;
    }

    /** Shows a comparison in other forms. */
    private int again(SavedComparison comparison, @Nullable ReportFile page) {
        if (trace != null) {
            throw CliException.usage("--trace is for runs; the page of a comparison has its timelines: --html FILE");
        }
        if (json) {
            out.println(comparison.json());
        } else if (markdown) {
            out.print(comparison.markdown());
        } else {
            comparison.text(new Terminal(!noColor).output()).forEach(out::println);
        }
        if (page != null) {
            page.write(comparison::writePage);
            written("Report", page);
        }
        return out.checkError() ? ExitCodes.BROKEN_PIPE : ExitCodes.OK;
    }

    private void print(RunReport report) {
        if (json) {
            out.println(RunReportJson.render(report));
        } else if (markdown) {
            out.print(RunMarkdown.render(report));
        } else {
            new RunText(new Terminal(!noColor).output()).lines(report).forEach(out::println);
        }
    }

    /** Behind the text; other forms are for programs, or to be pasted. */
    private void written(String what, ReportFile file) {
        if (!json && !markdown) {
            out.println(what + ": " + file.file().toAbsolutePath().normalize());
        }
    }
}
