package dev.weft.cli.compare.statistics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Who is faster than whom, and who cannot be told apart.
 *
 * @param order the names, fastest first
 * @param ties groups of at least two names that follow each other in the order; the first of a group cannot be told
 *     apart from any other of it
 * @param leaders the names that share the first place: the fastest, and those tied with it that no faster one surely
 *     beats
 */
public record Ranking(List<String> order, List<List<String>> ties, List<String> leaders) {
    /** Differences below this share are of no use to anyone, however sure they are. */
    public static final double NEGLIGIBLE = 0.03;

    /** One round has no interval, but noise does not make one model twice as fast as another. */
    private static final double ONE_ROUND = 2;

    /**
     * Ranks by the median time.
     *
     * @param seconds the times of each name, those with the same index taken at the same moment of the run
     * @param confidence the coverage of the intervals that decide on ties
     * @return the ranking
     */
    public static Ranking of(Map<String, double[]> seconds, double confidence) {
        List<String> order = seconds.entrySet().stream()
                .sorted(Comparator.comparingDouble(entry -> Estimate.median(entry.getValue())))
                .map(Map.Entry::getKey)
                .toList();
        List<List<String>> ties = new ArrayList<>();
        int first = 0;
        while (first < order.size()) {
            int next = first + 1;
            double[] fastest = times(seconds, order.get(first));
            while (next < order.size() && tied(fastest, times(seconds, order.get(next)), confidence)) {
                next++;
            }
            if (next - first > 1) {
                ties.add(List.copyOf(order.subList(first, next)));
            }
            first = next;
        }
        return new Ranking(order, List.copyOf(ties), leaders(order, ties, seconds, confidence));
    }

    /**
     * A model whose times scatter widely cannot be told from any other; that must not bring those up that others surely
     * beat.
     */
    private static List<String> leaders(
            List<String> order, List<List<String>> ties, Map<String, double[]> seconds, double confidence) {
        if (ties.isEmpty() || !ties.getFirst().getFirst().equals(order.getFirst())) {
            return List.copyOf(order.subList(0, Math.min(1, order.size())));
        }
        List<String> leaders = new ArrayList<>(ties.getFirst());
        leaders.removeIf(name -> order.subList(0, order.indexOf(name)).stream()
                .anyMatch(faster -> !tied(times(seconds, faster), times(seconds, name), confidence)));
        return List.copyOf(leaders);
    }

    /**
     * Tells whether two series are too close to call: no difference that is sure and worth mentioning.
     *
     * @param a the times of the one
     * @param b the times of the other
     * @param confidence the coverage of the interval of their ratio
     * @return whether it is
     */
    public static boolean tied(double[] a, double[] b, double confidence) {
        int pairs = Math.min(a.length, b.length);
        Estimate ratio = Estimate.ofRatio(Arrays.copyOf(b, pairs), Arrays.copyOf(a, pairs), confidence);
        return pairs == 1
                ? ratio.median() < ONE_ROUND && ratio.median() > 1 / ONE_ROUND
                : ratio.mayBe(1) || Math.abs(ratio.median() - 1) < NEGLIGIBLE;
    }

    private static double[] times(Map<String, double[]> seconds, String name) {
        return Objects.requireNonNull(seconds.get(name));
    }
}
