package dev.weft.examples;

import dev.weft.Weft;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;

/** Tries again, each time after a longer pause with a random part. */
public final class Retry {
    private final int attempts;
    private final Duration firstPause;
    private final RandomGenerator random;

    /**
     * Makes a policy.
     *
     * @param attempts how often to try, at least once
     * @param firstPause the pause after the first failure; each one is twice as long as the one before, and up to a
     *     half longer by chance
     * @param random makes the random part
     */
    public Retry(int attempts, Duration firstPause, RandomGenerator random) {
        this.attempts = attempts;
        this.firstPause = firstPause;
        this.random = random;
    }

    /**
     * Calls until a call succeeds.
     *
     * @param call what to call
     * @param <T> its result
     * @return its result
     * @throws Exception the last failure
     */
    public <T> T call(Callable<T> call) throws Exception {
        Duration pause = firstPause;
        for (int attempt = 1; ; attempt++) {
            try {
                return call.call();
            } catch (Exception e) {
                if (attempt == attempts) {
                    throw e;
                }
            }
            Weft.sleep(pause.plusNanos(random.nextLong(pause.toNanos() / 2)));
            pause = pause.multipliedBy(2);
        }
    }
}
