package dev.weft.cli.report;

import java.util.Arrays;

/** Numbers as a row of blocks, one character each. */
final class Sparkline {
    private static final String BLOCKS = "▁▂▃▄▅▆▇█";

    private Sparkline() {}

    /**
     * Draws numbers.
     *
     * @param values the numbers; none below 0
     * @param width how many blocks at most; neighbours are averaged
     * @return the blocks; the highest stands for the largest number, a blank for 0
     */
    static String of(double[] values, int width) {
        double[] shown = averaged(values, width);
        double most = Arrays.stream(shown).max().orElse(0);
        StringBuilder line = new StringBuilder();
        for (double value : shown) {
            int height = (int) Math.ceil(value / most * BLOCKS.length());
            line.append(value > 0 ? BLOCKS.charAt(Math.clamp(height - 1, 0, BLOCKS.length() - 1)) : ' ');
        }
        return line.toString();
    }

    private static double[] averaged(double[] values, int width) {
        int count = Math.min(values.length, width);
        double[] sums = new double[count];
        int[] parts = new int[count];
        for (int i = 0; i < values.length; i++) {
            int column = (int) ((long) i * count / values.length);
            sums[column] += values[i];
            parts[column]++;
        }
        for (int i = 0; i < count; i++) {
            sums[i] /= parts[i];
        }
        return sums;
    }
}
