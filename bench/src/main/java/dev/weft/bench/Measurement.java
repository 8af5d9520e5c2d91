package dev.weft.bench;

import org.jspecify.annotations.Nullable;

/**
 * What one process of a contestant gave in one round.
 *
 * @param round the round, from 1
 * @param contestant the id of the contestant
 * @param figure the figure; NaN if the process failed
 * @param output what it printed, or null if it failed
 * @param failure why it failed, or null
 */
record Measurement(
        int round,
        String contestant,
        double figure,
        @Nullable Output output,
        @Nullable String failure) {
    boolean failed() {
        return failure != null;
    }
}
