package dev.weft.cli.compare;

import dev.weft.cli.CliException;
import dev.weft.cli.ExitCodes;
import dev.weft.cli.compare.html.HtmlReport;
import dev.weft.cli.compare.report.Report;
import dev.weft.cli.compare.report.ReportJson;
import dev.weft.cli.compare.report.WorkloadReport;
import dev.weft.cli.terminal.Progress;
import java.io.PrintStream;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Prints what a comparison finds and writes its reports.
 *
 * <p>The measuring thread prints each workload and then the end. If the program is interrupted, another thread prints
 * the end instead, and the measuring thread never gets to print again: whoever prints the end keeps {@code turn} until
 * the JVM is gone.
 */
final class Output {
    private final PrintStream out;
    private final PrintStream text;
    private final TextReport report;
    private final Progress progress;
    private final FormOptions.Forms forms;
    private final Runnable readerGone;
    private final ReentrantLock turn = new ReentrantLock();
    private int printed; // guarded by turn

    /**
     * Prepares the output.
     *
     * @param out standard output
     * @param text where people read
     * @param report turns reports into lines
     * @param progress is taken off the screen while lines are printed
     * @param forms what is written beside that
     * @param readerGone called when nobody reads what is printed any more
     */
    Output(
            PrintStream out,
            PrintStream text,
            TextReport report,
            Progress progress,
            FormOptions.Forms forms,
            Runnable readerGone) {
        this.out = out;
        this.text = text;
        this.report = report;
        this.progress = progress;
        this.forms = forms;
        this.readerGone = readerGone;
    }

    /** Prints a workload that is done. */
    void workload(WorkloadReport workload) {
        turn.lock();
        try {
            progress.clear();
            print(report.workload(workload));
            printed++;
        } finally {
            turn.unlock();
        }
    }

    /**
     * Prints what is left and writes the reports.
     *
     * @param result the whole report
     * @return the exit code that it makes
     * @throws CliException if a report cannot be written; the results have been printed
     */
    int end(Report result) {
        turn.lock();
        progress.close();
        List<WorkloadReport> workloads = result.workloads();
        workloads
                .subList(Math.min(printed, workloads.size()), workloads.size())
                .forEach(workload -> print(report.workload(workload)));
        print(report.end(result));
        forms.printed().ifPresent(form -> {
            out.print(form.apply(result));
            flush(out);
        });
        forms.html().ifPresent(file -> {
            file.write(target -> HtmlReport.write(result, target));
            print(List.of("Report: " + file.file().toAbsolutePath().normalize()));
        });
        forms.json()
                .ifPresent(file -> file.write(target -> Files.writeString(target, ReportJson.render(result) + "\n")));
        forms.markdown()
                .ifPresent(file -> file.write(target -> Files.writeString(target, MarkdownReport.render(result))));
        boolean failed =
                workloads.stream().anyMatch(workload -> !workload.failures().isEmpty());
        return failed ? ExitCodes.SOME_FAILED : ExitCodes.OK;
    }

    private void print(List<String> lines) {
        lines.forEach(text::println);
        flush(text);
    }

    private void flush(PrintStream stream) {
        // A PrintStream keeps silent about failures; this one is checked for the reader that has gone.
        if (stream.checkError() && stream == out) {
            readerGone.run();
        }
    }
}
