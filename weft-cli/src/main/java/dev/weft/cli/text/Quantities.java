package dev.weft.cli.text;

import dev.weft.cli.CliException;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times, sizes and numbers as they are typed. */
public final class Quantities {
    private static final Pattern TIME = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,6})?)(ms|s|m|h|d|)");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,12})([kKmMgGtT]?)");

    private Quantities() {}

    /**
     * Understands a time.
     *
     * @param option the option that it belongs to, for the message
     * @param text such as {@code 200ms}, {@code 5s}, {@code 5}, {@code 1.5m}, {@code 2h} or {@code 1d}
     * @return the time
     * @throws CliException if it is none
     */
    public static Duration time(String option, String text) {
        Matcher matcher = TIME.matcher(text);
        if (!matcher.matches()) {
            throw CliException.usage(
                    option + " expects a time such as 200ms, 5s, 1.5m or 2h, found '" + RawText.printable(text) + "'");
        }
        double unit = switch (matcher.group(2)) {
            case "ms" -> 1e6;
            case "m" -> 60e9;
            case "h" -> 3600e9;
            case "d" -> 86400e9;
            default -> 1e9;
        };
        return Duration.ofNanos((long) Math.min(Long.MAX_VALUE / 4.0, Double.parseDouble(matcher.group(1)) * unit));
    }

    /**
     * Understands a size.
     *
     * @param option the option that it belongs to, for the message
     * @param text a number of bytes, or one with k, m, g or t behind it, each 1,024 of the one before
     * @return bytes; what is more than a long can say is its largest
     * @throws CliException if it is none
     */
    public static long size(String option, String text) {
        Matcher matcher = SIZE.matcher(text);
        if (!matcher.matches()) {
            throw CliException.usage(
                    option + " expects a size such as 500m or 2g, found '" + RawText.printable(text) + "'");
        }
        int power =
                matcher.group(2).isEmpty() ? 0 : "kmgt".indexOf(matcher.group(2).toLowerCase(Locale.ROOT)) + 1;
        long number = Long.parseLong(matcher.group(1));
        int shift = 10 * power;
        return number > Long.MAX_VALUE >> shift ? Long.MAX_VALUE : number << shift;
    }

    /**
     * Understands a whole number.
     *
     * @param option the option that it belongs to, for the message
     * @param text the digits
     * @param least the least that is allowed
     * @param most the most that is allowed
     * @return the number
     * @throws CliException if it is none, or out of range
     */
    public static int number(String option, String text, int least, int most) {
        if (text.matches("-?\\d{1,9}")) {
            int number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        }
        throw CliException.usage(option + " expects a number from " + least + " to " + most + ", found '"
                + RawText.printable(text) + "'");
    }
}
