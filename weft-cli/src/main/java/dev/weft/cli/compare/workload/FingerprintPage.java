package dev.weft.cli.compare.workload;

import dev.weft.cli.compare.work.Access;
import dev.weft.cli.compare.work.Work;
import java.io.IOException;
import java.net.URI;
import java.util.Arrays;

/**
 * Fetches a page and computes its MinHash fingerprint, by which a crawler finds pages that are nearly the same: the
 * smallest value that each of many hash functions takes over all runs of five words.
 *
 * @param uri the address of the page
 * @param functions how many hash functions
 */
public record FingerprintPage(URI uri, int functions) implements Work {
    private static final int RUN = 5;

    @Override
    public String label() {
        return uri.toString();
    }

    @Override
    public long run(Access access) throws IOException, InterruptedException {
        byte[] page = access.fetch(uri);
        long[] smallest = new long[functions];
        Arrays.fill(smallest, Long.MAX_VALUE);
        long[] words = new long[RUN];
        int count = 0;
        int position = 0;
        while (position < page.length) {
            long word = 0;
            while (position < page.length && isLetter(page[position])) {
                word = word * 31 + page[position++];
            }
            position++;
            if (word == 0) {
                continue;
            }
            words[count++ % RUN] = word;
            if (count >= RUN) {
                update(smallest, hash(words, count));
                access.checkpoint();
            }
        }
        long fingerprint = 0;
        for (long value : smallest) {
            fingerprint = fingerprint * 31 + value;
        }
        return fingerprint;
    }

    private static boolean isLetter(byte character) {
        return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
    }

    /** Combines the last words, the oldest first. */
    private static long hash(long[] words, int count) {
        long hash = 0;
        for (int i = 0; i < RUN; i++) {
            hash = hash * 0x9E3779B97F4A7C15L + words[(count + i) % RUN];
        }
        return hash;
    }

    private static void update(long[] smallest, long run) {
        for (int function = 0; function < smallest.length; function++) {
            long value = (run ^ function * 0xC2B2AE3D27D4EB4FL) * 0x9E3779B97F4A7C15L;
            value = (value ^ value >>> 32) * 0xD6E8FEB86659FD93L;
            smallest[function] = Math.min(smallest[function], value ^ value >>> 29);
        }
    }
}
