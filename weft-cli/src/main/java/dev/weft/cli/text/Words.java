package dev.weft.cli.text;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;

/** Numbers and names as a sentence uses them. */
public final class Words {
    private Words() {}

    /**
     * Formats a factor with as many digits as mean something.
     *
     * @param factor the factor
     * @return such as {@code 1.92}, {@code 8.3} or {@code 31}
     */
    public static String factor(double factor) {
        return fixed(factor, factor < 5 ? 2 : factor < 20 ? 1 : 0);
    }

    /**
     * Formats a share.
     *
     * @param share between 0 and 1
     * @return such as {@code 97 %}
     */
    public static String percent(double share) {
        return fixed(share * 100, share >= 0.0005 && share < 0.095 ? 1 : 0) + " %";
    }

    /**
     * Formats a time.
     *
     * @param seconds the time in seconds
     * @return such as {@code 71 ms} or {@code 2.31 s}
     */
    public static String time(double seconds) {
        if (seconds < 0.001) {
            return fixed(seconds * 1e6, 0) + " µs";
        }
        return seconds < 1
                ? fixed(seconds * 1e3, seconds < 0.01 ? 1 : 0) + " ms"
                : fixed(seconds, seconds < 10 ? 2 : 1) + " s";
    }

    /**
     * Formats a size.
     *
     * @param bytes the size in bytes
     * @return such as {@code 93 MB} or {@code 1.4 GB}
     */
    public static String size(long bytes) {
        double megabytes = bytes / 1e6;
        return megabytes >= 1000
                ? fixed(megabytes / 1000, 1) + " GB"
                : fixed(megabytes, megabytes < 10 ? 1 : 0) + " MB";
    }

    /**
     * Formats a number.
     *
     * @param number the number
     * @return such as {@code 2,000}
     */
    public static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /**
     * Formats a rate.
     *
     * @param perSecond how many in a second
     * @return such as {@code 3.10} or {@code 2,400}
     */
    public static String rate(double perSecond) {
        return perSecond < 20 ? factor(perSecond) : number(Math.round(perSecond));
    }

    /**
     * Formats a number of things.
     *
     * @param count how many
     * @param unit their name, singular
     * @return such as {@code 1 page} or {@code 2,000 pages}
     */
    public static String count(long count, String unit) {
        return number(count) + " " + (count == 1 ? unit : plural(unit));
    }

    /**
     * Makes the plural of a noun.
     *
     * @param unit the noun
     * @return its plural
     */
    public static String plural(String unit) {
        if (unit.matches(".*[^aeiou]y")) {
            return unit.substring(0, unit.length() - 1) + "ies";
        }
        return unit.endsWith("s") ? unit + "es" : unit + "s";
    }

    /**
     * Joins names.
     *
     * @param names at least one
     * @return such as {@code a, b and c}
     */
    public static String list(List<String> names) {
        int last = names.size() - 1;
        return last == 0 ? names.getFirst() : String.join(", ", names.subList(0, last)) + " and " + names.get(last);
    }

    private static String fixed(double value, int decimals) {
        return BigDecimal.valueOf(value)
                .setScale(decimals, RoundingMode.HALF_UP)
                .toPlainString();
    }
}
