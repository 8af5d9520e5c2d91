package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Weft;
import dev.weft.testing.LoopTest;
import dev.weft.testing.SharedLoop;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Tests that share what was set up before them, on one loop: days pass between them in no time. */
@SharedLoop
class LeasesTest {
    private static Leases leases;

    @BeforeAll
    static void open() {
        leases = new Leases(Duration.ofMinutes(10));
    }

    @LoopTest
    void aNameIsTakenOnce() {
        assertThat(leases.take("harbour", Duration.ofHours(1))).isTrue();
        assertThat(leases.take("harbour", Duration.ofHours(1))).isFalse();
        Weft.sleep(Duration.ofHours(2));
        assertThat(leases.take("harbour", Duration.ofHours(1))).isTrue();
    }

    @LoopTest
    void allAreGoneAfterADay() {
        leases.take("island", Duration.ofHours(23));
        assertThat(leases.taken()).isPositive();
        Weft.sleep(Duration.ofDays(1));
        assertThat(leases.taken()).isZero();
    }

    @AfterAll
    static void close() {
        leases.close();
    }
}
