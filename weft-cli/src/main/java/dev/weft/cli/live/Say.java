package dev.weft.cli.live;

import dev.weft.cli.text.RawText;
import dev.weft.cli.text.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Tasks in words. What comes from the process is made printable: a name may hold anything. */
final class Say {
    private static final int MINUTE = 60;
    private static final int HOUR = 3600;
    private static final int DAY = 86400;

    private Say() {}

    /** {@return a time as {@code 3 s}, {@code 2 m 4 s}, {@code 5 h 1 m} or {@code 3 d 2 h}} */
    static String time(double seconds) {
        long whole = Math.max(0, (long) seconds);
        if (whole < 2 * MINUTE) {
            return whole + " s";
        }
        if (whole < 2 * HOUR) {
            return whole / MINUTE + " m " + whole % MINUTE + " s";
        }
        return whole < 2 * DAY
                ? whole / HOUR + " h " + whole % HOUR / MINUTE + " m"
                : whole / DAY + " d " + whole % DAY / HOUR + " h";
    }

    /** {@return what a task is called: {@code 1.4 stock}, or {@code thread main}} */
    static String called(Snapshot.TaskFacts task) {
        String name = RawText.printable(task.name());
        return switch (task.type()) {
            case "task" -> task.id().startsWith("x") ? name : task.id() + " " + name;
            case "thread" -> "thread " + name;
            default -> name;
        };
    }

    /** {@return what a task does, and where} */
    static String doing(Snapshot.TaskFacts task) {
        return state(task.state(), task.waitsFor(), false)
                + (task.limited() && task.waitsFor() != null && !"sleep".equals(task.waitsFor())
                        ? " for a limited time"
                        : "")
                + (task.at() == null ? "" : ", at " + RawText.printable(task.at()));
    }

    /** {@return the rest that is worth a word: age, deadline, shield, cancellation; empty if nothing is} */
    static String besides(Snapshot.TaskFacts task) {
        List<String> words = new ArrayList<>();
        if (task.age() >= 1) {
            words.add(time(task.age()));
        }
        if (!Double.isNaN(task.deadline())) {
            words.add(task.deadline() < 0 ? "deadline over" : "deadline in " + time(task.deadline()));
        }
        if (task.shielded()) {
            words.add("shielded");
        }
        if (task.cancelling() != null) {
            words.add("is being cancelled: " + RawText.printable(task.cancelling()));
        }
        return words.isEmpty() ? "" : "  (" + String.join(", ", words) + ")";
    }

    private static String state(String state, @Nullable String waitsFor, boolean many) {
        return switch (state) {
            case "running" -> many ? "run" : "runs";
            case "ready" -> many ? "are ready to run" : "is ready to run";
            case "waiting" ->
                (many ? "wait" : "waits")
                        + (waitsFor == null ? " for different things" : " for " + RawText.printable(waitsFor));
            case "ended" -> many ? "have ended" : "has ended";
            default -> many ? "have not begun, or are elsewhere" : "has not begun, or is brought about elsewhere";
        };
    }

    /** {@return tasks that are alike, in words} */
    static String fold(Snapshot.Fold fold) {
        String places = fold.places().isEmpty()
                ? ""
                : ", at "
                        + fold.places().stream()
                                .map(place -> RawText.printable(place.at())
                                        + (fold.places().size() == 1 ? "" : " (" + Words.number(place.count()) + ")"))
                                .collect(Collectors.joining(", "));
        return Words.count(fold.count(), fold.type())
                + (fold.names() == null ? "" : " " + RawText.printable(fold.names()))
                + "  " + state(fold.state(), fold.waitsFor(), true) + places
                + (fold.cancelling() == null ? "" : ", are being cancelled: " + RawText.printable(fold.cancelling()))
                + "  ("
                + (fold.oldest() >= 1 ? ages(fold) + ", " : "")
                + (fold.looked() < fold.count() ? Words.number(fold.looked()) + " looked at" : "all looked at") + ")";
    }

    private static String ages(Snapshot.Fold fold) {
        String oldest = time(fold.oldest());
        String youngest = time(fold.youngest());
        return oldest.equals(youngest) ? oldest : youngest + " to " + oldest;
    }
}
