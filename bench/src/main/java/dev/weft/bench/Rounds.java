package dev.weft.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Runs every contestant of every row once a round, in an order that is new each round: whatever disturbs the machine
 * for a while disturbs all alike. Within a round the contestants of a row stay together, so that their ratio is of
 * figures from the same minute.
 */
final class Rounds {
    private final Random random;
    private final List<RowResult> results;

    Rounds(List<Row> rows, long seed) {
        this.results =
                rows.stream().map(row -> new RowResult(row, new ArrayList<>())).toList();
        this.random = new Random(seed);
    }

    void run(int round, int rounds) throws IOException, InterruptedException {
        for (RowResult result : shuffled(results)) {
            Row row = result.row();
            for (Contestant contestant : shuffled(row.contestants())) {
                Measurement measurement = ProgramRunner.run(row, contestant, round);
                result.measurements().add(measurement);
                System.err.printf(
                        "round %d of %d  %-13s %-16s %s%n",
                        round,
                        rounds,
                        row.id(),
                        contestant.id(),
                        measurement.failed()
                                ? "FAILED: " + measurement.failure()
                                : Tables.number(measurement.figure()) + " " + row.figure().unit);
            }
        }
    }

    List<RowResult> results() {
        return results;
    }

    private <T> List<T> shuffled(List<T> list) {
        var shuffled = new ArrayList<>(list);
        Collections.shuffle(shuffled, random);
        return shuffled;
    }
}
