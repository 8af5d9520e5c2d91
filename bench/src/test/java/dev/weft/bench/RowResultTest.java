package dev.weft.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RowResultTest {
    private static final Contestant WEFT = Contestant.onJvm("weft", "Weft", List.of());
    private static final Contestant PEER = Contestant.constant("peer", "Peer", List.of());
    private static final Row ROW = new Row(
            "row",
            "Row",
            "",
            Figure.PROCESSOR_NANOS,
            new Work(10, 3, 1000),
            List.of(WEFT, PEER),
            List.of(new Goal("peer", 0.5)));

    @Test
    void ratiosAreFormedWithinARoundAndNotOfTheMedians() {
        var result = new RowResult(
                ROW,
                List.of(
                        measured(1, WEFT, 10),
                        measured(1, PEER, 100),
                        measured(2, WEFT, 40),
                        measured(2, PEER, 80),
                        measured(3, WEFT, 20),
                        measured(3, PEER, 20)));

        assertThat(result.ratio(PEER)).contains(new Spread(0.5, 0.1, 1.0));
        assertThat(result.figure(PEER)).contains(new Spread(80, 20, 100));
    }

    @Test
    void aRoundInWhichOneOfThemFailedHasNoRatio() {
        var failed = new Measurement(1, "weft", Double.NaN, null, "exit status 1: out of luck");
        var result = new RowResult(
                ROW, List.of(failed, measured(1, PEER, 100), measured(2, WEFT, 30), measured(2, PEER, 10)));

        assertThat(result.ratio(PEER)).contains(new Spread(3, 3, 3));
        assertThat(result.failures()).containsExactly(failed);
    }

    @Test
    void withoutAnyResultThereIsNoFigure() {
        assertThat(new RowResult(ROW, List.of()).figure(WEFT)).isEmpty();
    }

    @Test
    void theFigureOfAProcessIsTheMedianOfItsIterationsPerOperation() {
        Output output = Output.parse("runtime X 1\noperations 10\nwall 9000 9000 9000\ncpu 100 5000 120\n");

        assertThat(Figure.PROCESSOR_NANOS.of(output, ROW.work())).isEqualTo(12);
    }

    @Test
    void onlyProgramsThatAreCompiledWhileTheyRunGetTheLongWarmUp() {
        assertThat(ROW.arguments(WEFT)).containsExactly("row", "10", "1000", "3", "0");
        assertThat(ROW.arguments(PEER)).containsExactly("row", "10", "300", "3", "0");
    }

    private static Measurement measured(int round, Contestant contestant, double figure) {
        return new Measurement(round, contestant.id(), figure, new Output(Map.of()), null);
    }
}
