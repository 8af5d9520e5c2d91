package dev.weft.cli.map.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.cli.command.Exit;
import dev.weft.cli.map.input.Input;
import dev.weft.cli.map.input.Value;
import dev.weft.cli.map.store.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LotTest {
    private final AtomicBoolean ending = new AtomicBoolean();
    private long now = 1_000;
    private final Lot lot = new Lot(1, attempts(5), ending::get, () -> now);

    static List<Attempt> attempts(int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(i -> new Attempt(new Input(i, List.of(Value.of("x" + i))), 1))
                .toList();
    }

    static Ended ended(Attempt attempt, int slot, Outcome.Result result, byte[] output) {
        return new Ended(
                attempt,
                slot,
                0,
                Instant.EPOCH,
                1,
                result,
                new Exit(result == Outcome.Result.OK ? 0 : 1, 0, -1),
                null,
                new Captured.Bytes(output),
                Captured.nothing(),
                false);
    }

    private void run(Duration time, int bytes) {
        Attempt attempt = Objects.requireNonNull(lot.begin());
        now += time.toNanos();
        lot.end(ended(attempt, 1, Outcome.Result.OK, new byte[bytes]));
    }

    @Test
    void resultsOfShortCallsAreHeldForTenMillisecondsAtMost() {
        run(Duration.ofMillis(1), 1);
        run(Duration.ofMillis(9), 1);
        assertThat(lot.isDue()).isFalse();
        assertThat(lot.isOverdue()).isFalse();

        now += Duration.ofMillis(1).toNanos();
        assertThat(lot.isDue())
                .as("nothing has ended, and the slot is in a call")
                .isFalse();
        assertThat(lot.isOverdue()).isTrue();
        run(Duration.ZERO, 1);
        assertThat(lot.isDue()).isTrue();

        assertThat(lot.takeHeld()).hasSize(3);
        assertThat(lot.takeHeld()).isEmpty();
        assertThat(lot.isDue()).isFalse();
        assertThat(lot.isOverdue()).isFalse();
    }

    @Test
    void muchOutputIsNotHeld() {
        run(Duration.ofNanos(1), 1 << 17);

        assertThat(lot.isDue()).isTrue();
    }

    @Test
    void whatWaitsBehindACallThatTakesLongIsTakenAway() {
        run(Duration.ofMillis(9), 0);
        assertThat(lot.takeWaitingInVain()).isEmpty();
        Attempt slow = Objects.requireNonNull(lot.begin());
        now += Duration.ofMillis(10).toNanos();

        assertThat(lot.takeWaitingInVain().stream()
                        .map(attempt -> attempt.input().index()))
                .containsExactly(3L, 4L, 5L);
        assertThat(lot.takeWaitingInVain()).isEmpty();
        assertThat(lot.begin()).isNull();
        assertThat(slow.input().index()).isEqualTo(2);
    }

    @Test
    void nothingBeginsAnyMoreWhenTheRunEnds() {
        run(Duration.ZERO, 0);
        ending.set(true);

        assertThat(lot.begin()).isNull();
        assertThat(lot.takeWaiting()).hasSize(4);
    }

    @Test
    void aLotThatIsFilledAgainIsMeasuredFromThen() {
        var size = new LotSize();
        run(Duration.ofMillis(1), 0);
        run(Duration.ofMillis(1), 0);
        lot.measure(size);
        assertThat(size.now()).isEqualTo(2);

        lot.add(attempts(3));
        run(Duration.ofMillis(9), 0);
        lot.measure(size);
        assertThat(size.now()).isOne();
        for (int i = 0; i < 5; i++) {
            run(Duration.ZERO, 0);
        }
        assertThat(lot.begin()).isNull();
    }

    @Test
    void whatWasTakenInVainIsNextAgain() {
        Attempt first = Objects.requireNonNull(lot.begin());
        lot.putBack(first);

        assertThat(lot.begin()).isSameAs(first);
    }

    @ParameterizedTest
    @CsvSource({
        // each call takes so many microseconds: after as many lots, one has so many inputs
        "1, 1, 4",
        "1, 3, 64",
        "1, 9, 1024",
        "100, 9, 20",
        "999, 9, 2",
        "1001, 9, 1",
        "50000, 9, 1",
    })
    void aLotGrowsToWhatTakesTwoMilliseconds(long micros, int lots, int inputs) {
        var size = new LotSize();
        assertThat(size.now()).isOne();

        for (int i = 0; i < lots; i++) {
            size.took(size.now(), size.now() * micros * 1_000);
        }

        assertThat(size.now()).isEqualTo(inputs);
    }

    @Test
    void oneSlowCallMakesTheNextLotSmall() {
        var size = new LotSize();
        for (int i = 0; i < 9; i++) {
            size.took(size.now(), 1_000L * size.now());
        }

        size.took(1000, 1_000_000_000);
        assertThat(size.now()).isEqualTo(2);
        size.took(1, 1_000_000_000);
        assertThat(size.now()).isOne();
        size.took(0, 1);
        assertThat(size.now()).as("a lot in which nothing ended says nothing").isOne();
    }
}
