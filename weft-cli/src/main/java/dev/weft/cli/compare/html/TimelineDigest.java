package dev.weft.cli.compare.html;

import dev.weft.cli.compare.report.Lane;
import dev.weft.cli.compare.report.Span;
import dev.weft.cli.compare.report.Timeline;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * As much of a timeline as a screen can show, and what was true of all of it.
 *
 * <p>Three things are thinned out, each only as far as needed: lanes, by keeping evenly spread ones; tasks that wait
 * side by side in one lane, by keeping evenly spread ones; and spans, by joining those that are too short to be told
 * apart. The counts and the peaks are taken before that, so they speak about the run and not about the drawing.
 *
 * @param seconds the length of the round
 * @param lanesTotal how many lanes the round had
 * @param spansTotal how many spans they had
 * @param mostComputing how many spans computed at the same moment, at most
 * @param mostWaiting how many spans waited at the same moment, at most
 * @param lanes what to draw
 */
record TimelineDigest(
        double seconds, int lanesTotal, int spansTotal, int mostComputing, int mostWaiting, List<DigestLane> lanes) {
    /** More lanes than this would be thinner than a line on a phone. */
    static final int MAX_LANES = 24;

    /** More waiting tasks than this, over all lanes, would be thinner than a line. */
    static final int MAX_WAITING = 48;

    /**
     * A level has to last this share of a round to count as a peak: hand-overs are stamped by two threads, and the few
     * microseconds by which their stamps overlap must not turn one at a time into two.
     */
    private static final double PEAK_SHARE = 0.005;

    /** Spans shorter than this share of a round are narrower than a pixel on any screen. */
    private static final double FINEST = 1 / 4000.0;

    /** From here on, joined spans are wide enough to be seen as what they are not. */
    private static final double BLURRED = 0.01;

    /** A lane that is drawn needs two. */
    private static final int FEWEST_SPANS = 2 * MAX_LANES;

    /**
     * A lane to draw.
     *
     * @param every of the tasks that waited side by side, one in this many is kept; 1 if all are
     * @param waits when its tasks waited, by start
     * @param computes when its tasks computed, by start
     */
    record DigestLane(String name, String kind, int every, List<DigestSpan> waits, List<DigestSpan> computes) {}

    /**
     * A span to draw.
     *
     * @param task the task, or -n for n joined spans
     */
    record DigestSpan(double start, double end, int task) {
        private DigestSpan join(DigestSpan next) {
            return new DigestSpan(start, Math.max(end, next.end), -(spans() + next.spans()));
        }

        private int spans() {
            return Math.max(1, -task);
        }

        private double length() {
            return end - start;
        }
    }

    /**
     * Digests a timeline.
     *
     * @param timeline the timeline; its lanes' spans may come in any order
     * @param maxSpans how many spans to keep at most, but at least two for every lane
     */
    static TimelineDigest of(Timeline timeline, int maxSpans) {
        List<Lane> all = timeline.lanes();
        List<Sorted> kept = evenly(all, MAX_LANES).stream().map(Sorted::of).toList();
        int maxWaiting = Math.max(4, MAX_WAITING / Math.max(1, kept.size()));
        List<DigestLane> lanes =
                kept.stream().map(lane -> lane.digest(maxWaiting, 1, 0)).toList();
        int thinner = 1;
        for (double share = FINEST; spans(lanes) > Math.max(maxSpans, FEWEST_SPANS); share *= 2) {
            // Long waits side by side cannot be joined; once joining blurs what can be seen, their tasks become fewer.
            thinner = share < BLURRED ? 1 : thinner * 2;
            int every = thinner;
            double shortest = share * Math.max(timeline.seconds(), Double.MIN_NORMAL);
            lanes = kept.stream()
                    .map(lane -> lane.digest(maxWaiting, every, shortest))
                    .toList();
        }
        return new TimelineDigest(
                timeline.seconds(),
                all.size(),
                all.stream().mapToInt(lane -> lane.spans().size()).sum(),
                peak(spans(all, Span.COMPUTE), PEAK_SHARE * timeline.seconds()),
                peak(spans(all, Span.WAIT), PEAK_SHARE * timeline.seconds()),
                lanes);
    }

    /** A lane with its spans by kind and start, and how many of its tasks wait side by side. */
    private record Sorted(Lane lane, List<DigestSpan> waits, List<DigestSpan> computes, int sideBySide) {
        static Sorted of(Lane lane) {
            List<DigestSpan> waits = spans(List.of(lane), Span.WAIT);
            return new Sorted(lane, waits, spans(List.of(lane), Span.COMPUTE), peak(waits, 0));
        }

        DigestLane digest(int maxWaiting, int thinner, double shortest) {
            if (sideBySide <= 1) {
                return new DigestLane(lane.name(), lane.kind(), 1, join(waits, shortest), join(computes, shortest));
            }
            int every = Math.ceilDiv(sideBySide, maxWaiting) * thinner;
            Set<Integer> tasks = oneIn(every, waits);
            List<DigestSpan> some =
                    waits.stream().filter(wait -> tasks.contains(wait.task())).toList();
            return new DigestLane(
                    lane.name(), lane.kind(), every, joinPerTask(some, shortest), join(computes, shortest));
        }
    }

    private static List<DigestSpan> spans(List<Lane> lanes, String kind) {
        return lanes.stream()
                .flatMap(lane -> lane.spans().stream())
                .filter(span -> span.kind().equals(kind))
                .map(span -> new DigestSpan(span.start(), span.end(), span.task()))
                .sorted(Comparator.comparingDouble(DigestSpan::start))
                .toList();
    }

    private static int spans(List<DigestLane> lanes) {
        return lanes.stream()
                .mapToInt(lane -> lane.waits().size() + lane.computes().size())
                .sum();
    }

    private static <T> List<T> evenly(List<T> all, int count) {
        if (all.size() <= count) {
            return all;
        }
        return IntStream.range(0, count)
                .mapToObj(i -> all.get((int) ((long) i * all.size() / count)))
                .toList();
    }

    private static Set<Integer> oneIn(int every, List<DigestSpan> spans) {
        List<Integer> tasks = spans.stream().map(DigestSpan::task).distinct().toList();
        var kept = new HashSet<Integer>();
        for (int i = 0; i < tasks.size(); i += every) {
            kept.add(tasks.get(i));
        }
        return kept;
    }

    /** The waits of different tasks lie side by side; joining them would show one long wait where there were many. */
    private static List<DigestSpan> joinPerTask(List<DigestSpan> waits, double shortest) {
        Map<Integer, List<DigestSpan>> byTask = new LinkedHashMap<>();
        waits.forEach(wait ->
                byTask.computeIfAbsent(wait.task(), task -> new ArrayList<>()).add(wait));
        return byTask.values().stream()
                .flatMap(ofOne -> join(ofOne, shortest).stream())
                .sorted(Comparator.comparingDouble(DigestSpan::start))
                .toList();
    }

    private static List<DigestSpan> join(List<DigestSpan> spans, double shortest) {
        if (shortest == 0) {
            return spans;
        }
        var joined = new ArrayList<DigestSpan>();
        for (DigestSpan span : spans) {
            DigestSpan last = joined.isEmpty() ? null : joined.getLast();
            if (last != null
                    && span.start() - last.end() <= shortest
                    && (last.length() < shortest || span.length() < shortest)) {
                joined.set(joined.size() - 1, last.join(span));
            } else {
                joined.add(span);
            }
        }
        return joined;
    }

    /** The most spans that overlap for at least {@code lasting} seconds in total. */
    private static int peak(List<DigestSpan> spans, double lasting) {
        record Edge(double at, int change) {}
        List<Edge> edges = spans.stream()
                .filter(span -> span.end() > span.start())
                .<Edge>mapMulti((span, out) -> {
                    out.accept(new Edge(span.start(), 1));
                    out.accept(new Edge(span.end(), -1));
                })
                // Ends first: spans that touch do not overlap.
                .sorted(Comparator.comparingDouble(Edge::at).thenComparingInt(Edge::change))
                .toList();
        double[] secondsAt = new double[edges.size() / 2 + 1];
        int level = 0;
        int highest = 0;
        double since = 0;
        for (Edge edge : edges) {
            secondsAt[level] += edge.at() - since;
            since = edge.at();
            level += edge.change();
            highest = Math.max(highest, level);
        }
        double above = 0;
        for (int n = highest; n > 0; n--) {
            above += secondsAt[n];
            if (above > 0 && above >= lasting) {
                return n;
            }
        }
        return highest == 0 ? 0 : 1;
    }
}
