package dev.weft.cli.map.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Looks how much memory is free: too little for another command, or too little for those that run. Called by one
 * thread.
 */
final class MemoryGuard {
    private static final Path INFORMATION = Path.of("/proc/meminfo");
    private static final String AVAILABLE = "MemAvailable:";

    private final long wanted;
    private final Consumer<Boolean> low;
    private final Runnable veryLow;

    MemoryGuard(long wanted, Consumer<Boolean> low, Runnable veryLow) {
        this.wanted = wanted;
        this.low = low;
        this.veryLow = veryLow;
    }

    void look() {
        long free = free();
        low.accept(free < wanted);
        if (free < wanted / 2) {
            veryLow.run();
        }
    }

    /** {@return the bytes that programs can still have; all there can be, where the system does not say} */
    static long free() {
        try {
            for (String line : Files.readAllLines(INFORMATION)) {
                if (line.startsWith(AVAILABLE)) {
                    return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
                }
            }
        } catch (IOException e) {
            // not Linux
        }
        return Long.MAX_VALUE;
    }
}
