package dev.weft.cli.compare.engine;

import dev.weft.cli.compare.model.Model;
import dev.weft.cli.compare.model.Pass;
import dev.weft.cli.compare.report.Lane;
import dev.weft.cli.compare.report.Span;
import dev.weft.cli.compare.report.Timeline;
import dev.weft.cli.compare.work.Trace;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Draws who did what when in a pass: spans on lanes, coarse enough for a page.
 *
 * <p>What a lane does in less than a pixel's time is shown as one span of what it mostly did. Where tasks have no lane
 * of their own (virtual threads), each is put on the first lane that is free.
 */
final class Timelines {
    private static final int MAX_LANES = 40;
    private static final int MAX_SPANS = 1_200;
    // The time of a round divided by this is what a wide screen can still show.
    private static final double RESOLUTION = 1_000;
    private static final double MICROS = 1e6;

    private record Numbered(int task, Trace trace) {}

    private Timelines() {}

    static Timeline of(Model model, Pass pass) {
        List<Numbered> tasks = new ArrayList<>();
        for (int i = 0; i < pass.traces().size(); i++) {
            Trace trace = pass.traces().get(i);
            if (trace != null) {
                tasks.add(new Numbered(i, trace));
            }
        }
        tasks.sort(Comparator.comparingLong(numbered -> numbered.trace().start()));
        Map<Long, List<Numbered>> lanes = model == Model.VIRTUAL ? packed(tasks) : byLane(tasks);
        double seconds = pass.nanos() / 1e9;
        boolean overlapping = model == Model.LOOP || model == Model.HYBRID;
        int shown = Math.min(MAX_LANES, lanes.size());
        int limit = Math.max(1, MAX_SPANS / Math.max(1, shown));
        boolean truncated = lanes.size() > shown;
        List<Lane> drawn = new ArrayList<>();
        for (var lane : lanes.entrySet().stream().limit(shown).toList()) {
            List<List<Span>> tasksOfLane = lane.getValue().stream()
                    .map(numbered -> spans(pass, numbered))
                    .toList();
            List<Span> spans = overlapping
                    ? thinned(tasksOfLane, seconds / RESOLUTION, limit)
                    : coarsened(tasksOfLane.stream().flatMap(List::stream).toList(), seconds / RESOLUTION, limit);
            truncated |=
                    overlapping && spans.stream().map(Span::task).distinct().count() < tasksOfLane.size();
            drawn.add(new Lane(name(model, lane.getKey(), drawn.size() + 1), kind(model), spans));
        }
        return new Timeline(rounded(seconds), truncated, drawn);
    }

    private static Map<Long, List<Numbered>> byLane(List<Numbered> tasks) {
        Map<Long, List<Numbered>> lanes = new LinkedHashMap<>();
        for (Numbered numbered : tasks) {
            lanes.computeIfAbsent(numbered.trace().lane(), _ -> new ArrayList<>())
                    .add(numbered);
        }
        return lanes;
    }

    private static Map<Long, List<Numbered>> packed(List<Numbered> tasks) {
        List<List<Numbered>> lanes = new ArrayList<>();
        for (Numbered numbered : tasks) {
            List<Numbered> free = lanes.stream()
                    .filter(lane ->
                            lane.getLast().trace().end() <= numbered.trace().start())
                    .findFirst()
                    .orElse(null);
            if (free == null) {
                free = new ArrayList<>();
                lanes.add(free);
            }
            free.add(numbered);
        }
        Map<Long, List<Numbered>> numberedLanes = new LinkedHashMap<>();
        for (List<Numbered> lane : lanes) {
            numberedLanes.put((long) numberedLanes.size(), lane);
        }
        return numberedLanes;
    }

    private static List<Span> spans(Pass pass, Numbered numbered) {
        Trace trace = numbered.trace();
        List<Span> spans = new ArrayList<>();
        double base = (trace.start() - pass.start()) / 1e9;
        double from = base;
        for (int i = 0; i < trace.marks().length; i++) {
            double to = base + trace.marks()[i] / 1e9;
            if (to > from) {
                spans.add(new Span(from, to, i % 2 == 0 ? Span.COMPUTE : Span.WAIT, numbered.task()));
            }
            from = to;
        }
        return spans;
    }

    /** Spans that follow each other: seen from further away, until there are few enough. */
    private static List<Span> coarsened(List<Span> spans, double pixel, int limit) {
        List<Span> coarse = coarse(spans, pixel);
        for (double wider = pixel * 2; coarse.size() > limit; wider *= 2) {
            coarse = coarse(spans, wider);
        }
        return coarse;
    }

    /** Spans that overlap: those of every so many tasks, few enough. */
    private static List<Span> thinned(List<List<Span>> tasks, double pixel, int limit) {
        List<List<Span>> coarse =
                tasks.stream().map(spans -> coarse(spans, pixel)).toList();
        int all = coarse.stream().mapToInt(List::size).sum();
        int every = Math.max(1, Math.ceilDiv(all, limit));
        List<Span> kept = new ArrayList<>();
        for (int i = 0; i < coarse.size(); i += every) {
            kept.addAll(coarse.get(i));
        }
        kept.sort(Comparator.comparingDouble(Span::start));
        return kept;
    }

    /** Joins spans that follow each other until they can be seen. */
    private static List<Span> coarse(List<Span> spans, double pixel) {
        List<Span> result = new ArrayList<>();
        List<Span> small = new ArrayList<>();
        for (Span span : spans) {
            boolean joins = span.end() - span.start() < pixel
                    && (small.isEmpty() || span.start() - small.getLast().end() < pixel);
            if (!joins) {
                flush(small, result, pixel);
            }
            if (span.end() - span.start() < pixel) {
                small.add(span);
                if (small.getLast().end() - small.getFirst().start() >= pixel) {
                    flush(small, result, pixel);
                }
            } else {
                result.add(rounded(span));
            }
        }
        flush(small, result, pixel);
        return result;
    }

    private static void flush(List<Span> small, List<Span> result, double pixel) {
        if (small.isEmpty()) {
            return;
        }
        Span first = small.getFirst();
        double end = small.getLast().end();
        double waited = small.stream()
                .filter(span -> span.kind().equals(Span.WAIT))
                .mapToDouble(span -> span.end() - span.start())
                .sum();
        // A sliver between two spans that can be seen tells nothing, but a lane must not look idle where it worked.
        boolean sliver = end - first.start() < pixel
                && !result.isEmpty()
                && first.start() - result.getLast().end() < pixel
                && result.getLast().task() == first.task();
        if (!sliver) {
            String kind = waited > (end - first.start()) / 2 ? Span.WAIT : Span.COMPUTE;
            result.add(rounded(new Span(first.start(), end, kind, first.task())));
        }
        small.clear();
    }

    private static String name(Model model, long lane, int number) {
        return switch (model) {
            case SEQUENTIAL, THREADS, GIL -> "thread " + number;
            case VIRTUAL -> "virtual " + number;
            case LOOP -> "loop";
            case PROCESSES, HYBRID -> "worker " + lane;
        };
    }

    private static String kind(Model model) {
        return switch (model) {
            case SEQUENTIAL, THREADS, GIL, VIRTUAL -> "thread";
            case LOOP, HYBRID -> "loop";
            case PROCESSES -> "process";
        };
    }

    private static Span rounded(Span span) {
        return new Span(rounded(Math.max(0, span.start())), rounded(span.end()), span.kind(), span.task());
    }

    private static double rounded(double seconds) {
        return Math.round(seconds * MICROS) / MICROS;
    }
}
