package dev.weft.cli.compare.statistics;

import java.util.Arrays;

/**
 * A positive quantity that was measured a few times, and how far it can be trusted.
 *
 * <p>Times and their ratios spread by factors rather than by differences, so the interval is that of Student's t for
 * the mean of the logarithms. The middle that is reported is the median, which one disturbed round does not move; the
 * interval always includes it.
 *
 * @param median the median
 * @param low the lower end of the interval; equal to the median after a single measurement
 * @param high the upper end
 * @param count how many measurements there are
 */
public record Estimate(double median, double low, double high, int count) {
    /**
     * Estimates a quantity from its measurements.
     *
     * @param values the measurements, each more than 0
     * @param confidence the coverage of the interval, between 0 and 1 exclusively
     * @return the estimate
     * @throws IllegalArgumentException if there is no measurement or one is not positive
     */
    public static Estimate of(double[] values, double confidence) {
        if (values.length == 0) {
            throw new IllegalArgumentException("expected at least one measurement, found none");
        }
        double median = median(values);
        if (values.length == 1) {
            return new Estimate(median, median, median, 1);
        }
        double mean = 0;
        for (double value : values) {
            if (!(value > 0)) {
                throw new IllegalArgumentException("expected positive measurements, found " + Arrays.toString(values));
            }
            mean += Math.log(value) / values.length;
        }
        double squares = 0;
        for (double value : values) {
            double deviation = Math.log(value) - mean;
            squares += deviation * deviation;
        }
        double standardError = Math.sqrt(squares / (values.length - 1) / values.length);
        double reach = standardError * StudentT.twoSided(confidence, values.length - 1);
        return new Estimate(
                median,
                Math.min(median, Math.exp(mean - reach)),
                Math.max(median, Math.exp(mean + reach)),
                values.length);
    }

    /**
     * Estimates how many times larger one quantity is than another from measurements taken in pairs, so that what
     * disturbs both members of a pair cancels out.
     *
     * @param numerators the one, each more than 0
     * @param denominators the other, each more than 0, in the same order
     * @param confidence the coverage of the interval
     * @return the estimate of the ratio
     * @throws IllegalArgumentException if the lengths differ, there is no pair, or a value is not positive
     */
    public static Estimate ofRatio(double[] numerators, double[] denominators, double confidence) {
        if (numerators.length != denominators.length) {
            throw new IllegalArgumentException("expected pairs, found " + numerators.length + " numerators and "
                    + denominators.length + " denominators");
        }
        double[] ratios = new double[numerators.length];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = numerators[i] / denominators[i];
        }
        return of(ratios, confidence);
    }

    /**
     * {@return half the width of the interval, as a share of the median; infinite after a single measurement}
     */
    public double spread() {
        return count < 2 ? Double.POSITIVE_INFINITY : (high - low) / 2 / median;
    }

    /**
     * Tells whether a value is inside the interval. Nothing is known of the interval after a single measurement, so
     * then everything is.
     *
     * @param value the value
     * @return whether it cannot be excluded
     */
    public boolean mayBe(double value) {
        return count < 2 || (low <= value && value <= high);
    }

    /**
     * Finds the middle of some values.
     *
     * @param values at least one
     * @return the middle one, or the mean of the two in the middle
     */
    public static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
