package dev.weft.cli.compare.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.cli.compare.statistics.ScalabilityLaw;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LawTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0    | 0     | 0.01 | More at once is always more.",
                "0.5  | 0     | 0.01 | More at once is more, but never above 200 a second.",
                "1    | 0     | 0.01 | More at once is no more.",
                "0.04 | 0.015 | 0.01 | Most throughput is to be had with 8 at once.",
                "0.5  | 0     | 0.29 | (it misses them by 29 %): measure for longer, or on a quieter machine.",
            })
    void theSentencesEndWithWhatMoreAtOnceBrings(double sigma, double kappa, double error, String end) {
        Law law = Law.of(new ScalabilityLaw(100, sigma, kappa, error));

        assertThat(law.inWords()).endsWith(end);
    }
}
