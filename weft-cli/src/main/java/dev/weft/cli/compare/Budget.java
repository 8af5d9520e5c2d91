package dev.weft.cli.compare;

import dev.weft.cli.CliException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The time that a comparison is given, as it is typed. */
final class Budget {
    private static final Pattern TIME = Pattern.compile("(\\d{1,6}(?:\\.\\d{1,3})?)(s|m|h|)");
    private static final double MOST_SECONDS = 24 * 3600;

    private Budget() {}

    /**
     * Understands a time.
     *
     * @param text such as {@code 90s}, {@code 90}, {@code 1.5m} or {@code 1h}
     * @return the time in seconds
     * @throws CliException if it is none, or not between a second and a day
     */
    static double seconds(String text) {
        Matcher matcher = TIME.matcher(text);
        if (matcher.matches()) {
            double unit = switch (matcher.group(2)) {
                case "m" -> 60;
                case "h" -> 3600;
                default -> 1;
            };
            double seconds = Double.parseDouble(matcher.group(1)) * unit;
            if (seconds >= 1 && seconds <= MOST_SECONDS) {
                return seconds;
            }
        }
        throw CliException.usage("--budget expects a time from 1s to 24h, such as 90s or 5m, found '" + text + "'");
    }
}
