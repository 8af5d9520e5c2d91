package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Cancelled;
import dev.weft.Weft;
import dev.weft.net.netty.Staggered;
import dev.weft.testing.LoopTest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.DisplayName;

class StaggeredTest {
    private static final Duration DELAY = Duration.ofMillis(250);

    private static Callable<String> after(int millis, String result) {
        return () -> {
            Weft.sleep(Duration.ofMillis(millis));
            return result;
        };
    }

    private static Callable<String> failing(int millis) {
        return () -> {
            Weft.sleep(Duration.ofMillis(millis));
            throw new IOException("failed after " + millis);
        };
    }

    private static long millis() {
        return dev.weft.loop.kernel.LoopCore.current().now() / 1_000_000;
    }

    @LoopTest(schedules = 50)
    @DisplayName("P204 the next attempt begins after the delay; the winner cancels the first, whose place says so")
    void aSlowFirst() {
        long begin = millis();
        var race = Staggered.race(List.of(after(3_600_000, "a"), after(10, "b"), after(1, "c")), DELAY, late -> {});
        assertThat(millis() - begin).isEqualTo(260);
        assertThat(race.winner()).isEqualTo("b");
        assertThat(race.index()).isEqualTo(1);
        assertThat(race.failures()).hasSize(2);
        assertThat(race.failures().getFirst()).isInstanceOf(Cancelled.class);
        assertThat(race.failures().get(1)).isNull();
    }

    @LoopTest(schedules = 50)
    @DisplayName("P205 without a winner there is no index, and each failure is listed")
    void allFail() {
        long begin = millis();
        var race = Staggered.race(List.of(failing(10), failing(1_000), failing(20)), DELAY, late -> {});
        assertThat(millis() - begin).isEqualTo(1_010);
        assertThat(race.winner()).isNull();
        assertThat(race.index()).isNegative();
        assertThat(race.failures())
                .extracting(Throwable::getMessage)
                .containsExactly("failed after 10", "failed after 1000", "failed after 20");
    }

    @LoopTest(schedules = 50)
    void aFailureBeginsTheNextAtOnce() {
        long begin = millis();
        var race = Staggered.race(List.of(failing(5), after(5, "b")), DELAY, late -> {});
        assertThat(race.winner()).isEqualTo("b");
        assertThat(millis() - begin).isEqualTo(10);
    }

    @LoopTest(schedules = 200)
    void whatWinsTooLateIsUndone() {
        var open = new ArrayList<String>();
        Callable<String> stubborn = () -> Weft.shield(() -> opened(open, after(260, "a")));
        Callable<String> other = () -> opened(open, after(10, "b"));
        var race = Staggered.race(List.of(stubborn, other), DELAY, open::remove);
        assertThat(open).containsExactly(race.winner());
    }

    private static String opened(List<String> open, Callable<String> attempt) throws Exception {
        String result = attempt.call();
        open.add(result);
        return result;
    }

    @LoopTest(cancelEverywhere = true)
    void aCancelledRaceLeavesNothing() {
        var open = new ArrayList<String>();
        Callable<String> attempt = () -> {
            Weft.sleep(Duration.ofMillis(5));
            open.add("x");
            return "x";
        };
        try {
            var race = Staggered.race(List.of(failing(10), attempt), DELAY, open::remove);
            open.remove(race.winner());
        } finally {
            assertThat(open).isEmpty();
        }
    }
}
