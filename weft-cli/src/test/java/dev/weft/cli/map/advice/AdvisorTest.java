package dev.weft.cli.map.advice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.cli.map.advice.Advice.Because;
import dev.weft.cli.map.advice.Measured.Kind;
import dev.weft.cli.map.run.Model;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdvisorTest {
    private static final double MILLI = 1e-3;

    /** Functions of which each computes and waits for so many milliseconds. */
    private static Measured functions(double cpu, double waited) {
        return measured(Kind.FUNCTIONS, cpu, waited, 0, 0, 0, (cpu + waited) * MILLI);
    }

    private static Measured measured(
            Kind kind, double cpu, double waited, double lock, double queue, double collection, double longest) {
        return new Measured(
                kind,
                4,
                4,
                100,
                cpu * MILLI,
                waited * MILLI,
                lock * MILLI,
                lock > 0 ? "Ledger" : null,
                queue * MILLI,
                collection * MILLI,
                (cpu + waited + lock + queue + collection) * MILLI,
                longest,
                0);
    }

    @ParameterizedTest
    @CsvSource({
        "10,   0,   THREADS,    4,   CPU",
        "10,   0.5, THREADS,    4,   CPU",
        "10,   1.5, THREADS,    4,   TOO_CLOSE",
        "10,   4,   THREADS,    4,   CPU",
        "10,   6,   VIRTUAL,    256, BOTH",
        "10,   200, VIRTUAL,    256, WAITS",
        "0,    50,  VIRTUAL,    256, WAITS",
        "0.001, 0,  SEQUENTIAL, 1,   OVERHEAD",
        "0.009, 0,  THREADS,    4,   OVERHEAD",
    })
    void functionsAreChosenForByWhatTheyWait(double cpu, double waited, Model model, int jobs, Because because) {
        Advice advice = Advisor.advise(functions(cpu, waited), 10_000);

        assertThat(advice.because()).as(advice.sentence()).isEqualTo(because);
        assertThat(advice.model()).as(advice.sentence()).isEqualTo(model);
        assertThat(advice.jobs()).isEqualTo(jobs);
        assertThat(advice.predictions()).contains(advice.prediction());
    }

    @Test
    void whatStandsInLineForAProcessorDoesNotWait() {
        Measured busy = measured(Kind.FUNCTIONS, 10, 0, 0, 90, 0, 0.1);

        assertThat(Advisor.advise(busy, 1_000).because()).isEqualTo(Because.CPU);
    }

    @Test
    void behindALockNothingIsGainedAndTheLockIsNamed() {
        // All of its time under the lock, four at once: three quarters of the time are lost.
        Measured serial = measured(Kind.FUNCTIONS, 1, 0, 3, 0, 0, 0.01);

        assertThat(serial.serial()).isCloseTo(1, within(0.01));
        Advice advice = Advisor.advise(serial, 10_000);
        assertThat(advice.because()).isEqualTo(Because.LOCK);
        assertThat(advice.model()).isEqualTo(Model.SEQUENTIAL);
        assertThat(advice.why()).contains("75 %").contains("Ledger").contains("processes, which have one each");
    }

    @ParameterizedTest
    @CsvSource({"0.1, 4", "0.3, 4", "0.5, 2", "0.9, 8"})
    void theSerialShareIsFoundFromWhatIsLost(double share, int atOnce) {
        double lost = Measured.lost(share, atOnce);
        var measured = new Measured(
                Kind.FUNCTIONS, 4, atOnce, 10, MILLI, 0, MILLI * lost / (1 - lost), null, 0, 0, MILLI, MILLI, 0);

        assertThat(measured.serial()).isCloseTo(share, within(0.001));
    }

    @Test
    void theCollectorAndTheLongestInputAreReasonsToo() {
        assertThat(Advisor.advise(measured(Kind.FUNCTIONS, 5, 0, 0, 0, 5, 0.01), 1_000)
                        .because())
                .isEqualTo(Because.COLLECTION);

        Advice tail = Advisor.advise(measured(Kind.FUNCTIONS, 5, 0, 0, 0, 0, 2), 100);
        assertThat(tail.because()).isEqualTo(Because.TAIL);
        assertThat(tail.why()).contains("2.00 s").contains("400 times the median");
    }

    @Test
    void tooFewInputsSayNothing() {
        var one = new Measured(Kind.FUNCTIONS, 4, 1, 1, 0, 1, 0, null, 0, 0, 1, 1, 0);

        assertThat(Advisor.advise(one, 10).because()).isEqualTo(Because.UNKNOWN);
        assertThat(Advisor.advise(one, 10).model()).isEqualTo(Model.THREADS);
    }

    @ParameterizedTest
    @CsvSource({
        "100, 0,    4,  CPU",
        "100, 30,   4,  CPU",
        "100, 100,  8,  BOTH",
        "10,  90,   40, WAITS",
        "1,   1000, 64, WAITS",
    })
    void commandsGetAsManyAsKeepTheProcessorsBusy(double cpu, double waited, int jobs, Because because) {
        var measured = measured(Kind.COMMANDS, cpu, waited, Double.NaN, 0, 0, 0.2);

        Advice advice = Advisor.advise(measured, 1_000);

        assertThat(advice.model()).isEqualTo(Model.THREADS);
        assertThat(advice.jobs()).isEqualTo(jobs);
        assertThat(advice.because()).isEqualTo(because);
    }

    @Test
    void commandsWithSeveralThreadsEachAreFewer() {
        var measured = new Measured(Kind.COMMANDS, 4, 4, 10, 0.2, 0, Double.NaN, null, 0, 0, 0.1, 0.1, -1);

        // Its time is told by what it does not compute, so that two processors at once look like a longer time of one.
        assertThat(Advisor.advise(measured, 100).jobs()).isLessThanOrEqualTo(4);
    }

    @Test
    void predictionsAreTheLargestOfWhatBoundsThem() {
        Measured both = functions(10, 90);

        assertThat(seconds(both, 400, Model.SEQUENTIAL, 1)).isCloseTo(40, within(0.1));
        assertThat(seconds(both, 400, Model.THREADS, 4)).as("threads wait").isCloseTo(10, within(0.1));
        assertThat(seconds(both, 400, Model.VIRTUAL, 256)).as("processors").isCloseTo(1, within(0.1));
        assertThat(seconds(both, 400, Model.LOOP, 256)).as("one processor").isCloseTo(4, within(0.1));
        assertThat(seconds(both, 4, Model.VIRTUAL, 256))
                .as("no faster than one")
                .isCloseTo(0.1, within(0.01));
        assertThat(seconds(both, 0, Model.PROCESSES, 4)).isZero();
        assertThat(List.of(Model.PROCESSES, Model.HYBRID))
                .allSatisfy(model -> assertThat(seconds(both, 4, model, 4)).isGreaterThan(0.3));
    }

    private static double seconds(Measured measured, long inputs, Model model, int jobs) {
        return CostModel.of(measured, inputs, model, jobs).seconds();
    }
}
