package dev.weft.bench.program;

import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.testing.Simulation;
import java.time.Duration;

/** Weft's side of the rows about its test kit: virtual time and schedules. */
final class WeftTestKitProgram {
    private static final int SECONDS_OF_AN_HOUR = 3600;
    private static final int TASKS = 5;
    private static final int STEPS_OF_A_TASK = 10;

    private WeftTestKitProgram() {}

    public static void main(String[] args) {
        Arguments arguments = Arguments.parse(args);
        Stopwatch.describe("Weft", arguments);
        switch (arguments.row()) {
            case "virtual-hour" -> Stopwatch.measure(arguments, WeftTestKitProgram::hours);
            case "schedules" -> Stopwatch.measure(arguments, WeftTestKitProgram::schedules);
            default -> throw arguments.unknownRow();
        }
    }

    private static void hours(Arguments arguments) {
        for (int i = 0; i < arguments.operations(); i++) {
            Simulation.of(_ -> {
                        for (int second = 0; second < SECONDS_OF_AN_HOUR; second++) {
                            Weft.sleep(Duration.ofSeconds(1));
                        }
                    })
                    .checkDeterminism(false)
                    .run();
        }
    }

    /** Fifty steps: five tasks that give way ten times each. */
    private static void schedules(Arguments arguments) {
        Simulation.of(_ -> {
                    int[] steps = {0};
                    try (var group = TaskGroup.open()) {
                        for (int task = 0; task < TASKS; task++) {
                            group.spawn(() -> {
                                for (int step = 0; step < STEPS_OF_A_TASK; step++) {
                                    steps[0]++;
                                    Weft.sleep(Duration.ZERO);
                                }
                            });
                        }
                        group.join();
                    }
                    if (steps[0] != TASKS * STEPS_OF_A_TASK) {
                        throw new AssertionError(steps[0] + " steps were made");
                    }
                })
                .schedules(arguments.operations())
                .run();
    }
}
