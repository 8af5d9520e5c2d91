package dev.weft.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * How busy the machine was with anything but the benchmarks: a reader of the figures must know.
 *
 * <p>From Linux's clock ticks: those of all processes less those of this one and of its ended children.
 */
final class OtherLoad {
    private final long[] start;

    private OtherLoad(long[] start) {
        this.start = start;
    }

    static OtherLoad watch() {
        return new OtherLoad(ticks());
    }

    /** {@return the share of all cores' time since the start that others used; empty where the system does not tell} */
    OptionalDouble share() {
        long[] end = ticks();
        if (start.length == 0 || end.length == 0 || end[0] == start[0]) {
            return OptionalDouble.empty();
        }
        double others = (end[1] - start[1]) - (end[2] - start[2]);
        return OptionalDouble.of(Math.max(0, others / (end[0] - start[0])));
    }

    /** {@return ticks of the machine, its busy ones, and those of this process and its children; empty if unknown} */
    private static long[] ticks() {
        try {
            String[] machine =
                    Files.readAllLines(Path.of("/proc/stat")).getFirst().split(" +", -1);
            long[] kinds =
                    Arrays.stream(machine, 1, 9).mapToLong(Long::parseLong).toArray();
            long all = Arrays.stream(kinds).sum();
            long idle = kinds[3] + kinds[4];
            String self = Files.readString(Path.of("/proc/self/stat"));
            String[] fields = self.substring(self.lastIndexOf(')') + 2).split(" ", -1);
            long own = Arrays.stream(fields, 11, 15).mapToLong(Long::parseLong).sum();
            return new long[] {all, all - idle, own};
        } catch (IOException e) {
            return new long[0]; // not Linux
        }
    }
}
