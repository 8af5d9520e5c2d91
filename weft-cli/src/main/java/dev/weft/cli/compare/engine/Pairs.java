package dev.weft.cli.compare.engine;

import dev.weft.cli.compare.statistics.Estimate;
import java.util.Arrays;

/** Brings the times of two models together: those of the same round are a pair. */
final class Pairs {
    private Pairs() {}

    /** How many times longer {@code slow} takes than {@code fast}; both must have at least one round. */
    static Estimate ratio(Samples.Series slow, Samples.Series fast, double confidence) {
        // Every series begins with round 1 and has no gaps; one may be shorter, where the run or the model ended early.
        int pairs = Math.min(slow.rounds().size(), fast.rounds().size());
        return Estimate.ofRatio(Arrays.copyOf(slow.seconds(), pairs), Arrays.copyOf(fast.seconds(), pairs), confidence);
    }
}
