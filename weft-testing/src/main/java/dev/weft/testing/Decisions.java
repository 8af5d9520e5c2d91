package dev.weft.testing;

import java.util.Arrays;

/**
 * Which of those that were ready was taken, at each point where there was more than one: the order of a run. Zero is
 * the one that has been ready longest, as in production; so what differs from zero is what makes a schedule special,
 * and only that is written down.
 *
 * <p>As text: {@code point:index} for each that is not zero, separated by commas; {@code -} if there is none.
 */
final class Decisions {
    private int[] indices;
    private int size;

    Decisions() {
        this(new int[64], 0);
    }

    private Decisions(int[] indices, int size) {
        this.indices = indices;
        this.size = size;
    }

    void add(int index) {
        if (size == indices.length) {
            indices = Arrays.copyOf(indices, 2 * size);
        }
        indices[size++] = index;
    }

    /** {@return the decision at a point; zero beyond the end} */
    int at(int point) {
        return point < size ? indices[point] : 0;
    }

    int size() {
        return size;
    }

    /** {@return the points with a decision other than that of production} */
    int[] special() {
        int[] points = new int[size];
        int count = 0;
        for (int i = 0; i < size; i++) {
            if (indices[i] != 0) {
                points[count++] = i;
            }
        }
        return Arrays.copyOf(points, count);
    }

    /** {@return the same, with all others but the given points as in production} */
    Decisions only(int[] points) {
        int[] kept = new int[size];
        int end = 0;
        for (int point : points) {
            kept[point] = at(point);
            end = Math.max(end, point + 1);
        }
        return new Decisions(kept, end);
    }

    static Decisions parse(String text) {
        var decisions = new Decisions();
        if (text.equals("-")) {
            return decisions;
        }
        for (String part : text.split(",", -1)) {
            int colon = part.indexOf(':');
            try {
                int point = Integer.parseInt(part, 0, Math.max(colon, 0), 10);
                while (decisions.size < point) {
                    decisions.add(0);
                }
                if (decisions.size != point) {
                    throw new NumberFormatException("points must ascend");
                }
                decisions.add(Integer.parseInt(part, colon + 1, part.length(), 10));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(
                        "a schedule is written as point:index,point:index,… with ascending points, or - for that of production, and this"
                                + " part is not: '" + part + "'; copy it from the line that the failed test printed",
                        e);
            }
        }
        return decisions;
    }

    @Override
    public String toString() {
        var text = new StringBuilder();
        for (int point : special()) {
            text.append(text.isEmpty() ? "" : ",").append(point).append(':').append(indices[point]);
        }
        return text.isEmpty() ? "-" : text.toString();
    }
}
