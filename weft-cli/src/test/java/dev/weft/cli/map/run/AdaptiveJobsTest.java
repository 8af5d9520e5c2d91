package dev.weft.cli.map.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.ToDoubleBiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Under simulated work, in simulated time. */
class AdaptiveJobsTest {
    private static final int PROCESSORS = 4;

    /** Runs work in as many slots as it is told, and keeps count of time and processors. */
    private static final class Simulation {
        private final ToDoubleBiFunction<Integer, Double> seconds;
        private final double computes;
        private final AdaptiveJobs jobs;
        private final PriorityQueue<Double> ends = new PriorityQueue<>();
        private final List<Integer> limits = new ArrayList<>();
        private double now;
        private double busy;
        private double asked;
        private double busyWhenAsked;
        private int slots = Integer.MAX_VALUE;
        private double fails;
        private final Random random = new Random(1);

        /**
         * @param computes how many processors one that runs keeps busy
         * @param seconds how long one takes, if so many run, at a time
         */
        Simulation(int start, int least, int most, double computes, ToDoubleBiFunction<Integer, Double> seconds) {
            this.computes = computes;
            this.seconds = seconds;
            this.jobs = new AdaptiveJobs(start, least, most, () -> (long) (now * 1e9), this::idle);
        }

        private double idle() {
            double passed = now - asked;
            double used = busy - busyWhenAsked;
            asked = now;
            busyWhenAsked = busy;
            return passed <= 0 ? 1 : 1 - used / passed;
        }

        Simulation run(int inputs) {
            int started = 0;
            for (int ended = 0; ended < inputs; ended++) {
                while (started < inputs && ends.size() < Math.min(slots, jobs.now())) {
                    ends.add(now + seconds.applyAsDouble(ends.size() + 1, now));
                    started++;
                }
                double next = ends.element();
                busy += (next - now) * Math.min(1, ends.size() * computes / PROCESSORS);
                now = next;
                jobs.ended(random.nextDouble() >= fails, ends.size());
                ends.remove();
                limits.add(jobs.now());
            }
            return this;
        }

        int now() {
            return jobs.now();
        }

        /** The number in the middle of the later half. */
        int usual() {
            return limits.stream()
                    .skip(limits.size() / 2)
                    .sorted()
                    .skip(limits.size() / 4)
                    .findFirst()
                    .orElseThrow();
        }

        double seconds() {
            return now;
        }
    }

    @Test
    void whatComputesStaysAtTheNumberOfProcessors() {
        var simulation = new Simulation(
                        PROCESSORS,
                        PROCESSORS,
                        256,
                        1,
                        (running, _) -> 0.1 * Math.max(1, running / (double) PROCESSORS))
                .run(5_000);

        assertThat(simulation.limits).containsOnly(PROCESSORS);
    }

    @Test
    void whatWaitsClimbsToTheMostAtOnceAllowed() {
        var simulation = new Simulation(PROCESSORS, PROCESSORS, 256, 0.001, (_, _) -> 0.1).run(20_000);

        assertThat(simulation.usual()).isEqualTo(256);
        // At four at once it would take 500 s, at 256 from the first 8 s.
        assertThat(simulation.seconds()).isLessThan(14);
    }

    @Test
    void whatComputesHalfOfItsTimeIsGivenTwiceTheProcessorsOrSo() {
        var simulation = new Simulation(
                        PROCESSORS, PROCESSORS, 256, 0.5, (running, _) -> 0.1 * Math.max(1, running * 0.5 / PROCESSORS))
                .run(5_000);

        assertThat(simulation.usual()).isBetween(2 * PROCESSORS, 4 * PROCESSORS);
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 20, 50})
    void aServerThatSaturatesIsNotAskedByManyMoreThanItServes(int capacity) {
        var simulation = new Simulation(
                        PROCESSORS,
                        PROCESSORS,
                        1_000,
                        0.001,
                        (running, _) -> 0.05 * Math.max(1, running / (double) capacity))
                .run(40_000);

        assertThat(simulation.usual()).isBetween(capacity * 3 / 4, capacity * 2);
        double best = 40_000 * 0.05 / capacity;
        assertThat(simulation.seconds()).isLessThan(1.3 * best);
    }

    @Test
    void aServerThatBreaksDownUnderLoadIsLeftAlone() {
        var simulation = new Simulation(
                        16, 4, 1_000, 0.001, (running, _) -> 0.05 * Math.max(1, Math.pow(running / 12.0, 2)))
                .run(20_000);

        assertThat(simulation.usual()).isBetween(8, 16);
    }

    @Test
    void heavyTailsDoNotHide() {
        var random = new Random(5);
        var simulation = new Simulation(
                        PROCESSORS, PROCESSORS, 128, 0.001, (_, _) -> 0.02 * Math.exp(1.5 * random.nextGaussian()))
                .run(60_000);

        assertThat(simulation.usual()).isGreaterThanOrEqualTo(64);
    }

    @Test
    void itComesDownWhenTheSurroundingsChange() {
        var simulation = new Simulation(
                        16, 4, 200, 0.001, (running, time) -> 0.05 * Math.max(1, running / (time < 30 ? 64.0 : 8.0)))
                .run(30_000);
        assertThat(simulation.now()).isGreaterThanOrEqualTo(40);

        simulation.run(12_000);

        assertThat(simulation.now()).isLessThanOrEqualTo(32);
    }

    @Test
    void failuresAreNoThroughput() {
        // The more there are, the faster they come back, since the server refuses.
        var holder = new Simulation[1];
        holder[0] = new Simulation(16, 4, 500, 0.001, (running, _) -> {
            holder[0].fails = running <= 20 ? 0 : 1 - 20.0 / running;
            return running <= 20 ? 0.05 : 0.04;
        });

        assertThat(holder[0].run(30_000).usual()).isLessThanOrEqualTo(40);
    }

    @Test
    void slotsWithoutWorkSayNothing() {
        var simulation = new Simulation(PROCESSORS, PROCESSORS, 256, 0.001, (_, _) -> 0.1);
        simulation.slots = 3;

        assertThat(simulation.run(2_000).limits).containsOnly(PROCESSORS);
    }

    @Test
    void boundsHold() {
        var simulation = new Simulation(2, 2, 7, 0.001, (_, _) -> 0.1).run(2_000);

        assertThat(simulation.limits).allSatisfy(limit -> assertThat(limit).isBetween(2, 7));
        assertThat(simulation.usual()).isEqualTo(7);
        assertThatThrownBy(() -> new AdaptiveJobs(1, 2, 3, System::nanoTime, () -> 1))
                .hasMessageContaining("1 <= least <= start <= most");
    }
}
