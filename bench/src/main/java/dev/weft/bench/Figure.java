package dev.weft.bench;

/** What of a program's output is the figure of the row. Less is better in all of them. */
enum Figure {
    /**
     * Processor time of an operation, of all threads of the process together. For work that never waits, on one core,
     * it is the wall time of an idle machine, and stays so on a busy one.
     */
    PROCESSOR_NANOS("ns"),

    /** Wall time of an operation. */
    MICROS("µs"),

    /** Wall time of a longer operation. */
    MILLIS("ms"),

    /** Wall time of an iteration beyond the sleep that all its operations do at the same time. */
    MILLIS_BEYOND_SLEEP("ms"),

    /**
     * Processor time of a server for an operation, where it is asked as fast as it answers; beside it stand percentiles
     * at a constant rate.
     */
    SERVER_NANOS("ns"),

    /** Time of which one operation in a hundred takes more, counted from when it should have begun. */
    P99_MILLIS("ms"),

    /** Memory of a process. */
    MEBIBYTES("MiB"),

    /** Bytes that a parked coroutine occupies. */
    BYTES("B");

    final String unit;

    Figure(String unit) {
        this.unit = unit;
    }

    /** {@return the figure of one process: the median of its iterations} */
    double of(Output output, Work work) {
        return switch (this) {
            case PROCESSOR_NANOS, SERVER_NANOS -> median(output, "cpu") / work.operations();
            case MICROS -> median(output, "wall") / work.operations() / 1e3;
            case MILLIS -> median(output, "wall") / work.operations() / 1e6;
            case MILLIS_BEYOND_SLEEP -> median(output, "wall") / 1e6 - work.sleepMillis();
            case P99_MILLIS -> median(output, "p99") / 1e6;
            case MEBIBYTES -> median(output, "bytes") / (1 << 20);
            case BYTES -> median(output, "bytes");
        };
    }

    private static double median(Output output, String key) {
        return Spread.of(output.values(key)).median();
    }
}
