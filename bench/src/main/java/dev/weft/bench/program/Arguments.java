package dev.weft.bench.program;

/**
 * What a program is to measure.
 *
 * @param row the row of the table, which names the work
 * @param operations how many operations one iteration has
 * @param warmUpMillis how much processor time to use before the first measured iteration
 * @param iterations how many measured iterations
 * @param parameter a number whose meaning the row defines: milliseconds to sleep, the port of a server; 0 where there
 *     is none
 */
public record Arguments(String row, int operations, int warmUpMillis, int iterations, int parameter) {
    /** Rows of many coroutines make them in groups of this size. */
    static final int GROUP = 1000;

    /**
     * Reads them from the command line.
     *
     * @param arguments the row, and the four numbers
     * @return them
     */
    public static Arguments parse(String[] arguments) {
        return new Arguments(
                arguments[0],
                Integer.parseInt(arguments[1]),
                Integer.parseInt(arguments[2]),
                Integer.parseInt(arguments[3]),
                arguments.length > 4 ? Integer.parseInt(arguments[4]) : 0);
    }

    /**
     * {@return the warm-up of rows of sleepers: fewer, whose sleeps are so short that some wake while others start, so
     * that the JIT compiler sees both}
     */
    Arguments forWarmUp() {
        return switch (row) {
            case "sleepers", "heap" -> withOperations(operations / 10, 1);
            case "million" -> withOperations(operations / 100, 1);
            default -> this;
        };
    }

    private Arguments withOperations(int fewer, int milliseconds) {
        return new Arguments(row, fewer, warmUpMillis, iterations, milliseconds);
    }

    /** Fails unless the sum of the results of all operations is right. */
    void check(long total) {
        long expected = (long) operations * (GROUP - 1) / 2;
        if (total != expected) {
            throw new AssertionError("the sum of the results is " + total + ", expected " + expected);
        }
    }

    IllegalArgumentException unknownRow() {
        return new IllegalArgumentException("this program has no row '" + row + "'");
    }
}
