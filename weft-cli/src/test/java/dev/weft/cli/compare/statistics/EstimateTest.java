package dev.weft.cli.compare.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class EstimateTest {
    @Test
    void intervalIsTheOneOfStudentsTForTheLogarithms() {
        // Logarithms 1, 2, 3: mean 2, deviation 1, standard error 1/sqrt 3, t(0.95, 2) = 4.302653.
        Estimate estimate = Estimate.of(new double[] {Math.E, Math.exp(3), Math.exp(2)}, 0.95);

        double reach = 4.302653 / Math.sqrt(3);
        assertThat(estimate.median()).isCloseTo(Math.exp(2), within(1e-9));
        assertThat(Math.log(estimate.low())).isCloseTo(2 - reach, within(1e-6));
        assertThat(Math.log(estimate.high())).isCloseTo(2 + reach, within(1e-6));
    }

    @Test
    void oneMeasurementSaysNothingAboutItsSpread() {
        Estimate estimate = Estimate.of(new double[] {4}, 0.95);

        assertThat(estimate).isEqualTo(new Estimate(4, 4, 4, 1));
        assertThat(estimate.spread()).isInfinite();
        assertThat(estimate.mayBe(1000)).isTrue();
    }

    @Test
    void medianOfAnEvenNumberIsTheMeanOfTheTwoInTheMiddle() {
        assertThat(Estimate.median(new double[] {9, 1, 2, 4})).isEqualTo(3);
    }

    @Test
    void disturbanceOfBothMembersOfAPairCancelsOut() {
        Estimate ratio = Estimate.ofRatio(new double[] {2, 4, 20, 2.2}, new double[] {1, 2, 10, 1.1}, 0.95);

        assertThat(ratio.median()).isCloseTo(2, within(1e-12));
        assertThat(ratio.spread()).isLessThan(1e-9);
    }

    @Test
    void intervalAlwaysIncludesTheMedian() {
        Estimate estimate = Estimate.of(new double[] {1, 1, 1, 1, 1, 1, 1, 1, 1e-3, 1e-3, 1e-3}, 0.5);

        assertThat(estimate.mayBe(estimate.median())).isTrue();
    }

    @Test
    void intervalCoversTheTruthAsOftenAsItPromises() {
        Random random = new Random(42);
        int experiments = 4000;
        int covered = 0;
        for (int i = 0; i < experiments; i++) {
            double[] values = new double[5];
            for (int k = 0; k < values.length; k++) {
                values[k] = 3 * Math.exp(0.2 * random.nextGaussian());
            }
            if (Estimate.of(values, 0.95).mayBe(3)) {
                covered++;
            }
        }
        // Four standard deviations of the count are 1.4 %.
        assertThat((double) covered / experiments).isBetween(0.936, 0.968);
    }

    @Test
    void whatCannotBeMeasuredIsRefused() {
        assertThatThrownBy(() -> Estimate.of(new double[0], 0.95)).hasMessageContaining("at least one");
        assertThatThrownBy(() -> Estimate.of(new double[] {1, 0}, 0.95)).hasMessageContaining("[1.0, 0.0]");
        assertThatThrownBy(() -> Estimate.ofRatio(new double[1], new double[2], 0.95))
                .hasMessageContaining("1 numerators and 2");
    }
}
