package dev.weft.cli.report.html;

import static dev.weft.cli.report.html.Html.text;

import dev.weft.cli.compare.report.Law;
import dev.weft.cli.report.Figures;
import dev.weft.cli.report.Figures.Part;
import dev.weft.cli.report.data.RunReport;
import dev.weft.cli.report.data.RunReport.Lane;
import dev.weft.cli.report.data.RunReport.Latency;
import dev.weft.cli.report.data.RunReport.Load;
import dev.weft.cli.report.data.RunReport.Scaling;
import dev.weft.cli.report.data.RunReport.Share;
import dev.weft.cli.report.data.RunReport.Span;
import dev.weft.cli.report.data.RunReport.Step;
import dev.weft.cli.report.data.RunReport.TimeSplit;
import dev.weft.cli.report.data.RunReport.Timeline;
import dev.weft.cli.text.RawText;
import dev.weft.cli.text.Words;
import java.util.ArrayList;
import java.util.List;

/** The charts of a run, each with its table. */
final class Charts {
    private static final int HEIGHT = 160;
    private static final int BAR = 34;
    private static final int LANE = 18;
    private static final int LANE_BAR = 10;
    private static final int LANE_FAILED = 16;
    private static final int MOST_ROWS = 24;
    private static final double THIN = 1.2;

    private Charts() {}

    /** Where the time of the slots went. */
    static String split(RunReport report) {
        List<Part> parts = Figures.split(report.time());
        var plot = new Plot(BAR, "Of the time of all slots: " + sentence(parts));
        double x = 0;
        StringBuilder keys = new StringBuilder();
        List<List<String>> rows = new ArrayList<>();
        for (Part part : parts) {
            double width = part.share() * Plot.WIDTH;
            String share = Words.percent(part.share());
            plot.box("part " + part.kind(), x, 0, Math.min(width, Plot.WIDTH - x), BAR, part.name() + ": " + share);
            x = Math.min(Plot.WIDTH, x + width);
            keys.append("<span class=\"key part ")
                    .append(part.kind())
                    .append("\">")
                    .append(text(share + " " + part.name()));
            keys.append("</span> ");
            rows.add(List.of(text(part.name()), text(Words.time(part.seconds())), text(share)));
        }
        return Html.figure(
                "split",
                "Where the time went",
                "The time of all slots together. " + keys,
                plot.markup(),
                Html.table("split-table", "Where the time went", List.of("part", "time of slots", "share"), rows));
    }

    private static String sentence(List<Part> parts) {
        return String.join(
                ", ",
                parts.stream()
                        .map(part -> Words.percent(part.share()) + " " + part.name())
                        .toList());
    }

    /** How many inputs were done in a second. */
    static String throughput(RunReport report) {
        Timeline coarse = Figures.coarse(report);
        List<Step> steps = coarse.steps();
        double step = coarse.stepSeconds();
        double most = steps.stream()
                .mapToDouble(each -> (each.ok() + each.failed() + each.retried()) / step)
                .max()
                .orElse(0);
        var plot = new Plot(
                HEIGHT,
                "Tries that ended in a second, over " + Words.time(report.seconds()) + ", at most " + Words.rate(most));
        plot.level(0, Words.rate(most) + " a second");
        plot.level(HEIGHT / 2.0, Words.rate(most / 2));
        double width = report.seconds() > 0 ? Plot.WIDTH * step / report.seconds() : Plot.WIDTH;
        for (int i = 0; i < steps.size() && most > 0; i++) {
            Step each = steps.get(i);
            double scale = HEIGHT / (most * step);
            double ok = each.ok() * scale;
            double retried = each.retried() * scale;
            double failed = each.failed() * scale;
            column(plot, "ok", i * width, width, HEIGHT - ok, ok);
            column(plot, "retried", i * width, width, HEIGHT - ok - retried, retried);
            column(plot, "failed", i * width, width, HEIGHT - ok - retried - failed, failed);
        }
        time(plot, report);
        return Html.figure(
                "throughput",
                "Throughput",
                "Tries that ended, for each second of working time. <span class=\"key ok\">ok</span>"
                        + " <span class=\"key retried\">tried again</span> <span class=\"key failed\">failed</span>",
                plot.markup(),
                timeTable("throughput-table", "Throughput", report));
    }

    private static void column(Plot plot, String kind, double x, double width, double y, double height) {
        if (height > 0 && x < Plot.WIDTH) {
            plot.box(kind, x, y, Math.min(width * 0.92, Plot.WIDTH - x), height, "");
        }
    }

    /** How many tries ran at once, and how many processors were busy. */
    static String concurrency(RunReport report) {
        List<Step> steps = report.timeline().steps();
        TimeSplit time = report.time();
        boolean cpu = time.processorsBusy() != null;
        double most = steps.stream()
                .mapToDouble(each -> Math.max(each.inFlight(), each.processors()))
                .max()
                .orElse(0);
        var plot = new Plot(
                HEIGHT,
                "Tries at once over " + Words.time(report.seconds()) + ", at most " + Words.factor(most)
                        + (cpu ? ", and " + Figures.processors(time) + " processors busy on average" : ""));
        plot.level(0, Words.factor(most) + " at once");
        plot.level(HEIGHT / 2.0, Words.factor(most / 2));
        double width =
                report.seconds() > 0 ? Plot.WIDTH * report.timeline().stepSeconds() / report.seconds() : Plot.WIDTH;
        double[] points = new double[4 * steps.size()];
        for (int i = 0; i < steps.size() && most > 0; i++) {
            double y = HEIGHT * (1 - steps.get(i).inFlight() / most);
            points[4 * i] = Math.min(Plot.WIDTH, i * width);
            points[4 * i + 1] = y;
            points[4 * i + 2] = Math.min(Plot.WIDTH, (i + 1) * width);
            points[4 * i + 3] = y;
            if (cpu) {
                double busy = HEIGHT * Math.min(1, steps.get(i).processors() / most);
                column(plot, "cpu", i * width, width / 0.92, HEIGHT - busy, busy);
            }
        }
        plot.line("flight", points);
        time(plot, report);
        return Html.figure(
                "concurrency",
                "At once",
                (time.processors() > 0
                                ? "There were " + text(Figures.processors(time.processors())) + " processors. "
                                : "")
                        + "<span class=\"key flight\">tries that ran</span>"
                        + (cpu ? " <span class=\"key cpu\">processors that they kept busy</span>" : ""),
                plot.markup(),
                timeTable("concurrency-table", "At once", report));
    }

    private static void time(Plot plot, RunReport report) {
        plot.line("base", 0, HEIGHT, Plot.WIDTH, HEIGHT);
        plot.tick(0, "0");
        plot.tick(0.5, Words.time(report.seconds() / 2));
        plot.tick(1, Words.time(report.seconds()));
    }

    /** The timeline in as many rows as somebody would read. */
    private static String timeTable(String id, String caption, RunReport report) {
        List<Step> steps = report.timeline().steps();
        double step = report.timeline().stepSeconds();
        int joined = Math.max(1, Math.ceilDiv(steps.size(), MOST_ROWS));
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < steps.size(); i += joined) {
            List<Step> part = steps.subList(i, Math.min(steps.size(), i + joined));
            double seconds = part.size() * step;
            long ok = part.stream().mapToLong(Step::ok).sum();
            long failed = part.stream().mapToLong(Step::failed).sum();
            rows.add(List.of(
                    text(Words.time(i * step) + " to " + Words.time(i * step + seconds)),
                    text(Words.number(ok)),
                    text(Words.number(failed)),
                    text(Words.number(part.stream().mapToLong(Step::retried).sum())),
                    text(Words.rate((ok + failed) / seconds)),
                    text(Words.factor(
                            part.stream().mapToDouble(Step::inFlight).average().orElse(0))),
                    report.time().processorsBusy() == null
                            ? "?"
                            : text(Words.factor(part.stream()
                                    .mapToDouble(Step::processors)
                                    .average()
                                    .orElse(0)))));
        }
        return Html.table(
                id,
                caption,
                List.of("time", "ok", "failed", "tried again", "inputs a second", "at once", "processors busy"),
                rows);
    }

    /** How long tries took. */
    static String latency(Latency latency) {
        // A try of no measurable time has no place on a scale of powers.
        double low = Math.log10(Math.max(latency.min(), 1e-6));
        double high = Math.max(low + 0.01, Math.log10(Math.max(latency.max(), 1e-6)));
        var plot = new Plot(
                HEIGHT,
                "Share of tries that took at most a time, from " + Words.time(latency.min()) + " to "
                        + Words.time(latency.max()));
        plot.level(0, "all");
        plot.level(HEIGHT / 2.0, "half");
        double[] points = new double[2 * latency.distribution().size()];
        for (int i = 0; i < latency.distribution().size(); i++) {
            Share each = latency.distribution().get(i);
            points[2 * i] = (Math.log10(Math.max(each.seconds(), 1e-6)) - low) / (high - low) * Plot.WIDTH;
            points[2 * i + 1] = HEIGHT * (1 - each.share());
        }
        plot.line("curve", points);
        plot.line("base", 0, HEIGHT, Plot.WIDTH, HEIGHT);
        for (double share : new double[] {0, 1 / 3.0, 2 / 3.0, 1}) {
            plot.tick(share, Words.time(Math.pow(10, low + share * (high - low))));
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("shortest", text(Words.time(latency.min()))));
        latency.percentiles()
                .forEach(each -> rows.add(List.of(
                        text(Html.number(each.percentile()) + " % took at most"), text(Words.time(each.seconds())))));
        rows.add(List.of("longest", text(Words.time(latency.max()))));
        rows.add(List.of("mean", text(Words.time(latency.mean()))));
        return Html.figure(
                "latency",
                "How long tries took",
                text("The share of " + Words.count(latency.count(), "try")
                        + " that took at most the time below, on a scale of powers. The further right the last part"
                        + " reaches, the longer the few that take longest."),
                plot.markup(),
                Html.table("latency-table", "How long tries took", List.of("share", "time"), rows));
    }

    /** What ran in which slot when. */
    static String slots(RunReport report) {
        List<Lane> lanes = report.slots().lanes();
        var plot = new Plot(
                LANE * lanes.size(),
                "What ran in " + Words.count(lanes.size(), "slot") + " over " + Words.time(report.seconds()));
        double scale = report.seconds() > 0 ? Plot.WIDTH / report.seconds() : 0;
        List<List<String>> rows = new ArrayList<>();
        StringBuilder names = new StringBuilder();
        for (int i = 0; i < lanes.size(); i++) {
            Lane lane = lanes.get(i);
            int top = i * LANE;
            plot.box("ground", 0, top + 1, Plot.WIDTH, LANE - 2, "");
            for (Span span : lane.spans()) {
                span(plot, span, scale, top);
            }
            names.append("<span>").append(lane.slot()).append("</span>");
            rows.add(List.of(
                    "slot " + lane.slot(),
                    text(Words.number(lane.tries())),
                    text(Words.number(lane.failed())),
                    text(Words.time(lane.busySeconds())),
                    text(
                            report.seconds() > 0
                                    ? Words.percent(Math.min(1, lane.busySeconds() / report.seconds()))
                                    : "?")));
        }
        plot.tick(0, "0");
        plot.tick(0.5, Words.time(report.seconds() / 2));
        plot.tick(1, Words.time(report.seconds()));
        String note = report.slots().total() > lanes.size()
                ? " These are the first " + lanes.size() + " of "
                        + Words.number(report.slots().total()) + " slots."
                : "";
        String merged = report.slots().merged()
                ? " There are too many tries to be seen one by one: the fuller a step of "
                        + Words.time(report.timeline().stepSeconds())
                        + ", the stronger its colour. weft report --trace has them all."
                : "";
        return Html.figure(
                "slots",
                "What ran when",
                "A row for each slot. <span class=\"key ok\">ok</span> <span class=\"key failed\">failed, a taller"
                        + " bar</span>" + text(note + merged),
                "<div class=\"lanes\"><div class=\"names\" aria-hidden=\"true\">" + names + "</div>\n" + plot.markup()
                        + "</div>",
                Html.table(
                        "slots-table",
                        "What ran in each slot",
                        List.of("slot", "tries", "failed", "busy", "share of the time"),
                        rows));
    }

    private static void span(Plot plot, Span span, double scale, int top) {
        double x = Math.min(span.start() * scale, Plot.WIDTH - THIN);
        double width = Math.clamp((span.end() - span.start()) * scale, THIN, Plot.WIDTH - x);
        String title = span.what() != null
                ? RawText.printable(span.what()) + ", " + Words.time(span.end() - span.start())
                : Words.count(span.tries(), "try") + ", " + Words.percent(span.busy()) + " busy"
                        + (span.failed() > 0 ? ", " + span.failed() + " failed" : "");
        boolean failed = span.failed() > 0;
        int height = failed ? LANE_FAILED : LANE_BAR;
        double gap = span.what() != null && width > 4 * THIN ? THIN : 0; // so that neighbours can be told apart
        plot.box(
                failed ? "failed" : "ok",
                x,
                top + (LANE - height) / 2.0,
                width - gap,
                height,
                failed ? 1 : Math.max(0.15, span.busy()),
                title);
    }

    /** How throughput followed the number at once. */
    static String scaling(Scaling scaling) {
        double most =
                scaling.points().stream().mapToDouble(Load::perSecond).max().orElse(1);
        double widest =
                scaling.points().stream().mapToDouble(Load::inFlight).max().orElse(1);
        double top = most * 1.1;
        var plot = new Plot(HEIGHT, "Throughput by the number at once, measured and as two laws have it");
        plot.level(HEIGHT * (1 - most / top), Words.rate(most) + " a second");
        law(plot, "usl", scaling.usl(), widest, top);
        law(plot, "amdahl", scaling.amdahl(), widest, top);
        List<List<String>> rows = new ArrayList<>();
        for (Load load : scaling.points()) {
            double x = load.inFlight() / widest * Plot.WIDTH;
            double y = HEIGHT * (1 - load.perSecond() / top);
            plot.line("point", x - 6, y, x, y); // round ends make it a dot
            rows.add(List.of(
                    text(Words.factor(load.inFlight())),
                    text(Words.rate(load.perSecond())),
                    text(Words.rate(scaling.usl().at(load.inFlight()))),
                    text(Words.rate(scaling.amdahl().at(load.inFlight()))),
                    text(Words.time(load.seconds()))));
        }
        plot.line("base", 0, HEIGHT, Plot.WIDTH, HEIGHT);
        plot.tick(0, "0");
        plot.tick(1, Words.factor(widest) + " at once");
        return Html.figure(
                "scaling",
                "Scaling",
                text(scaling.usl().inWords()) + " <span class=\"key point\">measured</span>"
                        + " <span class=\"key usl\">universal scalability law</span>"
                        + " <span class=\"key amdahl\">Amdahl's law</span>",
                plot.markup(),
                Html.table(
                        "scaling-table",
                        "Tries a second by the number at once",
                        List.of("at once", "measured", "universal law", "Amdahl's law", "looked at for"),
                        rows));
    }

    private static void law(Plot plot, String kind, Law law, double widest, double top) {
        int parts = 50;
        double[] points = new double[2 * (parts + 1)];
        for (int i = 0; i <= parts; i++) {
            double n = Math.max(widest * i / parts, 1e-3);
            points[2 * i] = n / widest * Plot.WIDTH;
            points[2 * i + 1] = HEIGHT * (1 - Math.clamp(law.at(n) / top, 0, 1));
        }
        plot.line(kind, points);
    }
}
