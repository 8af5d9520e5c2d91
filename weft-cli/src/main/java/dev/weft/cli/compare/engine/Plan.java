package dev.weft.cli.compare.engine;

/**
 * When the measurement of a workload is good enough, and when it must end anyway. Times are in nanoseconds.
 *
 * @param deadline the moment, by the clock of the measurement, at which no further round begins
 * @param warmUpDeadline the moment at which no further warm-up pass begins
 * @param minRounds how many rounds are run before the intervals are looked at
 * @param maxRounds how many rounds are run at most
 * @param spread how narrow the interval of each ratio must be, as a share of the ratio
 * @param confidence the coverage of the intervals
 */
record Plan(long deadline, long warmUpDeadline, int minRounds, int maxRounds, double spread, double confidence) {}
