package dev.weft.cli.report.digest;

import dev.weft.cli.map.store.Outcome;
import dev.weft.cli.report.data.RunReport.Slow;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** The tries that took longest. Not thread-safe. */
final class Slowest {
    private static final int KEPT = 10;

    private final PriorityQueue<Slow> kept = new PriorityQueue<>(Comparator.comparingDouble(Slow::seconds));

    void take(Outcome outcome) {
        double seconds = outcome.nanos() / 1e9;
        if (kept.size() == KEPT && kept.element().seconds() >= seconds) {
            return;
        }
        kept.add(new Slow(
                outcome.input().index(),
                Shortened.input(outcome.input()),
                outcome.attempt(),
                outcome.slot(),
                seconds,
                outcome.cpuNanos() < 0 ? null : outcome.cpuNanos() / 1e9,
                outcome.reason()));
        if (kept.size() > KEPT) {
            kept.remove();
        }
    }

    /** {@return them, the longest first} */
    List<Slow> read() {
        return kept.stream()
                .sorted(Comparator.comparingDouble(Slow::seconds).reversed())
                .toList();
    }
}
