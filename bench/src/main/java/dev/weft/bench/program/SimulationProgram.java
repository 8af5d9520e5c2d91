package dev.weft.bench.program;

import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.testing.Simulation;
import dev.weft.testing.SimulationReport;
import java.time.Duration;

/** The rows about the test kit: virtual time, and schedules explored. */
final class SimulationProgram {
    private static final int SLEEPERS = 60;
    private static final int MINUTES = 60;
    private static final int COROUTINES = 3;
    private static final int STEPS = 15;

    private SimulationProgram() {}

    public static void main(String[] args) {
        Arguments arguments = Arguments.parse(args);
        Stopwatch.describe("Weft test kit", arguments);
        switch (arguments.row()) {
            case "virtual-time" -> Stopwatch.measure(arguments, SimulationProgram::hours);
            case "schedules" -> Stopwatch.measure(arguments, SimulationProgram::schedules);
            default -> throw arguments.unknownRow();
        }
    }

    private static void hours(Arguments arguments) {
        for (int hour = 0; hour < arguments.operations(); hour++) {
            Simulation.of(trial -> {
                        try (var group = TaskGroup.open()) {
                            for (int i = 0; i < SLEEPERS; i++) {
                                group.spawn(SimulationProgram::sleepAnHour);
                            }
                            group.join();
                        }
                        if (!trial.clock().now().equals(Duration.ofHours(1))) {
                            throw new AssertionError("an hour of sleeps ended at "
                                    + trial.clock().now());
                        }
                    })
                    .run();
        }
    }

    private static void sleepAnHour() {
        for (int minute = 0; minute < MINUTES; minute++) {
            Weft.sleep(Duration.ofMinutes(1));
        }
    }

    private static void schedules(Arguments arguments) {
        SimulationReport report = Simulation.of(trial -> {
                    int[] sum = {0};
                    try (var group = TaskGroup.open()) {
                        for (int i = 0; i < COROUTINES; i++) {
                            group.spawn(() -> {
                                for (int step = 0; step < STEPS; step++) {
                                    Weft.sleep(Duration.ZERO);
                                    sum[0]++;
                                }
                            });
                        }
                        group.join();
                    }
                    if (sum[0] != COROUTINES * STEPS) {
                        throw new AssertionError("the steps add up to " + sum[0]);
                    }
                })
                .schedules(arguments.operations())
                .run();
        if (report.runs() != arguments.operations()) {
            throw new AssertionError("explored " + report.runs() + " schedules");
        }
    }
}
