package dev.weft.cli.compare.report;

/**
 * A measured quantity and how far it can be trusted.
 *
 * @param median the middle of what was measured
 * @param low the lower end of the confidence interval; equal to the median after a single round
 * @param high the upper end of it
 */
public record Interval(double median, double low, double high) {}
