package dev.weft.cli.compare.engine;

import static dev.weft.cli.compare.engine.FakeModels.FIRST_ROUND;
import static dev.weft.cli.compare.engine.FakeModels.MILLI;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.weft.cli.compare.engine.FakeModels.Behaviour;
import dev.weft.cli.compare.model.Model;
import dev.weft.cli.compare.model.Pass;
import dev.weft.cli.compare.report.Failure;
import dev.weft.cli.compare.report.Round;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MeasurementTest {
    private final FakeModels fakes = new FakeModels();

    private static Plan plan(long deadlineMillis) {
        return new Plan(deadlineMillis * MILLI, 0, 3, 50, 0.05, 0.95);
    }

    private List<Round> rounds(Measurement measurement, Model model) {
        return measurement.samples().snapshot().get(model).rounds();
    }

    @Test
    void steadyModelsNeedNoMoreThanTheLeastNumberOfRounds() throws Exception {
        fakes.add(Model.SEQUENTIAL, _ -> Behaviour.takes(100));
        fakes.add(Model.THREADS, _ -> Behaviour.takes(50));
        Measurement measurement = fakes.measurement(8, plan(1_000_000), 1);

        measurement.run();

        assertThat(rounds(measurement, Model.SEQUENTIAL))
                .hasSize(3)
                .extracting(Round::round)
                .containsExactly(1, 2, 3);
        assertThat(rounds(measurement, Model.THREADS)).hasSize(3);
    }

    @Test
    void unsteadyModelsGetRoundsUntilTheRatioIsKnown() throws Exception {
        Random noise = new Random(5);
        fakes.add(Model.SEQUENTIAL, _ -> Behaviour.takes(100));
        fakes.add(Model.THREADS, _ -> Behaviour.takes(50 * Math.exp(0.08 * noise.nextGaussian())));
        Measurement measurement = fakes.measurement(8, plan(1_000_000), 1);

        measurement.run();

        Samples.Series threads = measurement.samples().snapshot().get(Model.THREADS);
        assertThat(threads.rounds().size()).isBetween(4, 49);
        assertThat(Pairs.ratio(measurement.samples().snapshot().get(Model.SEQUENTIAL), threads, 0.95)
                        .spread())
                .isLessThanOrEqualTo(0.05);
    }

    @Test
    void roundThatWouldEndAfterTheDeadlineIsNotBegun() throws Exception {
        Random noise = new Random(5);
        fakes.add(Model.SEQUENTIAL, _ -> Behaviour.takes(100));
        fakes.add(Model.THREADS, _ -> Behaviour.takes(50 * Math.exp(noise.nextGaussian())));
        Measurement measurement = fakes.measurement(8, plan(1_000), 1);

        measurement.run();

        assertThat(fakes.now).isLessThan(1_200 * MILLI);
        assertThat(rounds(measurement, Model.SEQUENTIAL).size()).isBetween(2, 7);
    }

    @Test
    void oneRoundIsRunHoweverLateItIs() throws Exception {
        fakes.add(Model.SEQUENTIAL, _ -> Behaviour.takes(100));
        Measurement measurement = fakes.measurement(8, plan(0), 1);

        measurement.run();

        assertThat(rounds(measurement, Model.SEQUENTIAL)).hasSize(1);
    }

    @Test
    void warmUpLooksAtAFewTasksFirstAndIsNoResult() throws Exception {
        fakes.add(Model.SEQUENTIAL, pass -> Behaviour.takes(pass < 2 ? 900 : 10));
        Measurement measurement =
                fakes.measurement(16, new Plan(1_000_000 * MILLI, 8_200 * MILLI, 3, 50, 0.05, 0.95), 1);

        measurement.run();

        // 900 ms for an eighth of the tasks make 7.2 s expected: one more pass fits the warm-up, and all that follow
        // it.
        assertThat(fakes.log).startsWith("pass 0 sequential", "sequential:2", "pass 0 sequential", "sequential:16");
        assertThat(rounds(measurement, Model.SEQUENTIAL))
                .extracting(Round::seconds)
                .containsOnly(0.01);
    }

    @Test
    void modelThatCostsLittleGetsOneFullPassBeforeTheRoundsHoweverShortTheWarmUp() throws Exception {
        fakes.add(Model.SEQUENTIAL, _ -> Behaviour.takes(10));
        Measurement measurement = fakes.measurement(16, plan(1_000_000), 1);

        measurement.run();

        assertThat(fakes.log)
                .startsWith(
                        "pass 0 sequential",
                        "sequential:2",
                        "pass 0 sequential",
                        "sequential:16",
                        "pass 1 sequential",
                        "sequential:16");
    }

    @Test
    void modelThatCostsMuchOfTheTimeIsLookedAtOnceAndThenMeasured() throws Exception {
        fakes.add(Model.SEQUENTIAL, _ -> Behaviour.takes(100));
        Measurement measurement = fakes.measurement(16, plan(2_000), 1);

        measurement.run();

        assertThat(fakes.log).startsWith("pass 0 sequential", "sequential:2", "pass 1 sequential", "sequential:16");
    }

    @Test
    void everyRoundRunsAllModelsInAnOrderThatFollowsFromTheSeed() throws Exception {
        for (Model model : Model.values()) {
            fakes.add(model, _ -> Behaviour.takes(10));
        }
        FakeModels again = new FakeModels();
        FakeModels other = new FakeModels();
        again.executions.putAll(fakes.executions);
        other.executions.putAll(fakes.executions);

        fakes.measurement(8, plan(1_000_000), 7).run();
        again.measurement(8, plan(1_000_000), 7).run();
        other.measurement(8, plan(1_000_000), 8).run();

        assertThat(rounds(fakes)).isEqualTo(rounds(again)).isNotEqualTo(rounds(other));
        assertThat(rounds(fakes).subList(0, 7)).doesNotHaveDuplicates().allMatch(line -> line.startsWith("pass 1 "));
        assertThat(rounds(fakes).subList(0, 7).stream()
                        .map(line -> line.substring(7))
                        .toList())
                .isNotEqualTo(rounds(fakes).subList(7, 14).stream()
                        .map(line -> line.substring(7))
                        .toList());
    }

    private static List<String> rounds(FakeModels fakes) {
        return fakes.log.stream().filter(line -> line.matches("pass [1-9].*")).toList();
    }

    @Test
    void passWithALostTaskIsAFailureAndIsRepeated() throws Exception {
        fakes.add(
                Model.PROCESSES,
                pass -> pass == FIRST_ROUND + 1
                        ? new Behaviour(5_000, 42, List.of(new Pass.Loss("task 0", "worker 4711 was killed")))
                        : Behaviour.takes(50));
        Measurement measurement = fakes.measurement(8, plan(1_000_000), 1);

        measurement.run();

        assertThat(rounds(measurement, Model.PROCESSES))
                .hasSize(3)
                .extracting(Round::seconds)
                .containsOnly(0.05);
        assertThat(measurement.samples().failures())
                .containsExactly(new Failure("processes", 2, "task 0", "worker 4711 was killed", 1));
    }

    @Test
    void modelThatKeepsLosingTasksIsLeftOutAndTheOthersGoOn() throws Exception {
        fakes.add(Model.SEQUENTIAL, _ -> Behaviour.takes(50));
        fakes.add(
                Model.PROCESSES,
                _ -> new Behaviour(5, 42, List.of(new Pass.Loss("task 0", "no worker can be started"))));
        Measurement measurement = fakes.measurement(8, plan(1_000_000), 1);

        measurement.run();

        assertThat(measurement.samples().snapshot()).containsOnlyKeys(Model.SEQUENTIAL);
        assertThat(rounds(measurement, Model.SEQUENTIAL)).hasSize(3);
        assertThat(measurement.samples().failures())
                .extracting(Failure::task, Failure::count)
                .contains(tuple("task 0", FIRST_ROUND + 3), tuple("all tasks", 1));
    }

    @Test
    void modelThatThrowsIsLeftOut() throws Exception {
        fakes.add(Model.SEQUENTIAL, _ -> Behaviour.takes(50));
        fakes.add(Model.LOOP, pass -> {
            if (pass == FIRST_ROUND + 1) {
                throw new IllegalStateException("the loop is closed");
            }
            return Behaviour.takes(50);
        });
        Measurement measurement = fakes.measurement(8, plan(1_000_000), 1);

        measurement.run();

        assertThat(rounds(measurement, Model.LOOP)).hasSize(1);
        assertThat(measurement.samples().failures())
                .singleElement()
                .satisfies(failure -> assertThat(failure.message()).contains("the loop is closed"));
    }

    @Test
    void resultThatDiffersBetweenModelsIsAFailureOfEachTask() throws Exception {
        fakes.add(Model.SEQUENTIAL, _ -> Behaviour.takes(50));
        fakes.add(Model.LOOP, pass -> new Behaviour(50, pass < FIRST_ROUND ? 42 : 43, List.of()));
        Measurement measurement = fakes.measurement(2, new Plan(1_000_000 * MILLI, 0, 2, 2, 0.05, 0.95), 1);

        measurement.run();

        assertThat(measurement.samples().failures()).extracting(Failure::task).containsExactly("task 0", "task 1");
        assertThat(measurement.samples().failures().getFirst().message())
                .contains("42")
                .contains("43");
    }

    @Test
    void stopEndsTheRoundsAndKeepsWhatWasMeasured() throws Exception {
        var holder = new Measurement[1];
        fakes.add(Model.SEQUENTIAL, pass -> {
            if (pass == FIRST_ROUND + 2) {
                holder[0].stop();
            }
            return Behaviour.takes(50);
        });
        holder[0] = fakes.measurement(8, plan(1_000_000), 1);

        holder[0].run();

        assertThat(rounds(holder[0], Model.SEQUENTIAL)).hasSize(2);
    }
}
