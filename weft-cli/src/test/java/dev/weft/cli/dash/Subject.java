package dev.weft.cli.dash;

import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.sync.Lock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/**
 * The process that the page shows: two tasks that wait for one another, many that are alike, and one with an odd
 * name.
 */
final class Subject {
    static final String ODD = "<img src=x onerror='hacked=1'></script>\u202E odd " + "long-".repeat(30);

    private static final Duration LONG = Duration.ofHours(1);

    private Subject() {}

    public static void main(String[] args) {
        Weft.run(() -> {
            var left = new Lock();
            var right = new Lock();
            var both = new CountDownLatch(2);
            try (var group = TaskGroup.open()) {
                group.spawn("one", () -> lockBoth(left, right, both));
                group.spawn("two", () -> lockBoth(right, left, both));
                group.spawn(ODD, Subject::sleepLong);
                group.spawn("keeper", Subject::keeper);
                for (int i = 1; i <= 200; i++) {
                    group.spawn("sleeper-" + i, Subject::sleepLong);
                }
                Weft.sleep(Duration.ofMillis(10));
                System.out.println("ready");
                group.join();
            }
            return null;
        });
    }

    private static Object keeper() throws Exception {
        try (var group = TaskGroup.open()) {
            group.spawn("inner", Subject::sleepLong);
            group.join();
        }
        return null;
    }

    private static Object sleepLong() {
        Weft.sleep(LONG);
        return null;
    }

    private static Object lockBoth(Lock first, Lock second, CountDownLatch both) throws InterruptedException {
        first.acquire();
        both.countDown();
        both.await();
        second.acquire();
        return null;
    }
}
