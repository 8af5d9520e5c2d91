package dev.weft.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TablesTest {
    private static final Contestant WEFT = Contestant.onJvm("weft", "Weft", List.of());
    private static final Contestant PEER = Contestant.constant("peer", "Peer", List.of());

    @Test
    void aMissedGoalIsMarkedAsOne() {
        assertThat(tables(30, 10, 1.5)).contains("| Row | Peer | ≤ 1.50 | 3.00 (3.00 – 3.00) | **missed** |");
    }

    @Test
    void aReachedGoalIsNot() {
        assertThat(tables(10, 10, 1.5)).contains("| Row | Peer | ≤ 1.50 | 1.00 (1.00 – 1.00) | reached |");
    }

    @Test
    void aFailedProgramIsNamedWithItsReason() {
        var failed = new Measurement(1, "peer", Double.NaN, null, "did not end within 60 s");

        assertThat(tables(List.of(measured("weft", 10), failed), 1.5))
                .contains("| Peer | no result | — |")
                .contains("Failed in round 1: peer: did not end within 60 s");
    }

    @Test
    void numbersHaveThreeDigitsThatCount() {
        assertThat(List.of(12_345.6, 123.4, 12.34, 1.234, 0.1234))
                .extracting(Tables::number)
                .containsExactly("12,346", "123", "12.3", "1.23", "0.123");
    }

    private static String tables(double weft, double peer, double goal) {
        return tables(List.of(measured("weft", weft), measured("peer", peer)), goal);
    }

    private static String tables(List<Measurement> measurements, double goal) {
        var row = new Row(
                "row",
                "Row",
                "What it is.",
                Figure.MICROS,
                new Work(1, 1, 1),
                List.of(WEFT, PEER),
                List.of(new Goal("peer", goal)));
        return Tables.of(new Results(
                new Machine(2, 24, "a processor", "Linux 6", "25"),
                List.of(),
                List.of(),
                false,
                1,
                1,
                1,
                null,
                List.of(new RowResult(row, measurements)),
                List.of()));
    }

    private static Measurement measured(String contestant, double figure) {
        return new Measurement(1, contestant, figure, new Output(Map.of("runtime", "some")), null);
    }
}
