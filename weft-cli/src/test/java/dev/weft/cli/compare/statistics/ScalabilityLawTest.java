package dev.weft.cli.compare.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.cli.compare.statistics.ScalabilityLaw.Point;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScalabilityLawTest {
    private static final double[] LOADS = {1, 2, 4, 8, 16, 32, 64};

    private static List<Point> points(ScalabilityLaw law) {
        return DoubleStream.of(LOADS).mapToObj(n -> new Point(n, law.at(n))).toList();
    }

    @ParameterizedTest
    @CsvSource({"1000, 0, 0", "995.6, 0.02671, 0.000769", "3, 0.5, 0", "40, 0, 0.01", "7, 1, 0", "7, 1, 0.1"})
    void theUniversalLawIsFoundAgainInItsOwnPoints(double rate, double sigma, double kappa) {
        ScalabilityLaw found = ScalabilityLaw.universal(points(new ScalabilityLaw(rate, sigma, kappa, 0)));

        assertThat(found.rate()).isCloseTo(rate, within(rate * 1e-6));
        assertThat(found.sigma()).isCloseTo(sigma, within(1e-6));
        assertThat(found.kappa()).isCloseTo(kappa, within(1e-6));
        assertThat(found.error()).isLessThan(1e-6);
    }

    @Test
    void amdahlsLawIsFoundAgainAndHasNoBestNumber() {
        ScalabilityLaw found = ScalabilityLaw.amdahl(points(new ScalabilityLaw(10, 0.05, 0, 0)));

        assertThat(found.sigma()).isCloseTo(0.05, within(1e-9));
        assertThat(found.kappa()).isZero();
        assertThat(found.best()).isInfinite();
        assertThat(found.at(1e9)).as("one over sigma times as fast, at most").isCloseTo(200, within(0.01));
    }

    @Test
    void throughputThatFallsAgainHasABestNumber() {
        ScalabilityLaw law = new ScalabilityLaw(100, 0.1, 0.001, 0);

        assertThat(law.best()).isCloseTo(30, within(1e-9));
        assertThat(law.at(law.best())).isGreaterThan(law.at(29)).isGreaterThan(law.at(31));
    }

    @Test
    void noiseMovesTheAnswerLittleAndTheErrorSaysHowMuchThereWas() {
        Random random = new Random(7);
        ScalabilityLaw truth = new ScalabilityLaw(50, 0.03, 0.0004, 0);
        List<Point> noisy = IntStream.rangeClosed(1, 60)
                .mapToObj(n -> new Point(n, truth.at(n) * Math.exp(0.03 * random.nextGaussian())))
                .toList();

        ScalabilityLaw found = ScalabilityLaw.universal(noisy);

        assertThat(found.rate()).isCloseTo(50, within(2.5));
        assertThat(found.sigma()).isCloseTo(0.03, within(0.01));
        assertThat(found.best()).isCloseTo(truth.best(), within(8.0));
        assertThat(found.error()).isBetween(0.015, 0.06);
    }

    @Test
    void whatNoLawAllowsIsFittedAtTheLimits() {
        // Twice the number gives three times as much, and then less with each: neither may become a negative share.
        List<Point> above = Arrays.stream(LOADS)
                .mapToObj(n -> new Point(n, Math.pow(n, 1.5)))
                .toList();
        List<Point> below =
                Arrays.stream(LOADS).mapToObj(n -> new Point(n, 10 / n)).toList();

        assertThat(ScalabilityLaw.universal(above))
                .matches(law -> law.sigma() == 0 && law.kappa() == 0 && law.rate() > 1);
        assertThat(ScalabilityLaw.amdahl(below).sigma()).isEqualTo(1);
        assertThat(ScalabilityLaw.universal(below).sigma()).isBetween(0.0, 1.0);
        assertThat(ScalabilityLaw.universal(below).error())
                .isLessThan(ScalabilityLaw.amdahl(below).error());
    }

    @Test
    void oneLoadMeasuredOftenIsARate() {
        List<Point> same =
                IntStream.range(0, 10).mapToObj(_ -> new Point(8, 400)).toList();

        assertThat(ScalabilityLaw.universal(same).at(8)).isCloseTo(400, within(1e-6));
    }

    @Test
    void tooFewLoadsAndLoadsOfNothingAreRefused() {
        List<Point> five =
                IntStream.rangeClosed(1, 5).mapToObj(n -> new Point(n, n)).toList();
        List<Point> nothing =
                IntStream.rangeClosed(0, 9).mapToObj(n -> new Point(n, n)).toList();

        assertThatThrownBy(() -> ScalabilityLaw.amdahl(five))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least 6 loads, found 5");
        assertThatThrownBy(() -> ScalabilityLaw.universal(nothing)).isInstanceOf(IllegalArgumentException.class);
    }
}
