package dev.weft.cli.text;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Guesses what somebody meant to type. */
public final class Nearest {
    private Nearest() {}

    /**
     * Finds the name that is most like a word.
     *
     * @param word what was typed
     * @param names the names that exist
     * @return the nearest, unless it is nothing like the word
     */
    public static Optional<String> to(String word, Collection<String> names) {
        int tolerated = Math.max(2, word.length() / 3);
        return names.stream()
                .filter(name -> distance(word, name) <= tolerated || (word.length() > 1 && name.startsWith(word)))
                .min(Comparator.comparingInt(name -> distance(word, name)));
    }

    /** How many letters must be put in, left out, replaced or swapped with their neighbour. */
    static int distance(String a, String b) {
        int[][] distance = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int k = 0; k <= b.length(); k++) {
                if (i == 0 || k == 0) {
                    distance[i][k] = i + k;
                    continue;
                }
                int replaced = distance[i - 1][k - 1] + (a.charAt(i - 1) == b.charAt(k - 1) ? 0 : 1);
                distance[i][k] = Math.min(replaced, 1 + Math.min(distance[i - 1][k], distance[i][k - 1]));
                if (i > 1 && k > 1 && a.charAt(i - 1) == b.charAt(k - 2) && a.charAt(i - 2) == b.charAt(k - 1)) {
                    distance[i][k] = Math.min(distance[i][k], distance[i - 2][k - 2] + 1);
                }
            }
        }
        return distance[a.length()][b.length()];
    }
}
