package dev.weft.cli.machine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * Looks now and then at how many threads, of all programs of the machine, run or could. With two and a half for each
 * processor, what computes for a second stands in line for one and a half. Linux only.
 *
 * <p>A thread of its own looks, from when this is made until it is closed. The sums are guarded by this; any thread may
 * ask.
 */
public final class RunQueue implements AutoCloseable {
    private static final Path SYSTEM = Path.of("/proc/stat");
    private static final String RUNNING = "procs_running ";

    /** Fewer looks may all have met the same moment. */
    private static final int FEWEST_LOOKS = 3;

    private final Path file;
    private final @Nullable Thread looker;
    private int looks;
    private double wanted;

    private RunQueue(Duration every) {
        this.file = SYSTEM;
        this.looker = Thread.ofPlatform().daemon().name("weft-run-queue").start(() -> look(every));
    }

    /** Looks only when it is told to, for tests. */
    RunQueue(Path file) {
        this.file = file;
        this.looker = null;
    }

    /**
     * Begins to look.
     *
     * @param every how often
     * @return the looks, to be closed
     */
    public static RunQueue watch(Duration every) {
        return new RunQueue(every);
    }

    private void look(Duration every) {
        try {
            while (look()) {
                Thread.sleep(every);
            }
        } catch (InterruptedException e) {
            // closed
        }
    }

    /** Looks once; {@code false} where there is nothing to be seen. */
    boolean look() {
        List<String> lines;
        try {
            lines = Files.readAllLines(file, StandardCharsets.US_ASCII);
        } catch (IOException e) {
            return false; // not Linux
        }
        int processors = 0;
        long running = -1;
        for (String line : lines) {
            if (line.startsWith("cpu") && line.length() > 3 && Character.isDigit(line.charAt(3))) {
                processors++;
            } else if (line.startsWith(RUNNING)
                    && line.substring(RUNNING.length()).strip().matches("\\d{1,9}")) {
                running = Long.parseLong(line.substring(RUNNING.length()).strip());
            }
        }
        if (processors == 0 || running < 0) {
            return false;
        }
        synchronized (this) {
            looks++;
            wanted += Math.max(0, running - 1.0) / processors; // without the thread that looks
        }
        return true;
    }

    /**
     * {@return how many threads there were for each processor, on average; empty if that is not known}
     */
    public synchronized OptionalDouble forEachProcessor() {
        return looks < FEWEST_LOOKS ? OptionalDouble.empty() : OptionalDouble.of(wanted / looks);
    }

    /** Ends the looking; what was seen stays. */
    @Override
    public void close() {
        if (looker != null) {
            looker.interrupt();
        }
    }
}
