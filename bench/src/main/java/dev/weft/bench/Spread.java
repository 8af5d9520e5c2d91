package dev.weft.bench;

import java.util.Collection;

/**
 * The middle and the ends of a sample.
 *
 * @param median the median
 * @param low the least value
 * @param high the greatest value
 */
record Spread(double median, double low, double high) {
    static Spread of(Collection<Double> sample) {
        double[] sorted =
                sample.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        if (sorted.length == 0) {
            throw new IllegalArgumentException("expected at least one value, found an empty sample");
        }
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1]);
    }
}
