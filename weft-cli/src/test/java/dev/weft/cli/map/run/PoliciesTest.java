package dev.weft.cli.map.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.cli.CliException;
import dev.weft.cli.map.store.Outcome.Result;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PoliciesTest {
    @ParameterizedTest
    @CsvSource({
        "'now,fail=2', 9, 1, false",
        "'now,fail=2', 9, 2, true",
        "'soon,success=1', 1, 0, true",
        "'soon,done=10', 4, 5, false",
        "'soon,done=10', 5, 5, true",
        "'soon,fail=50%', 1, 1, false",
        "'soon,fail=50%', 2, 1, false",
        "'soon,fail=50%', 2, 2, true",
    })
    void aRunIsHalted(String policy, long ok, long failed, boolean halts) {
        assertThat(Halt.of(policy).applies(ok, failed)).isEqualTo(halts);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "now", "now,fail", "later,fail=1", "now,fail=0", "now,fail=101%", "now,fail=-1"})
    void aPolicyThatIsNoneIsRefused(String policy) {
        assertThatThrownBy(() -> Halt.of(policy))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("now,fail=1");
    }

    @Test
    void onlyChosenFailuresAreTriedAgainAndOnlySoOften() {
        var retry = new Retry(2, Retry.on("7,timeout"), Duration.ofSeconds(1));

        assertThat(retry.applies(Result.FAILED, 7, 2)).isTrue();
        assertThat(retry.applies(Result.FAILED, 7, 3)).isFalse();
        assertThat(retry.applies(Result.FAILED, 8, 1)).isFalse();
        assertThat(retry.applies(Result.TIMEOUT, 0, 1)).isTrue();
        assertThat(retry.applies(Result.SIGNALLED, 0, 1)).isFalse();
        assertThat(new Retry(1, Set.of(), Duration.ZERO).applies(Result.SIGNALLED, 0, 1))
                .isTrue();
        assertThatThrownBy(() -> Retry.on("7,never"))
                .isInstanceOf(CliException.class)
                .hasMessageContaining("'never'");
    }

    @Test
    void waitsGrowToAMinuteAndDiffer() {
        var retry = new Retry(20, Set.of(), Duration.ofSeconds(1));
        var random = new Random(3);

        for (int attempt = 1; attempt <= 20; attempt++) {
            assertThat(retry.delayNanos(attempt, random))
                    .isBetween(0L, Math.min(60, 1L << (attempt - 1)) * 1_000_000_000L);
        }
        assertThat(retry.delayNanos(5, random)).isNotEqualTo(retry.delayNanos(5, random));
    }

    @Test
    void aLimitFollowsTheMedianOnceItIsKnown() {
        TimeLimit limit = TimeLimit.ofMedian(3);

        limit.took(10);
        limit.took(1000);
        assertThat(limit.nanos()).isZero();
        limit.took(20);
        assertThat(limit.nanos()).isEqualTo(60);
        limit.took(5);
        limit.took(6);
        assertThat(limit.nanos()).isEqualTo(30);
        assertThat(TimeLimit.none().isSet()).isFalse();
        assertThat(TimeLimit.of(Duration.ofNanos(9)).nanos()).isEqualTo(9);
    }
}
