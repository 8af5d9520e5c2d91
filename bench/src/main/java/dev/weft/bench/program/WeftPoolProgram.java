package dev.weft.bench.program;

import dev.weft.Pool;
import dev.weft.Pools;
import dev.weft.process.ProcessPool;
import java.util.stream.IntStream;

/** Weft's side of the rows about worker processes, called from the main thread as CPython's side is. */
final class WeftPoolProgram {
    private static final int WORKERS = 2;
    private static final int ARRAY_BYTES = 16 << 20;
    private static final byte LAST = 7;
    private static final int DRAWS = 200_000;

    private WeftPoolProgram() {}

    public static void main(String[] args) {
        Arguments arguments = Arguments.parse(args);
        Stopwatch.describe("Weft ProcessPool", arguments);
        if (arguments.row().equals("pool-cold")) {
            cold(arguments);
            return;
        }
        // Threads are the measure for what processes make of the same cores.
        try (Pool pool = arguments.parameter() > 0 ? Pools.threads(arguments.parameter()) : ProcessPool.of(WORKERS)) {
            switch (arguments.row()) {
                case "pool-submit" -> Stopwatch.measureWall(arguments, work -> submit(pool, work.operations()));
                case "pool-map" -> Stopwatch.measureWall(arguments, work -> map(pool, work.operations()));
                case "pool-compute" -> Stopwatch.measureWall(arguments, work -> compute(pool, work.operations()));
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

    private static void compute(Pool pool, int operations) {
        long draws = 0;
        for (int last : pool.map(
                WeftPoolProgram::draw, IntStream.range(0, operations).boxed().toList())) {
            draws += last >= 0 ? DRAWS : 0;
        }
        if (draws != (long) operations * DRAWS) {
            throw new AssertionError(draws + " numbers were drawn, expected " + (long) operations * DRAWS);
        }
    }

    /** The generator of the C standard's example, so that no runtime has a library function for it. */
    private static int draw(int seed) {
        int state = seed;
        for (int i = 0; i < DRAWS; i++) {
            state = (state * 1_103_515_245 + 12_345) & Integer.MAX_VALUE;
        }
        return state;
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
