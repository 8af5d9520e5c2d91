package dev.weft.cli.map.run;

import dev.weft.cli.CliException;
import dev.weft.cli.map.store.Outcome;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Which failures are tried again, how often, and after how long.
 *
 * @param retries how many tries there are after the first
 * @param on the exit codes, statuses of HTTP, or {@code timeout}, {@code signal}, {@code fail}; empty for all
 * @param backoff the longest wait before the second try; each further one may wait twice as long, up to a minute
 */
public record Retry(int retries, Set<String> on, Duration backoff) {
    private static final Duration LONGEST = Duration.ofMinutes(1);

    /** No retries. */
    public static final Retry NONE = new Retry(0, Set.of(), Duration.ZERO);

    /**
     * Checks the words for failures.
     *
     * @param words exit codes and words, separated by commas
     * @return the same
     * @throws CliException if there is something else among them
     */
    public static Set<String> on(String words) {
        Set<String> on = new HashSet<>();
        for (String word : words.split(",", -1)) {
            if (!word.matches("[1-9]\\d?|1\\d\\d|2[0-4]\\d|25[0-5]|[45]\\d\\d|timeout|signal|fail")) {
                throw CliException.usage(
                        "--retry-on expects exit codes from 1 to 255, statuses of HTTP from 400, fail, signal or timeout, separated by"
                                + " commas, found '" + word + "'");
            }
            on.add(word);
        }
        return on;
    }

    /**
     * Decides.
     *
     * @param result what came of the try
     * @param exit its exit code
     * @param attempt its number, from 1
     * @return whether another try follows
     */
    public boolean applies(Outcome.Result result, int exit, int attempt) {
        if (attempt > retries) {
            return false;
        }
        return switch (result) {
            case OK, STOPPED -> false;
            case FAILED -> on.isEmpty() || on.contains("fail") || on.contains(Integer.toString(exit));
            case SIGNALLED -> on.isEmpty() || on.contains("signal");
            case TIMEOUT -> on.isEmpty() || on.contains("timeout");
            case NOT_STARTED -> on.isEmpty();
        };
    }

    /**
     * Chooses how long to wait before the next try: at random up to the limit, so that those who failed together do not
     * come back together.
     *
     * @param attempt the number of the try that failed, from 1
     * @param random where chance comes from
     * @return nanoseconds
     */
    public long delayNanos(int attempt, RandomGenerator random) {
        double limit = Math.min((double) LONGEST.toNanos(), backoff.toNanos() * Math.pow(2, attempt - 1));
        return limit < 1 ? 0 : random.nextLong((long) limit + 1);
    }
}
