package dev.weft.process;

import java.util.Locale;

/** Sizes of heaps in words. */
final class HeapSize {
    private HeapSize() {}

    static long parse(String size) {
        String word = size.strip().toLowerCase(Locale.ROOT);
        int shift = switch (word.isEmpty() ? ' ' : word.charAt(word.length() - 1)) {
            case 'k' -> 10;
            case 'm' -> 20;
            case 'g' -> 30;
            default -> -1;
        };
        String digits = shift < 0 ? "" : word.substring(0, word.length() - 1);
        if (digits.isEmpty() || digits.length() > 9 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new IllegalArgumentException("expected a heap size such as 256m or 2g, and found '" + size + "'");
        }
        return Long.parseLong(digits) << shift;
    }

    static String format(long bytes) {
        return bytes >= 1L << 20
                ? (bytes >> 20) + " MiB"
                : bytes >= 1L << 10 ? (bytes >> 10) + " KiB" : bytes + " bytes";
    }
}
