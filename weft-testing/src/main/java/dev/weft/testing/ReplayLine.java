package dev.weft.testing;

import org.jspecify.annotations.Nullable;

/**
 * What brings one run back: its seed, its schedule, and where it was cancelled, if it was. As text
 * {@code seed/schedule}, with {@code @checkpoint} behind it for a run that was cancelled.
 *
 * @param seed what its random numbers were made from
 * @param decisions its schedule
 * @param cancelAt the checkpoint at which it was cancelled, counted from one; zero for none
 */
record ReplayLine(long seed, Decisions decisions, int cancelAt) {
    /**
     * Reads one.
     *
     * @throws IllegalArgumentException if the text is none
     */
    static ReplayLine parse(String text) {
        int slash = text.indexOf('/');
        int at = text.indexOf('@');
        int end = at < 0 ? text.length() : at;
        try {
            long seed = Long.parseLong(text, 0, Math.max(slash, 0), 10);
            int cancelAt = at < 0 ? 0 : Integer.parseInt(text, at + 1, text.length(), 10);
            if (slash < end && cancelAt >= 0) {
                return new ReplayLine(seed, Decisions.parse(text.substring(slash + 1, end)), cancelAt);
            }
        } catch (NumberFormatException e) {
            throw notOne(text, e);
        }
        throw notOne(text, null);
    }

    private static IllegalArgumentException notOne(String text, @Nullable NumberFormatException cause) {
        return new IllegalArgumentException(
                "a replay is written as seed/schedule, or seed/schedule@checkpoint, and this is not: '" + text
                        + "'; copy it from the line that the failed test printed",
                cause);
    }

    @Override
    public String toString() {
        return seed + "/" + decisions + (cancelAt == 0 ? "" : "@" + cancelAt);
    }
}
