package dev.weft.cli.report.data;

import dev.weft.cli.compare.report.Law;
import dev.weft.cli.machine.Host;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one run of {@code weft map} or {@code weft fetch}.
 *
 * @param schema {@link #SCHEMA}
 * @param weft the version of the program that wrote the report
 * @param run the name of the run
 * @param command the name of the command that began it, and its arguments
 * @param directory the directory that it was begun in
 * @param startedAt when it was begun, as an ISO-8601 instant; null if that is not known
 * @param state {@code finished}, {@code unfinished} or {@code going on}
 * @param verdict what came of it, in a sentence
 * @param why what kept it from being faster
 * @param counts how many of what
 * @param seconds its working time: the sessions without the time between them
 * @param perSecond inputs that were done in a second of working time
 * @param time where the time went
 * @param latency how long tries took; null if none ran
 * @param timeline what happened when
 * @param slots what ran in which slot
 * @param slowest the tries that took longest, longest first
 * @param failures the reasons of failed tries, most frequent first
 * @param failuresOmitted how many reasons are left out
 * @param scaling how its throughput followed the number at once; null where that was not changed often enough
 * @param sessions when somebody worked on it
 * @param host what the last session ran on; null if that was not recorded
 * @param inputsSha256 the SHA-256 of the file of inputs; null while it is not complete
 * @param caveats what a reader must know before trusting the numbers, one sentence each
 */
public record RunReport(
        String schema,
        String weft,
        String run,
        List<String> command,
        String directory,
        @Nullable String startedAt,
        String state,
        String verdict,
        Why why,
        Counts counts,
        double seconds,
        double perSecond,
        TimeSplit time,
        @Nullable Latency latency,
        Timeline timeline,
        Slots slots,
        List<Slow> slowest,
        List<FailureReason> failures,
        int failuresOmitted,
        @Nullable Scaling scaling,
        List<SessionReport> sessions,
        @Nullable Host host,
        @Nullable String inputsSha256,
        List<String> caveats) {
    /** The name and version of this format. */
    public static final String SCHEMA = "weft-report/1";

    /** Every input has an outcome. */
    public static final String FINISHED = "finished";

    /** It was ended, or killed, before that. */
    public static final String UNFINISHED = "unfinished";

    /** Somebody works on it. */
    public static final String GOING_ON = "going on";

    /**
     * How many of what.
     *
     * @param inputs inputs that have been read
     * @param allRead whether these are all
     * @param ok inputs that went well
     * @param failed inputs that failed for good
     * @param left inputs that have been read and have no outcome
     * @param tries tries that ended by themselves, or since their time was over
     * @param retries tries beyond the first of their input
     * @param stopped tries that were ended since the run was, or to make room
     * @param outputBytes what was written to standard output
     * @param errorBytes what was written to standard error
     */
    public record Counts(
            long inputs,
            boolean allRead,
            long ok,
            long failed,
            long left,
            long tries,
            long retries,
            long stopped,
            long outputBytes,
            long errorBytes) {}

    /**
     * What kept the run from being faster.
     *
     * @param kind {@code nothing} (no try has ended), {@code cpu}, {@code tail}, {@code start}, {@code pauses},
     *     {@code queueing}, {@code waiting} or {@code slots}
     * @param text why, in a sentence with its numbers
     * @param advice what may help; empty if nothing is known
     */
    public record Why(String kind, String text, String advice) {}

    /**
     * Where the time went: what slots could have done, and did. All but the last two are seconds of slots, of which a
     * run has as many in a second as it has slots.
     *
     * @param slotSeconds what all slots had together
     * @param busySeconds while they ran a try
     * @param computingSeconds of these, processor time; null if it is not known of every try
     * @param queueingSeconds of these, standing in line for a processor, as far as follows from how many wanted one;
     *     null if that is not known
     * @param startSeconds before the first try began
     * @param pauseSeconds between tries
     * @param tailSeconds after the last try had begun, in slots that had nothing left
     * @param processorsBusy how many processors the tries kept busy on average; null if their processor time is not
     *     known
     * @param processors how many there were; 0 if that was not recorded
     */
    public record TimeSplit(
            double slotSeconds,
            double busySeconds,
            @Nullable Double computingSeconds,
            @Nullable Double queueingSeconds,
            double startSeconds,
            double pauseSeconds,
            double tailSeconds,
            @Nullable Double processorsBusy,
            double processors) {}

    /**
     * How long tries took that ended by themselves.
     *
     * @param count how many
     * @param mean on average
     * @param min at least
     * @param max at most
     * @param percentiles the percentiles that people ask for
     * @param distribution the share of tries that took at most a time, for a curve
     */
    public record Latency(
            long count, double mean, double min, double max, List<Percentile> percentiles, List<Share> distribution) {}

    /**
     * A percentile.
     *
     * @param percentile such as 99.9
     * @param seconds the time that so many tries did not exceed
     */
    public record Percentile(double percentile, double seconds) {}

    /**
     * A point of a distribution.
     *
     * @param seconds a time
     * @param share the share of tries that took at most so long
     */
    public record Share(double seconds, double share) {}

    /**
     * What happened when.
     *
     * @param stepSeconds how long a step is
     * @param steps the steps, one after the other from the begin of the run
     */
    public record Timeline(double stepSeconds, List<Step> steps) {}

    /**
     * A step of the timeline.
     *
     * @param ok inputs that went well in it
     * @param failed inputs that failed for good in it
     * @param retried tries that failed in it and were followed by others
     * @param inFlight how many tries ran on average
     * @param processors how many processors they kept busy on average, if each computed evenly
     */
    public record Step(long ok, long failed, long retried, double inFlight, double processors) {}

    /**
     * What ran in which slot.
     *
     * @param total how many slots there were
     * @param merged whether tries are merged into the steps of the timeline, since there are too many to be seen
     * @param lanes the first slots
     */
    public record Slots(int total, boolean merged, List<Lane> lanes) {}

    /**
     * What ran in a slot.
     *
     * @param slot its number, from 1
     * @param tries how many tries ran in it
     * @param failed how many of them failed
     * @param busySeconds how long they took together
     * @param spans the tries, or stretches of them, in no particular order
     */
    public record Lane(int slot, long tries, long failed, double busySeconds, List<Span> spans) {}

    /**
     * A try, or a stretch of them.
     *
     * @param start when it began, in working time
     * @param end when it ended
     * @param busy the share of it in which a try ran; 1 for a single one
     * @param tries how many tries these are
     * @param failed how many of them failed
     * @param what the input and how it ended; null for several
     */
    public record Span(
            double start,
            double end,
            double busy,
            long tries,
            long failed,
            @Nullable String what) {}

    /**
     * A try that took long.
     *
     * @param index the number of the input
     * @param input the input, perhaps shortened
     * @param attempt which try
     * @param slot the slot that ran it
     * @param seconds how long it took
     * @param cpuSeconds its processor time; null if unknown
     * @param reason how it ended
     */
    public record Slow(
            long index,
            String input,
            int attempt,
            int slot,
            double seconds,
            @Nullable Double cpuSeconds,
            String reason) {}

    /**
     * A reason for which tries failed.
     *
     * @param reason what was said; where a message names its input, <code>{}</code> stands for it
     * @param tries how many tries failed so
     * @param inputs how many inputs have this as their last word
     * @param examples some of the tries
     */
    public record FailureReason(String reason, long tries, long inputs, List<Example> examples) {}

    /**
     * An example of a failure.
     *
     * @param index the number of the input
     * @param input the input, perhaps shortened
     * @param attempt which try
     */
    public record Example(long index, String input, int attempt) {}

    /**
     * How throughput followed the number at once.
     *
     * @param points what was measured
     * @param amdahl Amdahl's law, fitted to it
     * @param usl the universal scalability law, fitted to it
     */
    public record Scaling(List<Load> points, Law amdahl, Law usl) {}

    /**
     * A load, and what came of it.
     *
     * @param inFlight how many ran at once on average
     * @param perSecond tries that ended in a second
     * @param seconds how long it was looked at
     */
    public record Load(double inFlight, double perSecond, double seconds) {}

    /**
     * A session.
     *
     * @param startedAt when it began, as an ISO-8601 instant
     * @param command {@code map}, {@code fetch}, {@code resume} or {@code rerun}
     * @param weft the version of the program
     * @param pid its process
     * @param jobs how many might run at once in the end; 0 if that was not recorded
     * @param seconds how long it took
     * @param ending how it ended; {@code killed} if nobody could note it, {@code going on} if it has not
     */
    public record SessionReport(
            String startedAt, String command, String weft, long pid, int jobs, double seconds, String ending) {}
}
