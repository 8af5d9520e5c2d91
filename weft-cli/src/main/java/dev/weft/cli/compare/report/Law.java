package dev.weft.cli.compare.report;

import dev.weft.cli.compare.statistics.ScalabilityLaw;
import dev.weft.cli.text.Words;
import org.jspecify.annotations.Nullable;

/**
 * A law of scalability, fitted to what was measured: {@code perSecond n / (1 + sigma (n - 1) + kappa n (n - 1))}.
 *
 * @param perSecond the throughput of one at a time
 * @param sigma the share that only one can do at a time
 * @param kappa what each pair costs by keeping in step; 0 for Amdahl's law
 * @param error how far it is from the points: the root of the mean square of relative errors
 * @param best the number at once with most throughput; null if there is no such number
 */
public record Law(
        double perSecond,
        double sigma,
        double kappa,
        double error,
        @Nullable Double best) {
    /** A law that misses the points by so much does not describe them. */
    private static final double FAR = 0.15;

    /** A share that is all of it but for what is measured badly. */
    private static final double ALL = 0.98;

    /**
     * Takes a fitted law into a report.
     *
     * @param law the law
     * @return its numbers
     */
    public static Law of(ScalabilityLaw law) {
        return new Law(
                law.rate(), law.sigma(), law.kappa(), law.error(), Double.isFinite(law.best()) ? law.best() : null);
    }

    /**
     * Says what throughput the law expects.
     *
     * @param n how many at once
     * @return the throughput
     */
    public double at(double n) {
        return new ScalabilityLaw(perSecond, sigma, kappa, error).at(n);
    }

    /**
     * Says what the universal scalability law makes of the points, if it describes them.
     *
     * @return a few sentences with its numbers
     */
    public String inWords() {
        if (error > FAR) {
            return "The points are too far from the universal scalability law to say more (it misses them by "
                    + Words.percent(error) + "): measure for longer, or on a quieter machine.";
        }
        return "One at a time would do " + Words.rate(perSecond) + " a second; " + Words.percent(sigma)
                + " of the work is for one only"
                + (kappa > 0 ? ", and each pair costs " + Words.percent(kappa) + " more" : "")
                + " (universal scalability law; it misses the points by " + Words.percent(error) + "). " + more();
    }

    private String more() {
        if (best != null) {
            return "Most throughput is to be had with " + Words.number(Math.round(best)) + " at once.";
        }
        if (sigma == 0) {
            return "More at once is always more.";
        }
        return sigma >= ALL
                ? "More at once is no more."
                : "More at once is more, but never above " + Words.rate(perSecond / sigma) + " a second.";
    }
}
