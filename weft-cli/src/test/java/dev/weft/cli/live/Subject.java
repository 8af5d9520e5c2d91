package dev.weft.cli.live;

import static dev.weft.Weft.sleep;

import dev.weft.Pool;
import dev.weft.Pools;
import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.sync.Event;
import dev.weft.sync.Lock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/**
 * The processes that are looked into. Each says "ready" on standard output when there is something to see, and goes on
 * until it is killed.
 */
final class Subject {
    private static final Duration LONG = Duration.ofHours(1);

    private Subject() {}

    public static void main(String[] args) throws Exception {
        switch (args[0]) {
            case "sleepers" -> Weft.run(() -> sleepers(Integer.parseInt(args[1])));
            case "blocked" -> Weft.run(Subject::blocked);
            case "deadlock" -> Weft.run(Subject::deadlock);
            case "mixed" -> mixed();
            case "busy" -> Weft.run(Subject::busy);
            case "nothing" -> {
                ready();
                Thread.sleep(LONG);
            }
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private static void ready() {
        System.out.println("ready");
    }

    private static Object sleepers(int count) {
        try (var group = TaskGroup.open()) {
            for (int i = 1; i <= count; i++) {
                group.spawn("sleeper-" + i, () -> {
                    sleep(LONG);
                    return null;
                });
            }
            sleep(Duration.ofMillis(1));
            sleep(Duration.ZERO);
            ready();
            group.join();
        }
        return null;
    }

    private static Object blocked() {
        try (var group = TaskGroup.open()) {
            group.spawn("waiter", () -> {
                sleep(LONG);
                return null;
            });
            group.spawn("cruncher", () -> {
                sleep(Duration.ofMillis(1));
                ready();
                return compute();
            });
            group.join();
        }
        return null;
    }

    static long compute() {
        long sum = 0;
        while (sum >= 0) { // for years
            sum += 1;
        }
        return sum;
    }

    private static Object deadlock() {
        var left = new Lock();
        var right = new Lock();
        var both = new CountDownLatch(2);
        try (var group = TaskGroup.open()) {
            group.spawn("one", () -> lockBoth(left, right, both));
            group.spawn("two", () -> lockBoth(right, left, both));
            group.spawn("bystander", () -> {
                sleep(LONG);
                return null;
            });
            sleep(Duration.ofMillis(10));
            ready();
            group.join();
        }
        return null;
    }

    private static Object lockBoth(Lock first, Lock second, CountDownLatch both) throws InterruptedException {
        first.acquire();
        both.countDown();
        both.await();
        second.acquire();
        return null;
    }

    /** A bit of all: a pool, a thread that waits, a deadline, a shield. */
    private static void mixed() throws Exception {
        var go = new Event();
        try (Pool pool = Pools.threads(2)) {
            Weft.run(() -> {
                try (var group = TaskGroup.open()) {
                    group.spawn(
                            "limited",
                            () -> Weft.withTimeout(LONG, () -> {
                                go.await();
                                return null;
                            }));
                    group.spawn(
                            "shielded",
                            () -> Weft.shield(() -> {
                                go.await();
                                return null;
                            }));
                    var work = pool.submit(() -> {
                        Thread.sleep(LONG);
                        return null;
                    });
                    group.spawn("client", () -> work.await());
                    sleep(Duration.ofMillis(1));
                    ready();
                    group.join();
                }
                return null;
            });
        }
    }

    /** One task computes most of the time, another one sometimes. */
    private static Object busy() {
        try (var group = TaskGroup.open()) {
            group.spawn("glutton", () -> spin(Duration.ofMillis(20), Duration.ofMillis(5)));
            group.spawn("sparing", () -> spin(Duration.ofMillis(1), Duration.ofMillis(20)));
            ready();
            group.join();
        }
        return null;
    }

    private static Object spin(Duration work, Duration pause) {
        while (true) {
            long end = System.nanoTime() + work.toNanos();
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            sleep(pause);
        }
    }
}
