package dev.weft.bench;

/**
 * The result of a JMH benchmark.
 *
 * @param benchmark class and method
 * @param nanos nanoseconds per operation
 * @param error half the width of the 99.9 % confidence interval
 * @param allocatedBytes bytes allocated per operation
 */
record InsideResult(String benchmark, double nanos, double error, double allocatedBytes) {}
