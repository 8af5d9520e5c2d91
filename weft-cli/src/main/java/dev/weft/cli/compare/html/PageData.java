package dev.weft.cli.compare.html;

import dev.weft.cli.compare.html.TimelineDigest.DigestLane;
import dev.weft.cli.compare.html.TimelineDigest.DigestSpan;
import dev.weft.cli.compare.report.Failure;
import dev.weft.cli.compare.report.ModelReport;
import dev.weft.cli.compare.report.Report;
import dev.weft.cli.compare.report.ReportJson;
import dev.weft.cli.compare.report.Round;
import dev.weft.cli.compare.report.Timeline;
import dev.weft.cli.compare.report.WorkloadReport;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The data that the page's scripts draw: the report's JSON with some parts replaced by what fits a page.
 *
 * <ul>
 *   <li>A model's {@code timeline} is its {@link TimelineDigest}. The spans of a lane are flat arrays of
 *       {@code start, end, task}, the times in ticks of which the round has {@link #TICKS}.
 *   <li>A model's {@code rounds} are pairs of number and seconds; {@code roundsTotal} counts those left out, too.
 *   <li>A workload's {@code failures} are the first ones; {@code failuresOmitted} counts the others.
 *   <li>The seed is a string.
 * </ul>
 */
final class PageData {
    /** Fine enough for a tenth of a pixel on the widest screen, and few enough digits for the page's size. */
    static final int TICKS = 100_000;

    /** With about 17 bytes each, two thirds of a megabyte at most. */
    static final int MAX_SPANS = 36_000;

    static final int MAX_SPANS_PER_TIMELINE = 1_500;
    static final int MAX_ROUNDS = 100;
    static final int MAX_FAILURES = 50;
    static final int MAX_MESSAGE = 1_000;

    private static final JsonMapper MAPPER = new JsonMapper();

    private PageData() {}

    /** Returns one JSON object. */
    static String json(Report report) {
        var root = (ObjectNode) MAPPER.readTree(ReportJson.render(report));
        root.put("ticks", TICKS);
        // JavaScript's numbers have 53 bits.
        root.withObject("settings").put("seed", Long.toString(report.settings().seed()));
        long timelines = report.workloads().stream()
                .flatMap(workload -> workload.models().stream())
                .filter(model -> model.timeline() != null)
                .count();
        int maxSpans = (int) Math.min(MAX_SPANS_PER_TIMELINE, MAX_SPANS / Math.max(1, timelines));
        for (int w = 0; w < report.workloads().size(); w++) {
            WorkloadReport workload = report.workloads().get(w);
            var workloadNode = (ObjectNode) root.withArray("workloads").get(w);
            for (int m = 0; m < workload.models().size(); m++) {
                ModelReport model = workload.models().get(m);
                var modelNode = (ObjectNode) workloadNode.withArray("models").get(m);
                rounds(modelNode, model.rounds());
                Timeline timeline = model.timeline();
                if (timeline != null) {
                    timeline(modelNode, timeline, maxSpans);
                }
            }
            failures(workloadNode, workload.failures());
        }
        return MAPPER.writeValueAsString(root);
    }

    private static void rounds(ObjectNode model, List<Round> rounds) {
        ArrayNode pairs = model.putArray("rounds");
        int every = Math.max(1, Math.ceilDiv(rounds.size(), MAX_ROUNDS));
        for (int i = 0; i < rounds.size(); i += every) {
            Round round = rounds.get(i);
            pairs.addArray().add(round.round()).add(round.seconds());
        }
        model.put("roundsTotal", rounds.size());
    }

    private static void timeline(ObjectNode model, Timeline timeline, int maxSpans) {
        TimelineDigest digest = TimelineDigest.of(timeline, maxSpans);
        ObjectNode node = model.putObject("timeline");
        node.put("seconds", digest.seconds());
        node.put("truncated", timeline.truncated());
        node.put("lanesTotal", digest.lanesTotal());
        node.put("spansTotal", digest.spansTotal());
        node.put("mostComputing", digest.mostComputing());
        node.put("mostWaiting", digest.mostWaiting());
        ArrayNode lanes = node.putArray("lanes");
        for (DigestLane lane : digest.lanes()) {
            ObjectNode laneNode = lanes.addObject();
            laneNode.put("name", lane.name());
            laneNode.put("kind", lane.kind());
            laneNode.put("every", lane.every());
            spans(laneNode.putArray("waits"), lane.waits(), digest.seconds());
            spans(laneNode.putArray("computes"), lane.computes(), digest.seconds());
        }
    }

    private static void spans(ArrayNode flat, List<DigestSpan> spans, double seconds) {
        for (DigestSpan span : spans) {
            flat.add(ticks(span.start(), seconds))
                    .add(ticks(span.end(), seconds))
                    .add(span.task());
        }
    }

    private static int ticks(double at, double seconds) {
        return seconds > 0 ? (int) Math.round(at / seconds * TICKS) : 0;
    }

    private static void failures(ObjectNode workload, List<Failure> failures) {
        ArrayNode shown = workload.putArray("failures");
        failures.stream()
                .limit(MAX_FAILURES)
                .forEach(failure -> shown.addObject()
                        .put("model", failure.model())
                        .put("round", failure.round())
                        .put("task", abbreviate(failure.task()))
                        .put("message", abbreviate(failure.message()))
                        .put("count", failure.count()));
        workload.put("failuresOmitted", Math.max(0, failures.size() - MAX_FAILURES));
    }

    private static String abbreviate(String message) {
        return message.length() <= MAX_MESSAGE ? message : message.substring(0, MAX_MESSAGE) + "…";
    }
}
