package dev.weft.bench.program;

import dev.weft.Task;
import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.sync.Queue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Weft's side of the rows about coroutines: one loop on the main thread, and nothing but the public API. */
final class WeftProgram {
    private WeftProgram() {}

    public static void main(String[] args) {
        Arguments arguments = Arguments.parse(args);
        Weft.run(() -> {
            Stopwatch.describe("Weft", arguments);
            switch (arguments.row()) {
                case "handoff-wake" -> Stopwatch.measure(arguments, work -> handOffWake(work.operations()));
                case "handoff-yield" -> Stopwatch.measure(arguments, work -> handOffYield(work.operations()));
                case "queue" -> Stopwatch.measure(arguments, work -> queue(work.operations()));
                case "spawn-group" -> Stopwatch.measure(arguments, WeftProgram::spawnGroup);
                case "spawn-one" -> Stopwatch.measure(arguments, WeftProgram::spawnOne);
                case "sleepers" -> Stopwatch.measure(arguments, WeftProgram::sleepers);
                case "heap", "million" -> heap(arguments);
                default -> throw arguments.unknownRow();
            }
        });
    }

    private static void handOffWake(int passes) {
        var game = new TurnGame(passes);
        try (var group = TaskGroup.open()) {
            group.spawn(() -> game.play(0));
            group.spawn(() -> game.play(1));
            group.join();
        }
    }

    private static void handOffYield(int operations) {
        try (var group = TaskGroup.open()) {
            for (int player = 0; player < 2; player++) {
                group.spawn(() -> {
                    for (int i = 0; i < operations / 2; i++) {
                        Weft.sleep(Duration.ZERO);
                    }
                });
            }
            group.join();
        }
    }

    private static void queue(int roundTrips) {
        Queue<Integer> there = Queue.unbounded();
        Queue<Integer> back = Queue.unbounded();
        try (var group = TaskGroup.open()) {
            group.spawn(() -> {
                for (int i = 0; i < roundTrips; i++) {
                    back.put(there.get());
                }
            });
            for (int i = 0; i < roundTrips; i++) {
                there.put(i);
                if (back.get() != i) {
                    throw new AssertionError("message " + i + " did not come back");
                }
            }
            group.join();
        }
    }

    private static void spawnGroup(Arguments arguments) {
        long total = 0;
        for (int done = 0; done < arguments.operations(); done += Arguments.GROUP) {
            try (var group = TaskGroup.open()) {
                List<Task<Integer>> tasks = new ArrayList<>(Arguments.GROUP);
                for (int i = 0; i < Arguments.GROUP; i++) {
                    int value = i;
                    tasks.add(group.spawn(() -> value));
                }
                for (Task<Integer> task : tasks) {
                    total += task.await();
                }
            }
        }
        arguments.check(total);
    }

    private static void spawnOne(Arguments arguments) {
        long total = 0;
        try (var group = TaskGroup.open()) {
            for (int i = 0; i < arguments.operations(); i++) {
                int value = i % Arguments.GROUP;
                total += group.spawn(() -> value).await();
            }
        }
        arguments.check(total);
    }

    private static void sleepers(Arguments arguments) {
        try (var group = TaskGroup.open()) {
            spawnSleepers(group, arguments.operations(), Duration.ofMillis(arguments.parameter()));
            group.join();
        }
    }

    private static void spawnSleepers(TaskGroup group, int count, Duration duration) {
        for (int i = 0; i < count; i++) {
            group.spawn(() -> Weft.sleep(duration));
        }
    }

    private static void heap(Arguments arguments) {
        Stopwatch.warmUp(arguments, WeftProgram::sleepers);
        long before = Stopwatch.liveBytes();
        try (var group = TaskGroup.open()) {
            spawnSleepers(group, arguments.operations(), Duration.ofHours(1));
            Weft.sleep(Duration.ZERO); // a pass, in which all go to sleep
            Stopwatch.printBytes(arguments, before, Stopwatch.liveBytes());
            group.cancel("all is measured");
        }
    }
}
