package dev.weft.cli.compare.report;

/**
 * How a comparison measured.
 *
 * @param quick whether the work was made small enough for a minute
 * @param budgetSeconds the time it was given for all workloads together
 * @param seed what the order of the rounds and the generated work follow from
 * @param confidence the coverage of every interval in the report
 * @param rounds in words, when the rounds end
 */
public record Settings(boolean quick, double budgetSeconds, long seed, double confidence, String rounds) {}
