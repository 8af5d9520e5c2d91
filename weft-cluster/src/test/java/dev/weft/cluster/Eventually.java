package dev.weft.cluster;

import static org.assertj.core.api.Assertions.fail;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;

/** Waits for what happens in other processes, with a limit. */
final class Eventually {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private Eventually() {}

    static void holds(String what, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() - end > 0) {
                fail("expected within " + LIMIT.toSeconds() + " s: " + what);
            }
            Thread.sleep(10);
        }
    }

    /** Waits for a file with a process id in it. */
    static long pid(String file) throws Exception {
        Path mark = Path.of(file);
        holds("a process id in " + mark, () -> Files.exists(mark) && Files.size(mark) > 0);
        return Long.parseLong(Files.readString(mark));
    }

    static void gone(long pid) throws Exception {
        holds(
                "process " + pid + " is gone",
                () -> ProcessHandle.of(pid).map(handle -> !handle.isAlive()).orElse(true));
    }
}
