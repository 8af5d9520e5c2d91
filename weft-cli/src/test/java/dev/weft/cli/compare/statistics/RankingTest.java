package dev.weft.cli.compare.statistics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RankingTest {
    @Test
    void fastestComesFirst() {
        Ranking ranking = Ranking.of(
                Map.of("slow", new double[] {3, 3.1, 3}, "fast", new double[] {1, 1.01, 1}, "middle", new double[] {
                    2, 2.02, 2
                }),
                0.95);

        assertThat(ranking.order()).containsExactly("fast", "middle", "slow");
        assertThat(ranking.ties()).isEmpty();
        assertThat(ranking.leaders()).containsExactly("fast");
    }

    @Test
    void overlappingSeriesShareAPlace() {
        Map<String, double[]> seconds = new LinkedHashMap<>();
        seconds.put("c", new double[] {5, 5.2, 5.1});
        seconds.put("a", new double[] {1.0, 1.3, 1.1});
        seconds.put("b", new double[] {1.2, 1.0, 1.2});
        seconds.put("d", new double[] {5.1, 5.1, 5.1});

        Ranking ranking = Ranking.of(seconds, 0.95);

        assertThat(ranking.order()).containsExactly("a", "b", "c", "d");
        assertThat(ranking.ties()).containsExactly(List.of("a", "b"), List.of("c", "d"));
        assertThat(ranking.leaders()).containsExactly("a", "b");
    }

    @Test
    void whoIsSurelyBeatenDoesNotLeadBecauseTheFastestScatters() {
        Map<String, double[]> seconds = new LinkedHashMap<>();
        seconds.put("scattered", new double[] {0.10, 0.34});
        seconds.put("steady", new double[] {0.239, 0.240});
        seconds.put("plain", new double[] {1.16, 1.17});

        Ranking ranking = Ranking.of(seconds, 0.95);

        assertThat(ranking.ties()).containsExactly(List.of("scattered", "steady", "plain"));
        assertThat(ranking.leaders()).containsExactly("scattered", "steady");
    }

    @Test
    void sureButNegligibleDifferenceIsATie() {
        double[] a = {1, 1, 1, 1, 1};
        double[] b = {1.02, 1.02, 1.0201, 1.02, 1.02};

        assertThat(Estimate.ofRatio(b, a, 0.95).mayBe(1)).isFalse();
        assertThat(Ranking.tied(a, b, 0.95)).isTrue();
    }

    @Test
    void oneRoundTellsOnlyGreatDifferencesApart() {
        assertThat(Ranking.tied(new double[] {1}, new double[] {1.9}, 0.95)).isTrue();
        assertThat(Ranking.tied(new double[] {1.9}, new double[] {1}, 0.95)).isTrue();
        assertThat(Ranking.tied(new double[] {1}, new double[] {50}, 0.95)).isFalse();
    }

    @Test
    void equalModelsAreRarelyToldApartAndDifferentOnesMostly() {
        Random random = new Random(7);
        int wrong = 0;
        int right = 0;
        int experiments = 1000;
        for (int i = 0; i < experiments; i++) {
            double[] a = new double[6];
            double[] same = new double[6];
            double[] slower = new double[6];
            for (int k = 0; k < 6; k++) {
                a[k] = Math.exp(0.08 * random.nextGaussian());
                same[k] = Math.exp(0.08 * random.nextGaussian());
                slower[k] = 1.3 * Math.exp(0.08 * random.nextGaussian());
            }
            wrong += Ranking.tied(a, same, 0.95) ? 0 : 1;
            right += Ranking.tied(a, slower, 0.95) ? 0 : 1;
        }
        assertThat(wrong).isLessThan(70);
        assertThat(right).isGreaterThan(950);
    }
}
