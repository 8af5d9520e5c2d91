package dev.weft.cli.compare.engine;

import static dev.weft.cli.compare.engine.FakeModels.MILLI;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.cli.compare.engine.FakeModels.Behaviour;
import dev.weft.cli.compare.model.Execution;
import dev.weft.cli.compare.model.Pass;
import dev.weft.cli.compare.report.Law;
import dev.weft.cli.compare.report.Scaling;
import dev.weft.cli.compare.report.Scaling.Point;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScalingRoundsTest {
    private static final int TASKS = 80;

    private final FakeModels fakes = new FakeModels();
    private final SortedMap<Integer, Execution> executions = new TreeMap<>();

    private void add(int threads, IntFunction<Behaviour> behaviour) {
        executions.put(threads, fakes.execution("t" + threads, behaviour));
    }

    private ScalingRounds rounds(long deadlineMillis) {
        return new ScalingRounds(
                FakeModels.workload(TASKS).tasks(),
                executions,
                new Plan(deadlineMillis * MILLI, 0, 3, 9, 0.05, 0.95),
                new Random(1),
                () -> fakes.now,
                () -> {},
                (threads, secondsLeft) -> fakes.log.add("pass " + threads));
    }

    private static Scaling curve(List<SortedMap<Integer, Double>> rounds, double cpuShare) {
        Scaling curve = Curve.of(rounds, TASKS, "page", 2, cpuShare, 0.95);
        assertThat(curve).isNotNull();
        return curve;
    }

    /** What a law of scalability says of eight numbers of threads. */
    private static SortedMap<Integer, Double> law(double sigma, double kappa) {
        SortedMap<Integer, Double> seconds = new TreeMap<>();
        for (int n : List.of(1, 2, 3, 4, 6, 8, 12, 16)) {
            seconds.put(n, 8 * (1 + sigma * (n - 1) + kappa * n * (n - 1)) / n);
        }
        return seconds;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2  | 2  | 640 | 1 2 3 4 6 8",
                "2  | 64 | 160 | 1 2 3 4 6 8 12 16 24 32 48 64",
                "20 | 20 | 160 | 1 2 3 4 6 8 12 16 20 24 32",
                "1  | 1  | 100 | 1 2 3 4 6 8",
                "2  | 2  | 4   | 1 2 3 4",
                "4  | 5  | 100 | 1 2 3 4 5 6 8",
                "2  | 2  | 1   | 1",
            })
    void numbersReachBeyondTheProcessorsAndAreEnoughForALaw(int cores, int threads, int tasks, String expected) {
        assertThat(ScalingRounds.numbers(cores, threads, tasks).stream().map(String::valueOf))
                .containsExactly(expected.split(" "));
    }

    @Test
    void everyNumberRunsAllTasksOnceInEachRoundAfterAShortLook() throws Exception {
        for (int threads : List.of(1, 2, 4)) {
            add(threads, _ -> Behaviour.takes(400.0 / threads));
        }
        ScalingRounds rounds = rounds(1_000_000);

        rounds.run();

        assertThat(rounds.rounds()).hasSize(3);
        assertThat(rounds.rounds().getFirst()).containsOnlyKeys(1, 2, 4);
        assertThat(rounds.rounds().getFirst().get(4)).isCloseTo(0.1, within(1e-9));
        assertThat(fakes.log.subList(0, 6)).containsExactly("pass 1", "t1:10", "pass 2", "t2:10", "pass 4", "t4:10");
        for (int round = 0; round < 3; round++) {
            assertThat(fakes.log.subList(6 + 6 * round, 12 + 6 * round))
                    .containsExactlyInAnyOrder("pass 1", "t1:80", "pass 2", "t2:80", "pass 4", "t4:80");
        }
    }

    @Test
    void roundsGoOnUntilTimesAreKnownWellOrTheTimeIsUsedUp() throws Exception {
        add(1, pass -> Behaviour.takes(pass % 2 == 0 ? 100 : 300));
        ScalingRounds unsteady = rounds(1_000_000);
        unsteady.run();
        assertThat(unsteady.rounds()).hasSize(9);

        fakes.now = 0;
        ScalingRounds late = rounds(1);
        late.run();
        assertThat(late.rounds()).as("a late answer is better than none").hasSize(1);
    }

    @Test
    void aRoundInWhichTasksWereLostIsForgotten() throws Exception {
        add(1, pass -> pass < 3 ? Behaviour.takes(100) : new Behaviour(1, 42, List.of(new Pass.Loss("task 0", "x"))));
        add(2, _ -> Behaviour.takes(50));
        ScalingRounds rounds = rounds(1_000_000);

        rounds.run();

        assertThat(rounds.rounds())
                .hasSize(2)
                .allSatisfy(round -> assertThat(round.get(1)).isEqualTo(0.1));
    }

    @Test
    void whatWasStoppedKeepsItsWholeRounds() throws Exception {
        ScalingRounds[] rounds = new ScalingRounds[1];
        add(1, _ -> Behaviour.takes(100));
        add(2, pass -> {
            if (pass == 2) {
                rounds[0].stop();
            }
            return Behaviour.takes(50);
        });
        add(3, _ -> Behaviour.takes(40));
        rounds[0] = rounds(1_000_000);

        rounds[0].run();

        assertThat(rounds[0].rounds())
                .hasSizeBetween(1, 2)
                .allSatisfy(round -> assertThat(round).hasSize(3));
    }

    @Test
    void theCurveHasThroughputSpeedupAndBothLaws() {
        Scaling curve = curve(List.of(law(0.05, 0.01), law(0.05, 0.01)), 0.4);

        assertThat(curve.rounds()).isEqualTo(2);
        assertThat(curve.points()).extracting(Point::threads).containsExactly(1, 2, 3, 4, 6, 8, 12, 16);
        assertThat(curve.points().getFirst().perSecond().median()).isCloseTo(10, within(1e-9));
        assertThat(curve.points().get(1).speedup().median()).isCloseTo(2 / 1.07, within(1e-9));
        Law usl = curve.usl();
        assertThat(usl).isNotNull();
        assertThat(usl.perSecond()).isCloseTo(10, within(1e-6));
        assertThat(usl.sigma()).isCloseTo(0.05, within(1e-6));
        assertThat(usl.kappa()).isCloseTo(0.01, within(1e-6));
        assertThat(usl.best()).isCloseTo(Math.sqrt(95), within(1e-4));
        assertThat(usl.at(16)).isCloseTo(curve.points().getLast().perSecond().median(), within(1e-6));
        assertThat(curve.text())
                .startsWith("8 threads did most: ")
                .contains(" pages a second, ", "Most throughput is to be had with 10 at once.")
                .doesNotContain("processors");
    }

    @Test
    void theEndOfTheProcessorsIsNotTakenForWorkThatOnlyOneCanDo() {
        SortedMap<Integer, Double> two = new TreeMap<>();
        IntStream.of(1, 2, 3, 4, 6, 8).forEach(n -> two.put(n, 8.0 / Math.min(n, 2)));

        assertThat(curve(List.of(two), 0.97).text())
                .endsWith("The threads kept the 2 processors busy, which the laws take for work that only one can do.");
    }

    @Test
    void withFewNumbersThereIsNoLaw() {
        SortedMap<Integer, Double> few = new TreeMap<>(law(0, 0).headMap(4));

        Scaling curve = curve(List.of(few), 0);

        assertThat(curve.points()).hasSize(3);
        assertThat(curve.amdahl()).isNull();
        assertThat(curve.usl()).isNull();
        assertThat(curve.text()).isEqualTo("3 threads did most: 30 pages a second, 3.00 times as many as one.");
        assertThat(Curve.of(List.of(), TASKS, "page", 2, 0, 0.95)).isNull();
    }
}
