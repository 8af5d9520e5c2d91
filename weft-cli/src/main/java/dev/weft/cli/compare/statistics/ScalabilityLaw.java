package dev.weft.cli.compare.statistics;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How throughput follows the number at once, by the universal scalability law: {@code X(n) = rate n / (1 + sigma (n -
 * 1) + kappa n (n - 1))}. With {@code kappa = 0} it is Amdahl's law.
 *
 * <p>{@code n / X(n)} is linear in {@code 1 / rate}, {@code sigma / rate} and {@code kappa / rate}. These are fitted
 * by least squares, weighted so that the relative errors count: without weights the slowest points would decide
 * alone. The limits, {@code 0 <= sigma <= 1} and {@code 0 <= kappa}, are kept by trying which of them hold with
 * equality; of what is left, the best is the answer. There is no iteration, and nothing to start from.
 *
 * @param rate the throughput of one at a time
 * @param sigma the share of the work that only one can do at a time
 * @param kappa what each pair costs by keeping in step
 * @param error the root of the mean square of the relative errors of {@code n / X(n)}
 */
public record ScalabilityLaw(double rate, double sigma, double kappa, double error) {
    /** The fewest loads that say something about three unknowns. */
    public static final int FEWEST_POINTS = 6;

    private static final double TINY = 1e-12;

    /**
     * A measured load.
     *
     * @param n how many at once, more than 0; need not be whole
     * @param throughput what came of it in a unit of time, more than 0
     */
    public record Point(double n, double throughput) {}

    /**
     * Fits Amdahl's law.
     *
     * @param points the loads
     * @return the law
     * @throws IllegalArgumentException if there are fewer than {@link #FEWEST_POINTS}, or one is not positive
     */
    public static ScalabilityLaw amdahl(List<Point> points) {
        return fit(points, false);
    }

    /**
     * Fits the universal scalability law.
     *
     * @param points the loads
     * @return the law
     * @throws IllegalArgumentException if there are fewer than {@link #FEWEST_POINTS}, or one is not positive
     */
    public static ScalabilityLaw universal(List<Point> points) {
        return fit(points, true);
    }

    private static ScalabilityLaw fit(List<Point> points, boolean withKappa) {
        if (points.size() < FEWEST_POINTS) {
            throw new IllegalArgumentException(
                    "expected at least " + FEWEST_POINTS + " loads, found " + points.size() + ": measure more");
        }
        for (Point point : points) {
            if (!(point.n > 0) || !(point.throughput > 0)) {
                throw new IllegalArgumentException("expected positive loads and throughputs, found " + point);
            }
        }
        ScalabilityLaw best = null;
        for (Serial serial : Serial.values()) {
            for (boolean kappa : withKappa ? new boolean[] {false, true} : new boolean[] {false}) {
                ScalabilityLaw law = fit(points, serial, kappa);
                if (law != null && (best == null || law.error < best.error - TINY)) {
                    best = law;
                }
            }
        }
        // With sigma and kappa 0 the rate is a mean of positive numbers: that one is always possible.
        return Objects.requireNonNull(best);
    }

    /** Where sigma is: free, or at one of its limits. */
    private enum Serial {
        NONE,
        FREE,
        ALL
    }

    /** The best law of a kind; null if it is outside the limits. */
    private static @Nullable ScalabilityLaw fit(List<Point> points, Serial serial, boolean withKappa) {
        int unknowns = 1 + (serial == Serial.FREE ? 1 : 0) + (withKappa ? 1 : 0);
        double[][] normal = new double[unknowns][unknowns + 1];
        double[] row = new double[unknowns];
        for (Point point : points) {
            double relative = point.throughput / point.n; // the weight, which makes the right-hand side 1
            fill(row, point.n, relative, serial, withKappa);
            for (int i = 0; i < unknowns; i++) {
                for (int k = 0; k < unknowns; k++) {
                    normal[i][k] += row[i] * row[k];
                }
                normal[i][unknowns] += row[i];
            }
        }
        double[] solution = solve(normal);
        if (solution == null || !(solution[0] > 0)) {
            return null;
        }
        double rate = 1 / solution[0];
        double sigma = serial == Serial.NONE ? 0 : serial == Serial.ALL ? 1 : solution[1] * rate;
        double kappa = withKappa ? solution[unknowns - 1] * rate : 0;
        if (sigma < 0 || sigma > 1 || kappa < 0) {
            return null;
        }
        double squares = 0;
        for (Point point : points) {
            fill(row, point.n, point.throughput / point.n, serial, withKappa);
            double predicted = 0;
            for (int i = 0; i < unknowns; i++) {
                predicted += row[i] * solution[i];
            }
            squares += (predicted - 1) * (predicted - 1);
        }
        return new ScalabilityLaw(rate, sigma, kappa, Math.sqrt(squares / points.size()));
    }

    private static void fill(double[] row, double n, double weight, Serial serial, boolean withKappa) {
        int next = 0;
        row[next++] = weight * (serial == Serial.ALL ? n : 1);
        if (serial == Serial.FREE) {
            row[next++] = weight * (n - 1);
        }
        if (withKappa) {
            row[next] = weight * n * (n - 1);
        }
    }

    /** Gauss's elimination; null if the loads do not tell the unknowns apart. */
    private static double @Nullable [] solve(double[][] rows) {
        int count = rows.length;
        for (int column = 0; column < count; column++) {
            int pivot = column;
            for (int row = column + 1; row < count; row++) {
                if (Math.abs(rows[row][column]) > Math.abs(rows[pivot][column])) {
                    pivot = row;
                }
            }
            double[] swapped = rows[pivot];
            rows[pivot] = rows[column];
            rows[column] = swapped;
            if (Math.abs(swapped[column]) < TINY * Math.abs(swapped[count]) || swapped[column] == 0) {
                return null;
            }
            for (int row = 0; row < count; row++) {
                if (row != column) {
                    double factor = rows[row][column] / swapped[column];
                    for (int k = column; k <= count; k++) {
                        rows[row][k] -= factor * swapped[k];
                    }
                }
            }
        }
        double[] solution = new double[count];
        for (int row = 0; row < count; row++) {
            solution[row] = rows[row][count] / rows[row][row];
        }
        return solution;
    }

    /**
     * Says what throughput the law expects.
     *
     * @param n how many at once
     * @return the throughput
     */
    public double at(double n) {
        return rate * n / (1 + sigma * (n - 1) + kappa * n * (n - 1));
    }

    /**
     * {@return the number at once with most throughput; infinite if more is always more}
     */
    public double best() {
        return kappa == 0 ? Double.POSITIVE_INFINITY : Math.max(1, Math.sqrt((1 - sigma) / kappa));
    }
}
