package dev.weft.bench;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that a run of the harness found out; the result file is this record as JSON.
 *
 * @param machine where
 * @param jvmFlags the flags that all measured JVMs had
 * @param missing peers that were not there, and the remedy
 * @param quick whether less was measured
 * @param rounds how many rounds
 * @param seed what the order of the rounds came from
 * @param seconds how long it took
 * @param otherLoad the share of the machine that other programs used; null if unknown
 * @param rows the rows
 * @param inside the JMH benchmarks; empty if they did not run
 */
record Results(
        Machine machine,
        List<String> jvmFlags,
        List<String> missing,
        boolean quick,
        int rounds,
        long seed,
        double seconds,
        @Nullable Double otherLoad,
        List<RowResult> rows,
        List<InsideResult> inside) {}
