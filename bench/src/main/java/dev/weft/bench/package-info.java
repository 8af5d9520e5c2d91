/**
 * The benchmark harness: runs Weft and its peers as whole processes, in interleaved rounds of random order, and writes
 * the tables of {@code docs/benchmarks.md}.
 *
 * <p>{@link dev.weft.bench.Plan} says what is compared with what; {@link dev.weft.bench.Bench} is the program.
 */
@NullMarked
package dev.weft.bench;

import org.jspecify.annotations.NullMarked;
