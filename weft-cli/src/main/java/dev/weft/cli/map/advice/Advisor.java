package dev.weft.cli.map.advice;

import dev.weft.cli.map.advice.Advice.Because;
import dev.weft.cli.map.run.Model;
import dev.weft.cli.text.Words;
import java.util.ArrayList;
import java.util.List;

/**
 * Chooses by one rule: what takes more than {@value #WAITS} times its processor time waits, and gets virtual threads,
 * many at once; what does not gets as many threads as there are processors. A fuller formula did no better in
 * experiments. The rule is left for one after the other where several at once are expected to gain nothing: behind a
 * lock, or for work so small that handing it over costs as much.
 *
 * <p>Time that was lost to other programs, to a lock or to the garbage collector counts neither as computing nor as
 * waiting.
 */
public final class Advisor {
    /** From when on work counts as waiting: its time without others, by its processor time. */
    static final double WAITS = 1.5;

    /** Fewer inputs say nothing. */
    private static final int LEAST_PROBES = 2;

    /** Below so many seconds, what it costs to hand work over counts. */
    private static final double TINY = 10e-6;

    /** From which share of its time on what work waits for is the reason. */
    private static final double MUCH = 0.25;

    /** Up to this it only computes. */
    private static final double COMPUTES = 1.1;

    /** From this on it hardly computes. */
    private static final double HARDLY_COMPUTES = 4;

    /** Predictions that are nearer to each other than this factor are as good as equal. */
    private static final double CLOSE = 1.3;

    /** What another model must save before one after the other is left for it. */
    private static final double WORTH_IT = 0.7;

    /** How many times the median the longest must take to be called out of line. */
    private static final double TAIL = 4;

    private static final int MOST_COMMANDS = 64;
    private static final int MOST_REQUESTS = 64;
    private static final int USUAL_REQUESTS = 16;

    private final Measured measured;
    private final long inputs;

    private Advisor(Measured measured, long inputs) {
        this.measured = measured;
        this.inputs = inputs;
    }

    /**
     * Chooses.
     *
     * @param measured what is known of the work
     * @param inputs how many inputs there are to run
     * @return the advice
     */
    public static Advice advise(Measured measured, long inputs) {
        return new Advisor(measured, inputs).advise();
    }

    private Advice advise() {
        return switch (measured.kind()) {
            case FUNCTIONS -> function();
            case COMMANDS -> command();
            case REQUESTS -> request();
        };
    }

    // ---- functions

    private Advice function() {
        if (measured.probes() < LEAST_PROBES) {
            return advice(Model.THREADS, processors(), Because.UNKNOWN, tooFew());
        }
        Prediction plain = predicted(Model.SEQUENTIAL, 1);
        Prediction threads = predicted(Model.THREADS, processors());
        Prediction virtual = predicted(Model.VIRTUAL, Model.WAITING);
        if (measured.alone() < TINY) {
            return tiny(plain, threads);
        }
        if (measured.locked() > MUCH * measured.ready()) {
            return locked(plain);
        }
        boolean waits = measured.waiting() > WAITS;
        Model model = waits ? Model.VIRTUAL : Model.THREADS;
        int jobs = waits ? Model.WAITING : processors();
        if (measured.collection() > MUCH * measured.wall()) {
            // What waits while all are stopped does not wait for something else.
            boolean surely = measured.waiting() > HARDLY_COMPUTES;
            return advice(
                    surely ? Model.VIRTUAL : Model.THREADS,
                    surely ? Model.WAITING : processors(),
                    Because.COLLECTION,
                    "GC-bound, the garbage collector had " + them() + " wait "
                            + Words.percent(measured.collection() / measured.wall()) + " of their time"
                            + (measured.allocated() > 0
                                    ? ", which allocate " + Words.size(measured.allocated()) + " each"
                                    : "")
                            + ": more memory for Java helps more than more at once");
        }
        double best = Math.min(threads.seconds(), virtual.seconds());
        if (inputs > processors() && outOfLine() && measured.longest() > best / 2) {
            return advice(model, jobs, Because.TAIL, tail(best));
        }
        double ratio = threads.seconds() / virtual.seconds();
        if (measured.waiting() > COMPUTES && ratio < CLOSE && ratio > 1 / CLOSE) {
            return advice(
                    model,
                    jobs,
                    Because.TOO_CLOSE,
                    "too close to call, " + computed() + ": virtual threads are expected to take "
                            + Words.factor(1 / ratio) + " times as long as threads");
        }
        if (!waits) {
            return advice(
                    model,
                    jobs,
                    Because.CPU,
                    "CPU-bound, " + computed() + ", and more at once than "
                            + Words.count(processors(), "processor") + " would only share "
                            + (processors() == 1 ? "it" : "them"));
        }
        if (measured.waiting() < HARDLY_COMPUTES) {
            return advice(model, jobs, Because.BOTH, "both, " + computed() + ": others compute while one waits");
        }
        return advice(model, jobs, Because.WAITS, "I/O-bound, " + computed() + ", and what waits costs no processor");
    }

    private Advice tiny(Prediction plain, Prediction threads) {
        boolean several = threads.seconds() < WORTH_IT * plain.seconds();
        return advice(
                several ? Model.THREADS : Model.SEQUENTIAL,
                several ? processors() : 1,
                Because.OVERHEAD,
                "overhead-bound, a " + measured.kind().noun() + " takes " + small(measured.alone())
                        + ", and to hand it to another thread about " + small(CostModel.HAND_OVER)
                        + ": let each do more, such as a block of lines");
    }

    private Advice locked(Prediction plain) {
        boolean waits = measured.waiting() > WAITS;
        int enough = measured.serial() <= 0 ? processors() : (int) Math.ceil(1 / measured.serial());
        int jobs = Math.clamp(enough, 1, waits ? Model.WAITING : processors());
        Model model = waits ? Model.VIRTUAL : Model.THREADS;
        Prediction together = predicted(model, jobs);
        Prediction apart = predicted(Model.PROCESSES, processors());
        boolean several = together.seconds() < WORTH_IT * plain.seconds();
        return advice(
                several ? model : Model.SEQUENTIAL,
                several ? jobs : 1,
                Because.LOCK,
                "lock-bound, " + them() + " waited " + Words.percent(measured.locked() / measured.ready())
                        + " of their time for "
                        + (measured.lockName() == null ? "a lock" : "a lock of class " + measured.lockName())
                        + " that another one had: more at once only wait for it longer"
                        + (apart.seconds() < WORTH_IT * Math.min(plain.seconds(), together.seconds())
                                ? ", unless they are processes, which have one each"
                                : ""));
    }

    // ---- commands and requests

    private Advice command() {
        if (measured.probes() == 0) {
            return advice(Model.THREADS, processors(), Because.UNKNOWN, tooFew());
        }
        if (Double.isNaN(measured.cpu())) {
            return advice(
                    Model.THREADS,
                    processors(),
                    Because.UNKNOWN,
                    "one for each processor, since the processor time of commands is not known on this system");
        }
        double best = predicted(Model.THREADS, processors()).seconds();
        if (inputs > processors() && outOfLine() && measured.longest() > best / 2) {
            return advice(Model.THREADS, processors(), Because.TAIL, tail(best));
        }
        if (measured.waiting() <= WAITS) {
            double each = Math.max(1, measured.cpu() / Math.max(1e-9, measured.wall()));
            int jobs = Math.clamp(Math.round(processors() / each), 1, processors());
            return advice(
                    Model.THREADS,
                    jobs,
                    Because.CPU,
                    "CPU-bound, " + computed() + ", and more at once than " + Words.count(processors(), "processor")
                            + " would only share " + (processors() == 1 ? "it" : "them"));
        }
        int jobs = (int) Math.clamp(Math.ceil(processors() * measured.waiting()), processors(), MOST_COMMANDS);
        return advice(
                Model.THREADS,
                jobs,
                measured.waiting() < HARDLY_COMPUTES ? Because.BOTH : Because.WAITS,
                (measured.waiting() < HARDLY_COMPUTES ? "both, " : "I/O-bound, ") + computed() + ": so many keep "
                        + Words.count(processors(), "processor") + " busy"
                        + (jobs == MOST_COMMANDS ? ", or are as many as is wise without trying" : ""));
    }

    private Advice request() {
        if (measured.probes() == 0) {
            return advice(Model.LOOP, USUAL_REQUESTS, Because.UNKNOWN, tooFew());
        }
        int processor = (int) Math.min(MOST_REQUESTS, Math.ceil(measured.waiting()));
        int jobs = Math.max(USUAL_REQUESTS, processor);
        return advice(
                Model.LOOP,
                jobs,
                measured.waiting() < HARDLY_COMPUTES ? Because.BOTH : Because.WAITS,
                "I/O-bound, " + Words.count(measured.probes(), "request") + " took " + Words.time(measured.median())
                        + " in the median, " + Words.percent(share())
                        + " of it computing here; what a host allows is up to --per-host and --rate");
    }

    // ---- words

    private Advice advice(Model model, int jobs, Because because, String why) {
        List<Prediction> predictions = new ArrayList<>(CostModel.all(measured, inputs));
        Prediction chosen = predicted(model, jobs);
        if (!predictions.contains(chosen)) {
            predictions.add(chosen);
        }
        return new Advice(measured, inputs, model, jobs, because, why, List.copyOf(predictions));
    }

    private Prediction predicted(Model model, int jobs) {
        return CostModel.of(measured, inputs, model, jobs);
    }

    private int processors() {
        return measured.processors();
    }

    private boolean outOfLine() {
        return measured.longest() > TAIL * measured.median();
    }

    private String tail(double best) {
        return "tail-bound, one " + measured.kind().noun() + " took " + Words.time(measured.longest()) + ", "
                + Words.factor(measured.longest() / measured.median()) + " times the median, of "
                + Words.time(best) + " that all are expected to take: begin with such";
    }

    private String tooFew() {
        return "too few inputs were measured to tell";
    }

    private String them() {
        return Words.count(measured.probes(), measured.kind().noun());
    }

    private double share() {
        return Math.min(1, measured.computing() / Math.max(1e-12, measured.alone()));
    }

    private String computed() {
        return them() + " took " + Words.time(measured.alone()) + " each and computed " + Words.percent(share())
                + " of that";
    }

    private static String small(double seconds) {
        return Words.factor(seconds * 1e6) + " µs";
    }
}
