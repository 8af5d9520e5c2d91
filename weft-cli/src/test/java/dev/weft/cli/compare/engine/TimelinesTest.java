package dev.weft.cli.compare.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.cli.compare.model.Model;
import dev.weft.cli.compare.model.Pass;
import dev.weft.cli.compare.report.Lane;
import dev.weft.cli.compare.report.Span;
import dev.weft.cli.compare.report.Timeline;
import dev.weft.cli.compare.work.Trace;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimelinesTest {
    private static final long SECOND = 1_000_000_000;

    private static Trace trace(long lane, double start, double... marks) {
        long[] nanos = new long[marks.length];
        for (int i = 0; i < marks.length; i++) {
            nanos[i] = (long) (marks[i] * SECOND);
        }
        return new Trace(lane, 100 * SECOND + (long) (start * SECOND), nanos, 0, null);
    }

    private static Pass pass(double seconds, Trace... traces) {
        return new Pass(100 * SECOND, (long) (seconds * SECOND), List.of(traces), List.of());
    }

    @Test
    void marksTurnIntoSpansOnTheLaneOfTheThread() {
        Timeline timeline = Timelines.of(
                Model.THREADS, pass(1, trace(31, 0, 0, 0.4, 0.5), trace(32, 0.1, 0.1, 0.3, 0.3), trace(31, 0.5, 0.5)));

        assertThat(timeline.truncated()).isFalse();
        assertThat(timeline.lanes())
                .containsExactly(
                        new Lane(
                                "thread 1",
                                "thread",
                                List.of(
                                        new Span(0, 0.4, "wait", 0),
                                        new Span(0.4, 0.5, "compute", 0),
                                        new Span(0.5, 1, "compute", 2))),
                        new Lane(
                                "thread 2",
                                "thread",
                                List.of(new Span(0.1, 0.2, "compute", 1), new Span(0.2, 0.4, "wait", 1))));
    }

    @Test
    void virtualThreadsArePackedOntoTheFirstFreeLane() {
        Timeline timeline = Timelines.of(
                Model.VIRTUAL, pass(1, trace(0, 0, 0, 0.4), trace(0, 0.1, 0, 0.1), trace(0, 0.45, 0, 0.2)));

        assertThat(timeline.lanes()).extracting(Lane::name).containsExactly("virtual 1", "virtual 2");
        assertThat(timeline.lanes().getFirst().spans()).extracting(Span::task).containsExactly(0, 2);
    }

    @Test
    void loopHasOneLaneWhoseSpansOverlap() {
        Timeline timeline = Timelines.of(Model.LOOP, pass(1, trace(0, 0, 0.1, 0.9), trace(0, 0.1, 0.1, 0.8)));

        assertThat(timeline.lanes()).hasSize(1);
        assertThat(timeline.lanes().getFirst().kind()).isEqualTo("loop");
        assertThat(timeline.lanes().getFirst().spans()).hasSize(4);
    }

    @Test
    void whatIsTooShortToSeeIsShownAsWhatItMostlyWas() {
        List<Trace> traces = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            traces.add(trace(7, i * 0.0001, 0.00002, 0.0001));
        }

        Timeline timeline = Timelines.of(Model.SEQUENTIAL, pass(1, traces.toArray(Trace[]::new)));

        List<Span> spans = timeline.lanes().getFirst().spans();
        assertThat(spans.size()).isBetween(500, 1_500);
        assertThat(spans).extracting(Span::kind).containsOnly("wait");
        assertThat(spans.stream().mapToDouble(span -> span.end() - span.start()).sum())
                .isBetween(0.9, 1.0);
    }

    @Test
    void manyLanesAreCutAndTheCutIsTold() {
        List<Trace> traces = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            traces.add(trace(0, 0.0001 * i, 0, 0.9));
        }

        Timeline timeline = Timelines.of(Model.VIRTUAL, pass(1, traces.toArray(Trace[]::new)));

        assertThat(timeline.truncated()).isTrue();
        assertThat(timeline.lanes()).hasSize(40);
    }

    @Test
    void lostTasksLeaveNoSpan() {
        List<Trace> traces = new ArrayList<>();
        traces.add(null);
        traces.add(trace(4711, 0, 1));

        Timeline timeline = Timelines.of(Model.PROCESSES, new Pass(100 * SECOND, SECOND, traces, List.of()));

        assertThat(timeline.lanes())
                .containsExactly(new Lane("worker 4711", "process", List.of(new Span(0, 1, "compute", 1))));
    }

    @Test
    void inFlightCountsWhatOverlaps() {
        assertThat(Measurement.inFlight(pass(1, trace(1, 0, 0.5), trace(2, 0.4, 0.5), trace(1, 0.5, 0.5))))
                .isEqualTo(2);
        assertThat(Measurement.inFlight(pass(1, trace(1, 0, 0.5), trace(1, 0.5, 0.5))))
                .isEqualTo(1);
        assertThat(Measurement.inFlight(pass(1))).isZero();
    }
}
