package dev.weft.cli.compare.html;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.cli.compare.html.TimelineDigest.DigestLane;
import dev.weft.cli.compare.html.TimelineDigest.DigestSpan;
import dev.weft.cli.compare.report.Lane;
import dev.weft.cli.compare.report.Span;
import dev.weft.cli.compare.report.Timeline;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimelineDigestTest {

    @Test
    void keepsASmallTimelineAsItIs() {
        TimelineDigest digest = digest(
                10,
                thread("main", wait(0, 2, 1), compute(2, 3, 1), compute(3, 3.001, 2)),
                thread("other", compute(0, 1, 3)));

        assertThat(digest.lanes())
                .containsExactly(
                        new DigestLane(
                                "main",
                                "thread",
                                1,
                                List.of(new DigestSpan(0, 2, 1)),
                                List.of(new DigestSpan(2, 3, 1), new DigestSpan(3, 3.001, 2))),
                        new DigestLane("other", "thread", 1, List.of(), List.of(new DigestSpan(0, 1, 3))));
        assertThat(digest.lanesTotal()).isEqualTo(2);
        assertThat(digest.spansTotal()).isEqualTo(4);
    }

    @Test
    void sortsTheSpansOfALane() {
        TimelineDigest digest = digest(10, thread("main", compute(5, 6, 2), compute(0, 1, 1)));

        assertThat(digest.lanes().getFirst().computes())
                .extracting(DigestSpan::task)
                .containsExactly(1, 2);
    }

    @Test
    void countsWhatOverlapsAcrossLanes() {
        TimelineDigest digest = digest(
                10,
                thread("a", wait(0, 4, 1), compute(4, 8, 1)),
                thread("b", wait(0, 3, 2), compute(3, 6, 2)),
                thread("c", compute(8, 9, 3)));

        assertThat(digest.mostWaiting()).isEqualTo(2);
        assertThat(digest.mostComputing()).isEqualTo(2);
    }

    @Test
    void doesNotTakeAHandOverForComputingAtOnce() {
        List<Lane> lanes = new ArrayList<>();
        for (int lane = 0; lane < 2; lane++) {
            List<Span> spans = new ArrayList<>();
            for (int i = lane; i < 20; i += 2) {
                // Each starts a hundred-thousandth before the last one has ended, by its own clock.
                spans.add(compute(i - 0.0001, i + 1, i));
            }
            lanes.add(new Lane("thread " + lane, "thread", spans));
        }

        assertThat(TimelineDigest.of(new Timeline(20, false, lanes), 1000).mostComputing())
                .isEqualTo(1);
    }

    @Test
    void keepsEvenlySpreadLanesAndTheCountOfAll() {
        Lane[] lanes = IntStream.range(0, 240)
                .mapToObj(i -> thread("thread " + i, wait(0, 1 + i / 240.0, i)))
                .toArray(Lane[]::new);

        TimelineDigest digest = digest(2, lanes);

        assertThat(digest.lanes())
                .extracting(DigestLane::name)
                .isEqualTo(IntStream.range(0, TimelineDigest.MAX_LANES)
                        .mapToObj(i -> "thread " + i * 240 / TimelineDigest.MAX_LANES)
                        .toList());
        assertThat(digest.lanesTotal()).isEqualTo(240);
        assertThat(digest.mostWaiting()).isEqualTo(240);
    }

    @Test
    void thinsOutTasksThatWaitSideBySideButNotWhatTheyCompute() {
        List<Span> spans = new ArrayList<>();
        for (int task = 0; task < 500; task++) {
            spans.add(wait(0, 1 + task / 500.0, task));
            spans.add(compute(1 + task / 500.0, 1 + (task + 1) / 500.0, task));
        }

        TimelineDigest digest = digest(2, new Lane("loop", "loop", spans));

        DigestLane loop = digest.lanes().getFirst();
        assertThat(loop.every()).isEqualTo(11);
        assertThat(loop.waits()).hasSize(46).extracting(DigestSpan::task).startsWith(0, 11, 22);
        assertThat(loop.computes()).hasSize(500);
        assertThat(digest.mostWaiting()).isGreaterThan(490);
        assertThat(digest.mostComputing()).isEqualTo(1);
    }

    @Test
    void joinsSpansThatAreTooShortToBeSeenAndCountsThem() {
        Span[] spans = IntStream.range(0, 100_000)
                .mapToObj(i -> compute(i / 100_000.0, (i + 0.9) / 100_000.0, i))
                .toArray(Span[]::new);

        TimelineDigest digest = digest(1, thread("main", spans));

        List<DigestSpan> computes = digest.lanes().getFirst().computes();
        assertThat(computes).hasSizeLessThanOrEqualTo(1000);
        assertThat(computes.stream().mapToInt(span -> -span.task()).sum()).isEqualTo(100_000);
        assertThat(computes.getFirst().start()).isZero();
        assertThat(computes.getLast().end()).isEqualTo(0.999999);
        assertThat(digest.spansTotal()).isEqualTo(100_000);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void keepsWithinItsBoundsWhateverTheTimeline(long seed) {
        var random = new Random(seed);
        int maxSpans = 200 + random.nextInt(1000);
        List<Lane> lanes = IntStream.range(0, 1 + random.nextInt(60))
                .mapToObj(lane -> {
                    boolean loop = random.nextBoolean();
                    double longest = Math.pow(10, -4 * random.nextDouble());
                    Span[] spans = IntStream.range(0, random.nextInt(5000))
                            .mapToObj(i -> {
                                double start = random.nextDouble() * (1 - longest);
                                double end = start + random.nextDouble() * longest;
                                return random.nextBoolean() ? wait(start, end, i) : compute(start, end, i);
                            })
                            .toArray(Span[]::new);
                    return new Lane("lane " + lane, loop ? "loop" : "thread", List.of(spans));
                })
                .toList();

        TimelineDigest digest = TimelineDigest.of(new Timeline(1, false, lanes), maxSpans);

        assertThat(digest.lanes()).hasSizeLessThanOrEqualTo(TimelineDigest.MAX_LANES);
        assertThat(digest.lanes().stream()
                        .mapToInt(lane -> lane.waits().size() + lane.computes().size())
                        .sum())
                .isLessThanOrEqualTo(maxSpans);
        assertThat(digest.lanes()).allSatisfy(lane -> {
            assertThat(lane.waits()).isSortedAccordingTo((a, b) -> Double.compare(a.start(), b.start()));
            assertThat(lane.computes()).isSortedAccordingTo((a, b) -> Double.compare(a.start(), b.start()));
            assertThat(lane.waits())
                    .allMatch(span -> 0 <= span.start() && span.start() <= span.end() && span.end() <= 1);
        });
    }

    @Test
    void digestsARoundThatTookNoTime() {
        Span[] spans = IntStream.range(0, 5_000).mapToObj(i -> compute(0, 0, i)).toArray(Span[]::new);

        TimelineDigest digest = digest(0, thread("main", spans));

        assertThat(digest.lanes().getFirst().computes()).hasSize(1);
    }

    @Test
    void digestsARoundInWhichNothingHappened() {
        TimelineDigest digest = digest(0);

        assertThat(digest.lanes()).isEmpty();
        assertThat(digest.mostComputing()).isZero();
    }

    private static TimelineDigest digest(double seconds, Lane... lanes) {
        return TimelineDigest.of(new Timeline(seconds, false, List.of(lanes)), 1000);
    }

    private static Lane thread(String name, Span... spans) {
        return new Lane(name, "thread", List.of(spans));
    }

    private static Span wait(double start, double end, int task) {
        return new Span(start, end, Span.WAIT, task);
    }

    private static Span compute(double start, double end, int task) {
        return new Span(start, end, Span.COMPUTE, task);
    }
}
