package dev.weft.cli.report.digest;

import dev.weft.cli.map.input.Value;
import dev.weft.cli.map.store.Outcome;
import dev.weft.cli.map.store.Outcome.Result;
import dev.weft.cli.report.data.RunReport.Example;
import dev.weft.cli.report.data.RunReport.FailureReason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What became of each input, and why tries failed. Keeps two bytes for an input, and a limited number of reasons:
 * what is said beyond them counts as other reasons. Not thread-safe.
 */
final class Reasons {
    static final String OTHERS = "other reasons";

    private static final int MOST = 500;
    private static final int EXAMPLES = 3;
    private static final int LONGEST = 300;
    private static final int SHORTEST_INPUT = 2;

    private static final short NOTHING = 0;
    private static final short OK = 1;
    private static final short FIRST_REASON = 2;

    /** Of each input, by its number: {@link #NOTHING}, {@link #OK}, or the number of its last reason. */
    private short[] last = new short[1024];

    private final Map<String, Integer> numbers = new HashMap<>();
    private final List<Reason> reasons = new ArrayList<>();

    private static final class Reason {
        final String text;
        final List<Example> examples = new ArrayList<>();
        long tries;

        Reason(String text) {
            this.text = text;
        }
    }

    /**
     * Takes note of a try.
     *
     * @param outcome the try
     * @return whether it failed
     */
    boolean take(Outcome outcome) {
        int index = Math.toIntExact(outcome.input().index());
        if (outcome.result() == Result.OK || outcome.result() == Result.STOPPED) {
            if (outcome.last() && outcome.result() == Result.OK) {
                set(index, OK);
            }
            return false;
        }
        int number = number(reason(outcome));
        Reason reason = reasons.get(number);
        reason.tries++;
        if (reason.examples.size() < EXAMPLES
                && reason.examples.stream().noneMatch(example -> example.index() == index)) {
            reason.examples.add(new Example(index, Shortened.input(outcome.input()), outcome.attempt()));
        }
        if (outcome.last()) {
            set(index, (short) (FIRST_REASON + number));
        }
        return true;
    }

    private void set(int index, short state) {
        if (index >= last.length) {
            last = Arrays.copyOf(
                    last, (int) Math.min(Integer.MAX_VALUE - 8, Math.max(index + 1L, last.length * 3L / 2)));
        }
        last[index] = state;
    }

    private int number(String text) {
        Integer known = numbers.get(text);
        if (known != null) {
            return known;
        }
        String kept = reasons.size() < MOST ? text : OTHERS;
        return numbers.computeIfAbsent(kept, added -> {
            reasons.add(new Reason(added));
            return reasons.size() - 1;
        });
    }

    /** Why a try failed, without what is different for each input. */
    private static String reason(Outcome outcome) {
        String text =
                outcome.message() == null || outcome.result() != Result.FAILED ? outcome.reason() : outcome.message();
        String line = Shortened.to(text.strip().lines().findFirst().orElse(text), LONGEST);
        for (Value value : outcome.input().values()) {
            if (value.text().length() >= SHORTEST_INPUT) {
                line = line.replace(value.text(), "{}");
            }
        }
        return line;
    }

    /** {@return how many inputs went well} */
    long ok() {
        return count(OK);
    }

    /** {@return how many inputs failed for good} */
    long failed() {
        return IntStream.range(0, last.length)
                .filter(i -> last[i] >= FIRST_REASON)
                .count();
    }

    private long count(short state) {
        return IntStream.range(0, last.length).filter(i -> last[i] == state).count();
    }

    /** {@return the largest number of an input that has an outcome; 0 if none has} */
    long largestIndex() {
        return IntStream.range(0, last.length)
                .filter(i -> last[i] != NOTHING)
                .max()
                .orElse(0);
    }

    /** {@return the reasons, those that were the last word for most inputs first} */
    List<FailureReason> all() {
        long[] inputs = new long[reasons.size()];
        for (short state : last) {
            if (state >= FIRST_REASON) {
                inputs[state - FIRST_REASON]++;
            }
        }
        return IntStream.range(0, inputs.length)
                .mapToObj(i -> {
                    Reason reason = reasons.get(i);
                    return new FailureReason(reason.text, reason.tries, inputs[i], List.copyOf(reason.examples));
                })
                .sorted(Comparator.comparingLong(FailureReason::inputs)
                        .thenComparingLong(FailureReason::tries)
                        .reversed())
                .toList();
    }
}
