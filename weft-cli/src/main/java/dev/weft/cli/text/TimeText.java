package dev.weft.cli.text;

import java.time.Instant;

/**
 * Writes times as ISO 8601 does, in UTC and to the microsecond. For logs, most of whose lines share their second with
 * the one before. Thread-safe.
 */
public final class TimeText {
    private static final int MICRO = 1_000;
    private static final int DIGITS = 6;

    /** A second and its text, up to the fraction. */
    private record Second(long second, String text) {}

    private static volatile Second last = second(0);

    private TimeText() {}

    /**
     * Writes a time, such as {@code 2026-03-01T12:00:00.000250Z}.
     *
     * @param time the time; what is less than a microsecond is left out
     * @param out where to
     */
    public static void append(Instant time, AsciiText out) {
        Second second = last;
        if (second.second != time.getEpochSecond()) {
            second = second(time.getEpochSecond());
            last = second;
        }
        out.add(second.text).add('.').add(time.getNano() / MICRO, DIGITS).add('Z');
    }

    private static Second second(long second) {
        String text = Instant.ofEpochSecond(second).toString();
        return new Second(second, text.substring(0, text.length() - 1));
    }
}
