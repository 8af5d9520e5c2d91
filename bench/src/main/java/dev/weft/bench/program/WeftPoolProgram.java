package dev.weft.bench.program;

import dev.weft.Pool;
import dev.weft.process.ProcessPool;
import java.util.stream.IntStream;

/** Weft's side of the rows about worker processes, called from the main thread as CPython's side is. */
final class WeftPoolProgram {
    private static final int WORKERS = 2;
    private static final int ARRAY_BYTES = 16 << 20;
    private static final byte LAST = 7;

    private WeftPoolProgram() {}

    public static void main(String[] args) {
        Arguments arguments = Arguments.parse(args);
        Stopwatch.describe("Weft ProcessPool", arguments);
        if (arguments.row().equals("pool-cold")) {
            cold(arguments);
            return;
        }
        try (Pool pool = ProcessPool.of(WORKERS)) {
            switch (arguments.row()) {
                case "pool-submit" -> Stopwatch.measureWall(arguments, work -> submit(pool, work.operations()));
                case "pool-map" -> Stopwatch.measureWall(arguments, work -> map(pool, work.operations()));
                case "pool-array" -> {
                    var data = new byte[ARRAY_BYTES];
                    data[ARRAY_BYTES - 1] = LAST;
                    Stopwatch.measureWall(arguments, work -> echo(pool, data, work.operations()));
                }
                default -> throw arguments.unknownRow();
            }
        }
    }

    private static void submit(Pool pool, int operations) {
        long total = 0;
        for (int i = 0; i < operations; i++) {
            int value = i;
            total += pool.submit(() -> value + 1).await();
        }
        check(total, operations);
    }

    private static void map(Pool pool, int operations) {
        long total = 0;
        for (int result : pool.map(
                (Integer value) -> value + 1,
                () -> IntStream.range(0, operations).iterator())) {
            total += result;
        }
        check(total, operations);
    }

    private static void check(long total, int operations) {
        long expected = (long) operations * (operations + 1) / 2;
        if (total != expected) {
            throw new AssertionError("the sum of the results is " + total + ", expected " + expected);
        }
    }

    private static void echo(Pool pool, byte[] data, int operations) {
        for (int i = 0; i < operations; i++) {
            byte[] back = pool.submit(() -> data).await();
            if (back.length != data.length || back[data.length - 1] != LAST) {
                throw new AssertionError("the array came back changed");
            }
        }
    }

    private static void cold(Arguments arguments) {
        var wall = new StringBuilder("wall");
        for (int i = 0; i <= arguments.iterations(); i++) {
            long start = System.nanoTime();
            try (Pool pool = ProcessPool.of(1)) {
                int answer = pool.submit(() -> 1).await();
                long end = System.nanoTime();
                // The first pool also loads classes in the parent, as the first one in Python imports modules.
                if (answer == 1 && i > 0) {
                    wall.append(' ').append(end - start);
                }
            }
        }
        IO.println(wall);
    }
}
