package dev.weft.cli.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The limits of the Linux control group of this process, of either version of the interface.
 *
 * @param cpus the processors that it grants, or null where it sets no limit
 * @param memoryBytes the memory that it grants, or null where it sets no limit
 */
public record ControlGroup(@Nullable Double cpus, @Nullable Long memoryBytes) {
    // Version 1 writes "no limit" as the largest multiple of a page.
    private static final long NO_LIMIT = 1L << 60;

    /**
     * {@return the limits of this process; none where there are no control groups}
     */
    public static ControlGroup read() {
        return read(Path.of("/"));
    }

    /** Reads below another root, for tests. */
    static ControlGroup read(Path root) {
        Double cpus = null;
        Long memory = null;
        for (String line : lines(root.resolve("proc/self/cgroup"))) {
            String[] fields = line.split(":", 3);
            if (fields.length != 3) {
                continue;
            }
            List<String> controllers = List.of(fields[1].split(",", -1));
            String path = fields[2];
            if (fields[0].equals("0") && fields[1].isEmpty()) {
                cpus = smaller(cpus, unified(file(root.resolve("sys/fs/cgroup"), path, "cpu.max")));
                memory = smaller(memory, number(file(root.resolve("sys/fs/cgroup"), path, "memory.max")));
            }
            if (controllers.contains("cpu")) {
                Path directory = root.resolve("sys/fs/cgroup/cpu");
                Long quota = number(file(directory, path, "cpu.cfs_quota_us"));
                Long period = number(file(directory, path, "cpu.cfs_period_us"));
                if (quota != null && period != null && quota > 0 && period > 0) {
                    cpus = smaller(cpus, (double) quota / period);
                }
            }
            if (controllers.contains("memory")) {
                memory = smaller(
                        memory, number(file(root.resolve("sys/fs/cgroup/memory"), path, "memory.limit_in_bytes")));
            }
        }
        return new ControlGroup(cpus, memory != null && memory >= NO_LIMIT ? null : memory);
    }

    /** The file of the group, or, inside a container that sees only its own group, that of the root. */
    private static @Nullable String file(Path directory, String group, String name) {
        List<String> lines = lines(directory.resolve(group.substring(1)).resolve(name));
        if (lines.isEmpty()) {
            lines = lines(directory.resolve(name));
        }
        return lines.isEmpty() ? null : lines.getFirst();
    }

    private static @Nullable Double unified(@Nullable String quotaAndPeriod) {
        String[] fields = quotaAndPeriod == null ? new String[0] : quotaAndPeriod.split(" ", 2);
        if (fields.length != 2) {
            return null;
        }
        Long quota = number(fields[0]);
        Long period = number(fields[1]);
        return quota == null || period == null ? null : (double) quota / period;
    }

    private static @Nullable Long number(@Nullable String text) {
        return text != null && text.strip().matches("-?\\d{1,18}") ? Long.valueOf(text.strip()) : null;
    }

    private static <T extends Comparable<T>> @Nullable T smaller(@Nullable T a, @Nullable T b) {
        if (a == null || b == null) {
            return a == null ? b : a;
        }
        return a.compareTo(b) <= 0 ? a : b;
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            return List.of(); // not Linux, or no such controller
        }
    }
}
