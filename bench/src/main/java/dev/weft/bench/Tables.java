package dev.weft.bench;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Writes results as Markdown: first each goal beside what was measured, then a table per row. */
final class Tables {
    private final StringBuilder text = new StringBuilder();

    private Tables() {}

    static String of(Results results) {
        var tables = new Tables();
        tables.head(results);
        tables.goals(results.rows());
        results.rows().forEach(tables::row);
        tables.inside(results.inside());
        return tables.text.toString();
    }

    private void head(Results results) {
        line("Machine: " + results.machine() + ".");
        line("");
        line("Versions: " + String.join("; ", versions(results)) + ".");
        line("");
        line("JVM flags: "
                + String.join(
                        ", ",
                        results.jvmFlags().stream()
                                .map(flag -> "`" + flag + "`")
                                .toList()) + ".");
        line("");
        line("%d rounds in random order (seed %d)%s, %.0f s in all%s."
                .formatted(
                        results.rounds(),
                        results.seed(),
                        results.quick() ? ", quick settings" : "",
                        results.seconds(),
                        results.otherLoad() == null
                                ? ""
                                : "; other programs used %.0f %% of the machine meanwhile"
                                        .formatted(100 * results.otherLoad())));
        for (String missing : results.missing()) {
            line("");
            line("Missing: " + missing + ".");
        }
    }

    private static Set<String> versions(Results results) {
        var versions = new TreeSet<String>();
        for (RowResult row : results.rows()) {
            for (Measurement measurement : row.measurements()) {
                Output output = measurement.output();
                if (output != null) {
                    versions.add(output.text("runtime"));
                }
            }
        }
        return versions;
    }

    private void goals(List<RowResult> rows) {
        line("");
        line("### Goals");
        line("");
        line("| what | Weft ÷ peer, or Weft's own figure | goal | measured | |");
        line("|---|---|---|---|---|");
        for (RowResult result : rows) {
            Row row = result.row();
            for (Contestant peer : row.contestants()) {
                Optional<Goal> goal = result.goal(peer);
                if (goal.isPresent()) {
                    Optional<Spread> ratio = result.ratio(peer);
                    line("| %s | %s | ≤ %s | %s | %s |"
                            .formatted(
                                    row.title(),
                                    peer.title(),
                                    number(goal.get().ratio()),
                                    ratio.map(Tables::spread).orElse("no result"),
                                    verdict(ratio, goal.get().ratio())));
                }
            }
            if (Double.isFinite(row.limit())) {
                Optional<Spread> own = result.figure(row.weft());
                line("| %s | own figure | ≤ %s %s | %s | %s |"
                        .formatted(
                                row.title(),
                                number(row.limit()),
                                row.figure().unit,
                                own.map(Tables::spread).orElse("no result"),
                                verdict(own, row.limit())));
            }
        }
    }

    private static String verdict(Optional<Spread> measured, double limit) {
        if (measured.isEmpty()) {
            return "—";
        }
        Spread spread = measured.get();
        if (spread.low() <= limit && spread.high() > limit) {
            return spread.median() <= limit ? "reached, not in every round" : "**missed**, not in every round";
        }
        return spread.median() <= limit ? "reached" : "**missed**";
    }

    private void row(RowResult result) {
        Row row = result.row();
        String beside = switch (row.figure()) {
            case PROCESSOR_NANOS -> " wall time, ns |";
            case SERVER_NANOS -> " wall time, ns | p50, µs | p99, µs | p99.9, µs |";
            case P99_MILLIS -> " p50, ms | p99.9, ms |";
            case MILLIS_BEYOND_SLEEP -> " processor time, ms |";
            default -> "";
        };
        line("");
        line("### " + row.title());
        line("");
        line(row.explanation());
        line("");
        line("| | " + row.figure().unit + " | Weft ÷ it |" + beside);
        line("|---|---|---|"
                + "---|".repeat((int) beside.chars().filter(c -> c == '|').count()));
        for (Contestant contestant : row.contestants()) {
            String figure = result.figure(contestant).map(Tables::spread).orElse("no result");
            String ratio = contestant.equals(row.weft())
                    ? ""
                    : result.ratio(contestant).map(Tables::spread).orElse("—");
            line("| %s | %s | %s |%s".formatted(contestant.title(), figure, ratio, beside(result, contestant)));
        }
        for (Measurement failure : result.failures()) {
            line("");
            line("Failed in round %d: %s: %s".formatted(failure.round(), failure.contestant(), failure.failure()));
        }
    }

    /**
     * {@return the other clock's time, the wall's or the processor's, where the figure is of one of them, and latencies
     * where there are any}
     */
    private static String beside(RowResult result, Contestant contestant) {
        return switch (result.row().figure()) {
            case PROCESSOR_NANOS ->
                cell(result, contestant, "wall", result.row().work().operations());
            case SERVER_NANOS ->
                cell(result, contestant, "wall", result.row().work().operations())
                        + cell(result, contestant, "p50", 1e3)
                        + cell(result, contestant, "p99", 1e3)
                        + cell(result, contestant, "p999", 1e3);
            case P99_MILLIS -> cell(result, contestant, "p50", 1e6) + cell(result, contestant, "p999", 1e6);
            case MILLIS_BEYOND_SLEEP -> cell(result, contestant, "cpu", 1e6);
            default -> "";
        };
    }

    private static String cell(RowResult result, Contestant contestant, String what, double nanosOfUnit) {
        return result.nanos(contestant, what)
                .map(spread -> " " + number(spread.median() / nanosOfUnit) + " |")
                .orElse(" — |");
    }

    private void inside(List<InsideResult> results) {
        if (results.isEmpty()) {
            return;
        }
        line("");
        line("### Inside, by JMH");
        line("");
        line("| benchmark | ns per operation (99.9 % error) | bytes allocated |");
        line("|---|---|---|");
        for (InsideResult result : results) {
            line("| %s | %s (± %s) | %s |"
                    .formatted(
                            result.benchmark(),
                            number(result.nanos()),
                            number(result.error()),
                            number(result.allocatedBytes())));
        }
    }

    private static String spread(Spread spread) {
        return "%s (%s – %s)".formatted(number(spread.median()), number(spread.low()), number(spread.high()));
    }

    /** {@return the number with three digits that count} */
    static String number(double value) {
        double size = Math.abs(value);
        String format =
                size >= 1000 ? "%,.0f" : size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f";
        return String.format(Locale.ROOT, format, value);
    }

    private void line(@Nullable String line) {
        text.append(line).append('\n');
    }
}
