package dev.weft.cli.report.digest;

import dev.weft.cli.report.data.RunReport.Counts;
import dev.weft.cli.report.data.RunReport.Latency;
import dev.weft.cli.report.data.RunReport.Slow;
import dev.weft.cli.report.data.RunReport.TimeSplit;
import dev.weft.cli.report.data.RunReport.Why;
import dev.weft.cli.text.RawText;
import dev.weft.cli.text.Words;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Says what kept a run from being faster: the first of these that holds. Each sentence has the numbers that it rests
 * on.
 *
 * <ol>
 *   <li>The processors were busy.
 *   <li>The last tries ran alone, since nothing else was left.
 *   <li>It took long to begin.
 *   <li>Slots had nothing to do between tries.
 *   <li>Tries stood in line for a processor, or waited for something else.
 *   <li>All slots were busy.
 * </ol>
 */
final class Explanation {
    private static final double MOST_PROCESSORS = 0.85;
    private static final double MUCH = 0.25;
    private static final double MOST = 0.5;
    private static final double SHORT_SECONDS = 0.02;

    private final double seconds;
    private final int jobs;
    private final Counts counts;
    private final TimeSplit time;
    private final @Nullable Latency latency;
    private final List<Slow> slowest;

    Explanation(
            double seconds, int jobs, Counts counts, TimeSplit time, @Nullable Latency latency, List<Slow> slowest) {
        this.seconds = seconds;
        this.jobs = jobs;
        this.counts = counts;
        this.time = time;
        this.latency = latency;
        this.slowest = slowest;
    }

    Why why() {
        if (latency == null || time.slotSeconds() <= 0 || slowest.isEmpty()) {
            return new Why("nothing", "No try has ended yet.", "");
        }
        Double busy = time.processorsBusy();
        if (busy != null && time.processors() > 0 && busy >= MOST_PROCESSORS * time.processors()) {
            return new Why(
                    "cpu",
                    "The processors were busy: " + processors(busy) + ", so more at once would not have helped.",
                    "Less work for each input, or more processors, would.");
        }
        if (share(time.tailSeconds()) >= MUCH) {
            return tail();
        }
        if (share(time.startSeconds()) >= MUCH) {
            return new Why(
                    "start",
                    "Before the first try began, " + Words.percent(share(time.startSeconds()))
                            + " of the time of all slots was over.",
                    "More inputs in one run share the start.");
        }
        if (share(time.pauseSeconds()) >= MUCH) {
            return pauses();
        }
        Double computing = time.computingSeconds();
        if (computing != null && time.busySeconds() > 0 && computing < MOST * time.busySeconds()) {
            return waiting(computing, busy);
        }
        return new Why(
                "slots",
                "The slots were busy: " + Words.percent(share(time.busySeconds())) + " of the time of " + slots()
                        + (busy == null ? "" : ", which kept " + processors(busy)) + ".",
                "More at once (--jobs) may help.");
    }

    /** Tries that do not compute wait for something, or for those who compute. */
    private Why waiting(double computing, @Nullable Double busy) {
        String computed = "they computed in " + Words.percent(computing / time.busySeconds()) + " of their time"
                + (busy == null ? "" : ", and kept " + processors(busy));
        Double queueing = time.queueingSeconds();
        if (queueing != null && queueing > time.busySeconds() - computing - queueing) {
            return new Why(
                    "queueing",
                    "Tries stood in line for a processor for about " + Words.percent(queueing / time.busySeconds())
                            + " of their time: " + computed + ".",
                    "Other programs had the processors. Run it when they have less to do; more at once would stand in"
                            + " line, too.");
        }
        return new Why(
                "waiting",
                "Tries waited: " + computed + ".",
                "More at once (--jobs above " + Words.number(jobs)
                        + ") would be faster, until what they wait for is at its limit"
                        + (queueing == null
                                ? "; unless other programs had the processors, which this cannot tell from waiting."
                                : "."));
    }

    private Why tail() {
        Slow longest = slowest.getFirst();
        String idle = Words.percent(share(time.tailSeconds())) + " of the time of " + slots()
                + " passed with nothing left to begin";
        if (counts.tries() < jobs) {
            return new Why(
                    "tail", Words.count(counts.tries(), "try") + " cannot fill " + slots() + ": " + idle + ".", "");
        }
        if (longest.seconds() >= MOST * seconds) {
            return new Why(
                    "tail",
                    "One input was most of it: " + name(longest) + " took " + Words.time(longest.seconds()) + " of "
                            + Words.time(seconds) + "; " + idle + ".",
                    "Put the longest inputs first, or split them.");
        }
        return new Why(
                "tail",
                "The end was long: " + idle + ". Longest was " + name(longest) + ", " + Words.time(longest.seconds())
                        + ".",
                "Put the longest inputs first, or give more inputs to one run.");
    }

    private Why pauses() {
        double mean = latency == null ? 0 : latency.mean();
        String idle = "Slots waited between tries: " + Words.percent(share(time.pauseSeconds())) + " of the time of "
                + slots();
        if (mean < SHORT_SECONDS) {
            return new Why(
                    "pauses",
                    idle + ". A try took " + Words.time(mean) + " on average, hardly more than to start it.",
                    "Give each command several inputs, or call a function instead (--java).");
        }
        return new Why(
                "pauses",
                idle + ".",
                counts.retries() > 0
                        ? "Inputs that came slowly, --delay, --memfree and the back-off of retries make them wait."
                        : "Inputs that came slowly, --delay and --memfree make them wait.");
    }

    private double share(double slotSeconds) {
        return slotSeconds / time.slotSeconds();
    }

    private String slots() {
        return Words.count(jobs, "slot");
    }

    private String processors(double busy) {
        String number = Words.factor(busy);
        return time.processors() > 0
                ? number + " of "
                        + (time.processors() == Math.rint(time.processors())
                                ? Words.count((long) time.processors(), "processor")
                                : Words.factor(time.processors()) + " processors")
                : number + " processors";
    }

    private static String name(Slow slow) {
        return "input " + slow.index() + " (" + RawText.printable(slow.input()) + ")";
    }
}
