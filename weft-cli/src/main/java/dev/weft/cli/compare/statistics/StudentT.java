package dev.weft.cli.compare.statistics;

/** Student's t distribution. */
public final class StudentT {
    private static final int MAX_TERMS = 500;
    private static final double EPSILON = 1e-14;
    private static final double TINY = 1e-300;

    private StudentT() {}

    /**
     * Computes the half-width of a two-sided interval, in standard errors.
     *
     * @param confidence the coverage, between 0 and 1 exclusively
     * @param degreesOfFreedom at least 1
     * @return the value that a t-distributed variable stays below in size with that probability
     * @throws IllegalArgumentException if an argument is out of its range
     */
    public static double twoSided(double confidence, int degreesOfFreedom) {
        if (!(confidence > 0 && confidence < 1) || degreesOfFreedom < 1) {
            throw new IllegalArgumentException(
                    "expected a confidence between 0 and 1 and at least one degree of freedom," + " found " + confidence
                            + " and " + degreesOfFreedom);
        }
        double low = 0;
        double high = 1;
        while (coverage(high, degreesOfFreedom) < confidence) {
            high *= 2;
        }
        // The coverage grows strictly, and 80 halvings leave less than a rounding error.
        for (int i = 0; i < 80; i++) {
            double middle = (low + high) / 2;
            if (coverage(middle, degreesOfFreedom) < confidence) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (low + high) / 2;
    }

    /** The probability that the variable is not further from zero than {@code t}. */
    static double coverage(double t, int degreesOfFreedom) {
        return 1 - incompleteBeta(degreesOfFreedom / (degreesOfFreedom + t * t), degreesOfFreedom / 2.0, 0.5);
    }

    /** The regularised incomplete beta function. */
    private static double incompleteBeta(double x, double a, double b) {
        if (x <= 0) {
            return 0;
        }
        if (x >= 1) {
            return 1;
        }
        double front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
        // The fraction converges fast only on one side; the function's symmetry gives the other.
        return x < (a + 1) / (a + b + 2) ? front * fraction(x, a, b) / a : 1 - front * fraction(1 - x, b, a) / b;
    }

    /** Lentz's evaluation of the continued fraction of the incomplete beta function. */
    private static double fraction(double x, double a, double b) {
        double c = 1;
        double d = inverse(1 - (a + b) * x / (a + 1));
        double value = d;
        for (int m = 1; m <= MAX_TERMS; m++) {
            double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = inverse(1 + even * d);
            c = notZero(1 + even / c);
            value *= d * c;
            double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = inverse(1 + odd * d);
            c = notZero(1 + odd / c);
            double step = d * c;
            value *= step;
            if (Math.abs(step - 1) < EPSILON) {
                break;
            }
        }
        return value;
    }

    private static double inverse(double value) {
        return 1 / notZero(value);
    }

    private static double notZero(double value) {
        return Math.abs(value) < TINY ? TINY : value;
    }

    /** Stirling's series, after moving the argument to where it is accurate. */
    private static double logGamma(double x) {
        double shift = 0;
        double z = x;
        while (z < 15) {
            shift -= Math.log(z);
            z += 1;
        }
        double inverse = 1 / z;
        double square = inverse * inverse;
        double series = inverse * (1 / 12.0 - square * (1 / 360.0 - square * (1 / 1260.0 - square / 1680.0)));
        return shift + (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series;
    }
}
