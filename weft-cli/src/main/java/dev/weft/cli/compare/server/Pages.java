package dev.weft.cli.compare.server;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;

/**
 * Made-up web pages, each with the time that its server thinks before it answers. Everything follows from a seed, so
 * that each model and each round meets the same pages with the same waits.
 *
 * <p>Sizes and waits are log-normal, as those of real servers are: most are near the median, and a few take several
 * times as long.
 */
public final class Pages {
    /** The median of the waits, in milliseconds. */
    public static final double MEDIAN_LATENCY_MILLIS = 8;

    private static final double LATENCY_SIGMA = 0.5;
    private static final double MOST_LATENCY_MILLIS = 40;
    private static final double MEDIAN_SIZE = 10_000;
    private static final double SIZE_SIGMA = 0.6;
    private static final double LEAST_SIZE = 1_500;
    private static final double MOST_SIZE = 60_000;
    private static final int VOCABULARY = 3_000;

    private final long seed;
    private final String[] words = new String[VOCABULARY];

    /**
     * Makes a set of pages.
     *
     * @param seed what they follow from
     */
    public Pages(long seed) {
        this.seed = seed;
        Random random = new Random(seed);
        String consonants = "bcdfghjklmnprstvw";
        String vowels = "aeiou";
        for (int i = 0; i < words.length; i++) {
            StringBuilder word = new StringBuilder();
            for (int syllables = 1 + random.nextInt(4); syllables > 0; syllables--) {
                word.append(consonants.charAt(random.nextInt(consonants.length())))
                        .append(vowels.charAt(random.nextInt(vowels.length())));
            }
            words[i] = word.toString();
        }
    }

    /**
     * Tells how long the server thinks before it sends a page.
     *
     * @param page the number of the page
     * @return the time
     */
    public Duration latency(int page) {
        double millis =
                MEDIAN_LATENCY_MILLIS * Math.exp(LATENCY_SIGMA * random(page, 1).nextGaussian());
        return Duration.ofNanos((long) (Math.min(MOST_LATENCY_MILLIS, millis) * 1e6));
    }

    /**
     * Makes the content of a page.
     *
     * @param page the number of the page
     * @return HTML in ASCII
     */
    public byte[] html(int page) {
        Random random = random(page, 2);
        double size = Math.clamp(MEDIAN_SIZE * Math.exp(SIZE_SIGMA * random.nextGaussian()), LEAST_SIZE, MOST_SIZE);
        StringBuilder html = new StringBuilder((int) size + 100);
        html.append("<!doctype html><html><head><title>Page ").append(page).append("</title></head><body>\n");
        while (html.length() < size) {
            html.append("<p>");
            for (int i = 20 + random.nextInt(60); i > 0; i--) {
                // A product of two uniform numbers makes small numbers frequent, as common words are.
                html.append(words[(int) (words.length * random.nextDouble() * random.nextDouble())])
                        .append(' ');
            }
            html.append("<a href=\"/page/").append(random.nextInt(10_000)).append("\">more</a></p>\n");
        }
        return html.append("</body></html>\n").toString().getBytes(StandardCharsets.US_ASCII);
    }

    private Random random(int page, int purpose) {
        // Random spreads neighbouring seeds badly; the odd factor brings them apart.
        return new Random((seed * 31 + page) * 0x9E3779B97F4A7C15L + purpose);
    }
}
