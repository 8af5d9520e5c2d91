package dev.weft.bench.program;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Virtual threads on the JDK's default scheduler, whose parallelism the command line sets. */
final class VirtualThreadProgram {
    private VirtualThreadProgram() {}

    public static void main(String[] args) throws InterruptedException {
        Arguments arguments = Arguments.parse(args);
        Stopwatch.describe("virtual threads", arguments);
        switch (arguments.row()) {
            case "handoff-wake" -> Stopwatch.measure(arguments, work -> handOffWake(work.operations()));
            case "handoff-yield" -> Stopwatch.measure(arguments, work -> handOffYield(work.operations()));
            case "queue" -> Stopwatch.measure(arguments, work -> queue(work.operations()));
            case "spawn-group" -> Stopwatch.measure(arguments, work -> inVirtualThread(() -> spawnGroup(work)));
            case "spawn-one" -> Stopwatch.measure(arguments, work -> inVirtualThread(() -> spawnOne(work)));
            case "sleepers" -> Stopwatch.measure(arguments, work -> inVirtualThread(() -> sleepers(work)));
            case "heap", "million" -> heap(arguments);
            default -> throw arguments.unknownRow();
        }
    }

    private static void handOffWake(int passes) {
        var game = new TurnGame(passes);
        both(() -> game.play(0), () -> game.play(1));
    }

    @SuppressWarnings("ThreadPriorityCheck") // yielding is what is measured
    private static void handOffYield(int operations) {
        Runnable player = () -> {
            for (int i = 0; i < operations / 2; i++) {
                Thread.yield();
            }
        };
        both(player, player);
    }

    private static void queue(int roundTrips) {
        var there = new LinkedBlockingQueue<Integer>();
        var back = new LinkedBlockingQueue<Integer>();
        both(
                () -> {
                    for (int i = 0; i < roundTrips; i++) {
                        back.add(take(there));
                    }
                },
                () -> {
                    for (int i = 0; i < roundTrips; i++) {
                        there.add(i);
                        if (take(back) != i) {
                            throw new AssertionError("message " + i + " did not come back");
                        }
                    }
                });
    }

    private static int take(BlockingQueue<Integer> queue) {
        try {
            return queue.take();
        } catch (InterruptedException e) {
            throw new AssertionError("nobody interrupts the players", e);
        }
    }

    private static void both(Runnable one, Runnable other) {
        inVirtualThread(() -> {
            Thread first = Thread.startVirtualThread(one);
            Thread second = Thread.startVirtualThread(other);
            join(first);
            join(second);
        });
    }

    private static void spawnGroup(Arguments arguments) {
        long total = 0;
        for (int group = 0; group < arguments.operations() / Arguments.GROUP; group++) {
            var results = new int[Arguments.GROUP];
            var threads = new Thread[Arguments.GROUP];
            for (int i = 0; i < threads.length; i++) {
                int index = i;
                threads[i] = Thread.startVirtualThread(() -> results[index] = index);
            }
            for (int i = 0; i < threads.length; i++) {
                join(threads[i]);
                total += results[i];
            }
        }
        arguments.check(total);
    }

    private static void spawnOne(Arguments arguments) {
        long total = 0;
        var result = new int[1];
        for (int i = 0; i < arguments.operations(); i++) {
            int value = i % Arguments.GROUP;
            join(Thread.startVirtualThread(() -> result[0] = value));
            total += result[0];
        }
        arguments.check(total);
    }

    private static void sleepers(Arguments arguments) {
        for (Thread thread : startSleepers(arguments.operations(), Duration.ofMillis(arguments.parameter()))) {
            join(thread);
        }
    }

    private static Thread[] startSleepers(int count, Duration duration) {
        var threads = new Thread[count];
        for (int i = 0; i < count; i++) {
            threads[i] = Thread.startVirtualThread(() -> sleep(duration));
        }
        return threads;
    }

    private static void heap(Arguments arguments) throws InterruptedException {
        Stopwatch.warmUp(arguments, work -> inVirtualThread(() -> sleepers(work)));
        long before = Stopwatch.liveBytes();
        Thread[] threads = startSleepers(arguments.operations(), Duration.ofHours(1));
        for (Thread thread : threads) {
            while (thread.getState() != Thread.State.TIMED_WAITING) {
                Thread.sleep(1);
            }
        }
        Stopwatch.printBytes(arguments, before, Stopwatch.liveBytes());
        // The sleepers are daemons and end with the process.
    }

    private static void inVirtualThread(Runnable body) {
        var failure = new AtomicInteger(1);
        join(Thread.startVirtualThread(() -> {
            body.run();
            failure.set(0);
        }));
        if (failure.get() != 0) {
            throw new AssertionError("the measured thread failed; its stack is above");
        }
    }

    private static void sleep(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            throw new AssertionError("nobody interrupts the sleepers", e);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError("nobody interrupts the waiting thread", e);
        }
    }
}
