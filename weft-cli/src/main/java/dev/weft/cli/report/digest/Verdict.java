package dev.weft.cli.report.digest;

import dev.weft.cli.report.data.RunReport;
import dev.weft.cli.report.data.RunReport.Counts;
import dev.weft.cli.report.data.RunReport.FailureReason;
import dev.weft.cli.text.RawText;
import dev.weft.cli.text.Words;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What came of a run, in a sentence or two. */
final class Verdict {
    private Verdict() {}

    /**
     * Says it.
     *
     * @param run the name of the run
     * @param ending how its last session ended; null if nobody noted that
     */
    static String of(
            String run,
            String state,
            @Nullable String ending,
            Counts counts,
            double seconds,
            List<FailureReason> failures) {
        long done = counts.ok() + counts.failed();
        if (state.equals(RunReport.GOING_ON)) {
            return "It goes on: " + Words.number(done) + " of " + inputs(counts, "so far") + " done in "
                    + Words.time(seconds) + failed(counts, failures) + ".";
        }
        if (state.equals(RunReport.UNFINISHED)) {
            return how(ending) + " with " + Words.number(done) + " of " + inputs(counts, "that were read") + " done in "
                    + Words.time(seconds) + failed(counts, failures) + ". The rest: weft resume " + run;
        }
        if (counts.inputs() == 0) {
            return "There were no inputs.";
        }
        String rate = seconds > 0 ? ", " + rate(done / seconds) + " a second" : "";
        if (counts.failed() == 0) {
            return (counts.ok() == 1 ? "The only input is" : "All " + Words.number(counts.ok()) + " inputs are")
                    + " ok, in " + Words.time(seconds) + rate + ".";
        }
        return Words.number(counts.ok()) + " of " + Words.count(counts.inputs(), "input") + " ok, in "
                + Words.time(seconds) + rate + failed(counts, failures) + ". Once more: weft rerun " + run;
    }

    /** {@return a number for each second, with as many digits as mean something} */
    static String rate(double perSecond) {
        return perSecond < 20 ? Words.factor(perSecond) : Words.number(Math.round(perSecond));
    }

    private static String inputs(Counts counts, String rest) {
        return Words.count(counts.inputs(), "input") + (counts.allRead() ? "" : " " + rest);
    }

    private static String failed(Counts counts, List<FailureReason> failures) {
        if (counts.failed() == 0) {
            return "";
        }
        FailureReason first = failures.getFirst();
        boolean only = first.inputs() == counts.failed();
        return "; " + Words.number(counts.failed()) + " failed, " + (only ? "" : "mostly ")
                + RawText.printable(first.reason());
    }

    private static String how(@Nullable String ending) {
        return switch (ending == null ? "" : ending) {
            case "interrupted" -> "It was interrupted";
            case "halted" -> "It was halted by --halt";
            case "time-over" -> "The time for it was over";
            case "reader-gone" -> "Nobody read its results any more";
            case "failed" -> "It could not go on";
            case "finished" -> "It ended";
            default -> "It was killed";
        };
    }
}
