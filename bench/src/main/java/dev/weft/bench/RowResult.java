package dev.weft.bench;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A row and all that was measured for it.
 *
 * @param row the row
 * @param measurements one for each contestant and round
 */
record RowResult(Row row, List<Measurement> measurements) {

    /** {@return the figures of a contestant over the rounds; empty if it failed in all of them} */
    Optional<Spread> figure(Contestant contestant) {
        return spread(of(contestant).map(Measurement::figure).toList());
    }

    /** {@return Weft's figure divided by the contestant's, round by round; empty if no round has both} */
    Optional<Spread> ratio(Contestant contestant) {
        return spread(of(contestant)
                .flatMap(peer -> of(row.weft())
                        .filter(weft -> weft.round() == peer.round())
                        .map(weft -> weft.figure() / peer.figure()))
                .toList());
    }

    Optional<Goal> goal(Contestant contestant) {
        return row.goals().stream()
                .filter(goal -> goal.contestant().equals(contestant.id()))
                .findFirst();
    }

    /**
     * Returns nanoseconds that the program printed: of an iteration, or of an operation.
     *
     * @param contestant whose
     * @param clock "wall" or "cpu" for an iteration, "p50", "p99" or "p999" for an operation
     * @return them, over the rounds; empty if its program does not tell
     */
    Optional<Spread> nanos(Contestant contestant, String clock) {
        return spread(of(contestant)
                .flatMap(measurement -> Optional.ofNullable(measurement.output()).stream())
                .filter(output -> output.lines().containsKey(clock))
                .map(output -> Spread.of(output.values(clock)).median())
                .toList());
    }

    List<Measurement> failures() {
        return measurements.stream().filter(Measurement::failed).toList();
    }

    private Stream<Measurement> of(Contestant contestant) {
        return measurements.stream()
                .filter(measurement -> measurement.contestant().equals(contestant.id()) && !measurement.failed());
    }

    private static Optional<Spread> spread(List<Double> sample) {
        return sample.isEmpty() ? Optional.empty() : Optional.of(Spread.of(sample));
    }
}
