package dev.weft.cli.map;

import dev.weft.cli.CliException;
import dev.weft.cli.ExitCodes;
import dev.weft.cli.map.run.Summary;
import dev.weft.cli.text.JsonText;
import dev.weft.cli.text.RawText;
import dev.weft.cli.text.Words;
import java.util.ArrayList;
import java.util.List;

/** What is said of a run at its end, and with which exit code. */
final class MapReport {
    private final Summary summary;
    private final String run;

    MapReport(Summary summary, String run) {
        this.summary = summary;
        this.run = run;
    }

    int exitCode() {
        if (summary.failure() != null) {
            return ExitCodes.FAILURE;
        }
        if (summary.signal() != 0) {
            return ExitCodes.SIGNAL + summary.signal();
        }
        if (summary.readerGone()) {
            return ExitCodes.BROKEN_PIPE;
        }
        if (summary.halted()) {
            return ExitCodes.HALTED;
        }
        if (summary.timeOver()) {
            return ExitCodes.TIME_OUT;
        }
        return summary.failed() > 0 ? ExitCodes.SOME_FAILED : ExitCodes.OK;
    }

    /** {@return the word for how the run ended, in the log of its sessions} */
    String ending() {
        if (summary.failure() != null) {
            return "failed";
        }
        if (summary.signal() != 0) {
            return "interrupted";
        }
        if (summary.readerGone()) {
            return "reader-gone";
        }
        return summary.halted() ? "halted" : summary.timeOver() ? "time-over" : "finished";
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        if (summary.failure() != null) {
            lines.add(RawText.printable(CliException.words(summary.failure())));
        }
        StringBuilder line = new StringBuilder(Words.count(summary.ok() + summary.failed(), "input"));
        line.append(" in ").append(Words.time(summary.nanos() / 1e9)).append(": ");
        line.append(Words.number(summary.ok()))
                .append(" ok, ")
                .append(Words.number(summary.failed()))
                .append(" failed");
        if (summary.retried() > 0) {
            line.append(", ").append(Words.count(summary.retried(), "retry"));
        }
        if (summary.before() > 0) {
            line.append("; ").append(Words.number(summary.before())).append(" were done before");
        }
        if (!summary.finished()) {
            line.append("; ").append(why()).append(left());
        }
        lines.add(line.toString());
        if (!summary.finished()) {
            lines.add("the rest: weft resume " + run);
        } else if (summary.failed() > 0) {
            lines.add("those that failed once more: weft rerun " + run);
        }
        return lines;
    }

    private String why() {
        if (summary.failure() != null) {
            return "it could not go on, ";
        }
        if (summary.signal() != 0) {
            return "interrupted, ";
        }
        if (summary.readerGone()) {
            return "nobody reads the results any more, ";
        }
        return summary.halted() ? "halted by --halt, " : summary.timeOver() ? "the time for the run is over, " : "";
    }

    private String left() {
        String counted = Words.number(summary.left()) + " left";
        return summary.complete() ? counted : counted + " and more that were not read";
    }

    String json() {
        var json = new JsonText().object().name("run").value(run);
        json.name("ok").value(summary.ok()).name("failed").value(summary.failed());
        json.name("retried").value(summary.retried()).name("before").value(summary.before());
        json.name("left").value(summary.left()).name("finished").value(summary.finished());
        json.name("halted").value(summary.halted()).name("timeOver").value(summary.timeOver());
        json.name("signal").value(summary.signal()).name("seconds").seconds(summary.nanos());
        json.name("exitCode").value(exitCode());
        return json.endObject().toString();
    }
}
