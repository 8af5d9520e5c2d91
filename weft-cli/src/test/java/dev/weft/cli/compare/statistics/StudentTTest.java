package dev.weft.cli.compare.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StudentTTest {
    @ParameterizedTest
    @CsvSource({
        "0.95, 1, 12.70620",
        "0.95, 2, 4.302653",
        "0.95, 4, 2.776445",
        "0.95, 9, 2.262157",
        "0.95, 30, 2.042272",
        "0.95, 1000, 1.962339",
        "0.99, 5, 4.032143",
        "0.50, 1, 1.000000",
        "0.80, 3, 1.637744",
    })
    void quantilesAgreeWithPublishedTables(double confidence, int degreesOfFreedom, double expected) {
        assertThat(StudentT.twoSided(confidence, degreesOfFreedom)).isCloseTo(expected, within(5e-6 * expected));
    }

    @Test
    void argumentsOutOfRangeAreNamed() {
        assertThatThrownBy(() -> StudentT.twoSided(1, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("found 1.0 and 3");
        assertThatThrownBy(() -> StudentT.twoSided(0.95, 0)).hasMessageContaining("found 0.95 and 0");
    }
}
