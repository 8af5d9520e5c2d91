package dev.weft.cli.compare.html;

import dev.weft.cli.compare.report.Failure;
import dev.weft.cli.compare.report.Interval;
import dev.weft.cli.compare.report.Lane;
import dev.weft.cli.compare.report.Law;
import dev.weft.cli.compare.report.Machine;
import dev.weft.cli.compare.report.ModelReport;
import dev.weft.cli.compare.report.Report;
import dev.weft.cli.compare.report.Round;
import dev.weft.cli.compare.report.Scaling;
import dev.weft.cli.compare.report.Settings;
import dev.weft.cli.compare.report.Span;
import dev.weft.cli.compare.report.Timeline;
import dev.weft.cli.compare.report.Verdict;
import dev.weft.cli.compare.report.WorkloadReport;
import dev.weft.cli.compare.statistics.ScalabilityLaw;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * A report as a machine with two cores would produce it, without running anything: each model is simulated as a number
 * of workers that share a number of processors, so that the timelines show what the real ones show.
 */
public final class SampleReport {
    private static final int CORES = 2;

    private final Random random = new Random(42);
    private final UnaryOperator<String> words;

    private SampleReport(UnaryOperator<String> words) {
        this.words = words;
    }

    /** All five workloads under all seven models. */
    public static Report full() {
        return report(UnaryOperator.identity());
    }

    /** The same report with every string in it changed, those included that name and refer to models. */
    public static Report report(UnaryOperator<String> words) {
        return new SampleReport(words).build();
    }

    /** A phase of a task: waiting or computing, for some seconds. */
    private record Phase(boolean compute, double seconds) {}

    /** Workers that take tasks from one queue and compute on {@code processors}; on a loop they all share one lane. */
    private record Group(String lane, String kind, int workers, int processors) {
        boolean loop() {
            return kind.equals("loop") || (workers > 1 && kind.equals("process"));
        }
    }

    private record Model(String name, String title, String explanation, double overhead, List<Group> groups) {}

    private static List<Model> models(int tasks, int threads) {
        return List.of(
                new Model(
                        "sequential",
                        "one after the other",
                        "one thread",
                        1,
                        List.of(new Group("main", "thread", 1, 1))),
                new Model(
                        "threads",
                        "threads",
                        "a pool of " + threads + " threads",
                        1.04,
                        List.of(new Group("thread-", "thread", threads, CORES))),
                new Model(
                        "gil",
                        "threads under a global lock (what CPython's GIL amounts to)",
                        threads + " threads, one lock, released while waiting",
                        1.12,
                        List.of(new Group("thread-", "thread", threads, 1))),
                new Model(
                        "virtual",
                        "virtual threads",
                        tasks + " virtual threads on " + CORES + " carriers",
                        1,
                        List.of(new Group("virtual-", "thread", tasks, CORES))),
                new Model(
                        "loop",
                        "event loop",
                        "one thread, " + tasks + " coroutines",
                        0.97,
                        List.of(new Group("loop-1", "loop", tasks, 1))),
                new Model(
                        "processes",
                        "processes",
                        CORES + " worker JVMs, one task at a time in each",
                        1.08,
                        List.of(new Group("worker-1", "process", 1, 1), new Group("worker-2", "process", 1, 1))),
                new Model(
                        "hybrid",
                        "processes with a loop each",
                        CORES + " worker JVMs, " + tasks / 2 + " coroutines in each",
                        1.1,
                        List.of(
                                new Group("worker-1", "process", tasks / 2, 1),
                                new Group("worker-2", "process", tasks / 2, 1))));
    }

    private Report build() {
        List<WorkloadReport> workloads = List.of(
                workload(
                        "fetch",
                        "Fetch 200 pages over HTTP",
                        "One task fetches one page from a server in another process, over real sockets with a realistic latency.",
                        "page",
                        IntStream.range(0, 200)
                                .mapToObj(i -> List.of(io(0.003 + 0.012 * skewed()), cpu(0.00015)))
                                .toList(),
                        64,
                        "I/O-bound: 2 % CPU; 200 requests in flight hid 16 ms waits.",
                        "The event loop and virtual threads are both good here; take the one that your code is written for."),
                workload(
                        "files",
                        "Hash 240 files",
                        "One task reads a file of the running JDK and computes its SHA-256.",
                        "file",
                        IntStream.range(0, 240)
                                .mapToObj(i -> List.of(io(0.0003), cpu(0.0002 + 0.002 * skewed())))
                                .toList(),
                        8,
                        "CPU-bound: hashing took 88 % of the tasks' time, and two cores share it.",
                        "A disk that is slower than this one shifts the balance towards waiting."),
                workload(
                        "cpu",
                        "Count primes in 48 ranges",
                        "One task counts the primes of one range by trial division.",
                        "range",
                        IntStream.range(0, 48)
                                .mapToObj(i -> List.of(cpu(0.012 + 0.0004 * i)))
                                .toList(),
                        2,
                        "CPU-bound: 98 % of two cores were in use, a speed-up of 1.9 of 2.",
                        "More threads than cores do not help."),
                workload(
                        "gzip",
                        "Compress 64 blocks of real files",
                        "One task compresses one block of 256 KiB.",
                        "block",
                        IntStream.range(0, 64)
                                .mapToObj(i -> List.of(cpu(0.006 + 0.006 * random.nextDouble())))
                                .toList(),
                        2,
                        "CPU-bound: 97 % of two cores were in use.",
                        ""),
                workload(
                        "mixed",
                        "Fetch 120 pages, then compute on each",
                        "One task fetches a page, then counts its words.",
                        "page",
                        IntStream.range(0, 120)
                                .mapToObj(i -> List.of(
                                        io(0.003 + 0.012 * skewed()),
                                        cpu(0.001 + 0.001 * random.nextDouble()),
                                        io(0.002),
                                        cpu(0.0004)))
                                .toList(),
                        64,
                        "Both: 61 % of two cores were in use while up to 120 requests waited.",
                        "Where the computing grows, only models with more than one thread keep up."));
        return new Report(
                Report.SCHEMA,
                words.apply("0.1.0-SNAPSHOT"),
                List.of(words.apply("compare"), words.apply("--quick")),
                "2026-11-20T17:20:31.402Z",
                41.2,
                false,
                new Settings(
                        true,
                        55,
                        8_130_642_957_310_448_274L,
                        0.95,
                        words.apply("until every interval is within 5 % or the time is spent")),
                new Machine(
                        words.apply("Linux 6.1.0"),
                        words.apply("amd64"),
                        words.apply("Example CPU @ 2.60 GHz"),
                        CORES,
                        null,
                        8_231_518_208L,
                        words.apply("25.0.3+9-LTS"),
                        words.apply("Eclipse Adoptium"),
                        List.of(
                                words.apply("--add-opens=java.base/java.lang=ALL-UNNAMED"),
                                words.apply("-Xshare:auto")),
                        words.apply("loop"),
                        words.apply("io_uring")),
                workloads,
                List.of(
                        words.apply("Only 3 rounds of processes in cpu: the interval is wide."),
                        words.apply("Another process used 7 % of the processors during the run.")));
    }

    private static Phase io(double seconds) {
        return new Phase(false, seconds);
    }

    private static Phase cpu(double seconds) {
        return new Phase(true, seconds);
    }

    /** Mostly below 1, sometimes far above, as latencies are. */
    private double skewed() {
        return Math.exp(0.6 * random.nextGaussian() - 0.4);
    }

    private WorkloadReport workload(
            String name,
            String title,
            String description,
            String unit,
            List<List<Phase>> tasks,
            int threads,
            String reason,
            String advice) {
        List<Model> models = models(tasks.size(), threads);
        double[] drift = random.doubles(7, 0.98, 1.05).toArray();
        List<ModelReport> reports = new ArrayList<>();
        double[] sequential = new double[drift.length];
        for (Model model : models) {
            List<Lane> lanes = run(model, tasks);
            double wall = lanes.stream()
                    .flatMap(lane -> lane.spans().stream())
                    .mapToDouble(Span::end)
                    .max()
                    .orElseThrow();
            double[] seconds = new double[drift.length];
            for (int i = 0; i < seconds.length; i++) {
                seconds[i] = wall * drift[i] * (1 + 0.03 * Math.abs(random.nextGaussian()));
            }
            if (model.name().equals("sequential")) {
                sequential = seconds;
            }
            int failures = name.equals("fetch") && model.name().equals("processes") ? 3 : 0;
            reports.add(modelReport(model, lanes, wall, seconds, sequential, tasks.size(), failures));
        }
        List<String> ranking = reports.stream()
                .sorted(Comparator.comparingDouble(model -> model.seconds().median()))
                .map(ModelReport::model)
                .toList();
        List<String> tied = reports.stream()
                .filter(model -> model.seconds().median()
                        < 1.06 * byName(reports, ranking.getFirst()).seconds().median())
                .map(ModelReport::model)
                .toList();
        return new WorkloadReport(
                words.apply(name),
                words.apply(title),
                words.apply(description),
                tasks.size(),
                words.apply(unit),
                Map.of(
                        words.apply("input"), words.apply("generated from the seed"),
                        words.apply("size"), words.apply(tasks.size() + " tasks")),
                reports,
                ranking,
                tied.size() > 1 ? List.of(tied) : List.of(),
                verdict(byName(reports, ranking.getFirst()), tied.size() > 1, reason, advice),
                name.equals("fetch")
                        ? List.of(
                                new Failure(
                                        words.apply("processes"),
                                        2,
                                        words.apply("page 17"),
                                        words.apply(
                                                "worker 4711 was killed by SIGKILL (exit 137) while it ran this task; "
                                                        + "a new worker took its place"),
                                        1),
                                new Failure(
                                        words.apply("processes"),
                                        3,
                                        words.apply("http://127.0.0.1:40123/pages/118?" + "x".repeat(160)),
                                        words.apply("connection reset by the server"),
                                        2))
                        : List.of(),
                switch (name) {
                    case "fetch" -> scaling(60, 0.01, 0.0004, List.of(1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64));
                    case "cpu" -> scaling(78, 0.48, 0, List.of(1, 2, 3, 4, 6, 8));
                    case "gzip" -> scaling(150, 0.5, 0, List.of(1, 2)); // too few for a law
                    default -> null;
                });
    }

    /** Points near a law, as a measurement has them. */
    private Scaling scaling(double rate, double sigma, double kappa, List<Integer> numbers) {
        var law = new ScalabilityLaw(rate, sigma, kappa, 0);
        List<Scaling.Point> points = new ArrayList<>();
        List<ScalabilityLaw.Point> loads = new ArrayList<>();
        for (int threads : numbers) {
            double measured = law.at(threads) * (1 + 0.03 * random.nextGaussian());
            double speedup = measured / rate;
            points.add(new Scaling.Point(
                    threads,
                    new Interval(measured, 0.94 * measured, 1.05 * measured),
                    new Interval(speedup, 0.95 * speedup, 1.04 * speedup)));
            loads.add(new ScalabilityLaw.Point(threads, measured));
        }
        boolean enough = loads.size() >= ScalabilityLaw.FEWEST_POINTS;
        Law usl = enough ? Law.of(ScalabilityLaw.universal(loads)) : null;
        return new Scaling(
                5,
                points,
                enough ? Law.of(ScalabilityLaw.amdahl(loads)) : null,
                usl,
                words.apply("2 threads did most." + (usl == null ? "" : " " + usl.inWords())));
    }

    private static ModelReport byName(List<ModelReport> models, String name) {
        return models.stream()
                .filter(model -> model.model().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private Verdict verdict(ModelReport best, boolean tooClose, String reason, String advice) {
        Interval speedup = best.speedup();
        String text = tooClose
                ? "Too close to call. Use %s, the simplest of those in front: %.1f times faster than one after the other"
                        + " (95 %% interval %.1f to %.1f)."
                : "Use %s: %.1f times faster than one after the other (95 %% interval %.1f to %.1f).";
        return new Verdict(
                best.model(),
                tooClose,
                words.apply(text.formatted(best.title(), speedup.median(), speedup.low(), speedup.high())),
                words.apply(reason),
                words.apply(advice));
    }

    private ModelReport modelReport(
            Model model,
            List<Lane> lanes,
            double wall,
            double[] seconds,
            double[] sequential,
            int tasks,
            int failures) {
        double wait = total(lanes, Span.WAIT);
        double compute = total(lanes, Span.COMPUTE);
        List<Round> rounds = new ArrayList<>();
        double[] ratios = new double[seconds.length];
        int inFlight =
                Math.min(tasks, model.groups().stream().mapToInt(Group::workers).sum());
        long memory = (long) (60e6 + 30e6 * model.groups().size() + 40e3 * inFlight + 4e6 * random.nextDouble());
        for (int i = 0; i < seconds.length; i++) {
            ratios[i] = sequential[i] / seconds[i];
            rounds.add(new Round(
                    i + 1, seconds[i], compute * 1.2, wait, compute, memory, inFlight, i == 1 ? failures : 0));
        }
        return new ModelReport(
                words.apply(model.name()),
                words.apply(model.title()),
                words.apply(model.explanation()),
                rounds,
                interval(seconds),
                interval(ratios),
                Math.min(1, compute * 1.1 / (CORES * wall)),
                wait / (wait + compute),
                compute * 1.1,
                wait,
                compute,
                memory,
                inFlight,
                failures,
                model.name().equals("processes") || model.name().equals("hybrid") ? 0.31 : 0.002,
                new Timeline(
                        wall,
                        false,
                        lanes.stream()
                                .map(lane -> new Lane(words.apply(lane.name()), lane.kind(), lane.spans()))
                                .toList()));
    }

    private static double total(List<Lane> lanes, String kind) {
        return lanes.stream()
                .flatMap(lane -> lane.spans().stream())
                .filter(span -> span.kind().equals(kind))
                .mapToDouble(span -> span.end() - span.start())
                .sum();
    }

    private static Interval interval(double[] values) {
        double[] sorted = values.clone();
        java.util.Arrays.sort(sorted);
        return new Interval(sorted[sorted.length / 2], sorted[1], sorted[sorted.length - 2]);
    }

    /** Runs the tasks under a model in simulated time; groups take turns at the queue as their workers become free. */
    private static List<Lane> run(Model model, List<List<Phase>> tasks) {
        record Step(double at, int group, int worker, int task, int phase) {}
        List<List<List<Span>>> spans = new ArrayList<>();
        List<PriorityQueue<Double>> processors = new ArrayList<>();
        var steps = new PriorityQueue<Step>(Comparator.comparingDouble(Step::at));
        var waiting = new ArrayDeque<>(IntStream.range(0, tasks.size()).boxed().toList());
        for (int g = 0; g < model.groups().size(); g++) {
            Group group = model.groups().get(g);
            spans.add(new ArrayList<>());
            var free = new PriorityQueue<Double>();
            IntStream.range(0, group.processors()).forEach(p -> free.add(0.0));
            processors.add(free);
            for (int w = 0; w < group.workers(); w++) {
                spans.get(g).add(new ArrayList<>());
            }
        }
        // Interleaved over the groups, so that each gets its share of the queue.
        int most = model.groups().stream().mapToInt(Group::workers).max().orElseThrow();
        for (int w = 0; w < most; w++) {
            for (int g = 0; g < model.groups().size(); g++) {
                if (w < model.groups().get(g).workers() && !waiting.isEmpty()) {
                    steps.add(new Step(1e-6 * w, g, w, waiting.remove(), 0));
                }
            }
        }
        while (!steps.isEmpty()) {
            Step step = steps.remove();
            List<Phase> phases = tasks.get(step.task());
            if (step.phase() == phases.size()) {
                if (!waiting.isEmpty()) {
                    steps.add(new Step(step.at(), step.group(), step.worker(), waiting.remove(), 0));
                }
                continue;
            }
            Phase phase = phases.get(step.phase());
            List<Span> lane = spans.get(step.group()).get(step.worker());
            double start = step.at();
            if (phase.compute()) {
                start = Math.max(start, processors.get(step.group()).remove());
            }
            double end = start + phase.seconds() * model.overhead();
            if (phase.compute()) {
                processors.get(step.group()).add(end);
            }
            if (start > step.at()) {
                lane.add(new Span(step.at(), start, Span.WAIT, step.task()));
            }
            lane.add(new Span(start, end, phase.compute() ? Span.COMPUTE : Span.WAIT, step.task()));
            steps.add(new Step(end, step.group(), step.worker(), step.task(), step.phase() + 1));
        }
        List<Lane> lanes = new ArrayList<>();
        for (int g = 0; g < model.groups().size(); g++) {
            Group group = model.groups().get(g);
            if (group.loop() || group.workers() == 1) {
                lanes.add(new Lane(group.lane(), group.kind(), sorted(spans.get(g))));
            } else {
                for (int w = 0; w < group.workers(); w++) {
                    lanes.add(new Lane(
                            group.lane() + (w + 1),
                            group.kind(),
                            sorted(List.of(spans.get(g).get(w)))));
                }
            }
        }
        return lanes;
    }

    private static List<Span> sorted(List<List<Span>> spans) {
        return spans.stream()
                .flatMap(List::stream)
                .sorted(Comparator.comparingDouble(Span::start))
                .toList();
    }
}
