package dev.weft.cli.live;

import dev.weft.cli.text.RawText;
import dev.weft.cli.text.Words;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Why a task does not go on: what it waits for, and what that waits for, in words. */
final class WhyText {
    private static final int MOST_OF_A_GROUP = 20;

    private record Step(Snapshot.TaskFacts task, String lead) {}

    private final Snapshot snapshot;
    private final Map<String, Snapshot.TaskFacts> tasks = new HashMap<>();
    private final Map<String, Snapshot.LoopFacts> loops = new HashMap<>();
    private final List<String> lines = new ArrayList<>();

    private WhyText(Snapshot snapshot) {
        this.snapshot = snapshot;
        snapshot.tasks().forEach(task -> tasks.put(task.id(), task));
        snapshot.parties().forEach(party -> tasks.put(party.id(), party));
        snapshot.loops().forEach(loop -> loops.put(loop.id(), loop));
    }

    /** {@return the words for one task of a snapshot around it} */
    static List<String> of(Snapshot snapshot, Snapshot.TaskFacts task) {
        var text = new WhyText(snapshot);
        text.tell(task);
        return text.lines;
    }

    private void tell(Snapshot.TaskFacts asked) {
        Deque<Step> open = new ArrayDeque<>();
        Set<String> told = new HashSet<>();
        open.push(new Step(asked, ""));
        while (!open.isEmpty()) {
            Step step = open.pop();
            Snapshot.TaskFacts task = step.task;
            lines.add(step.lead + Say.called(task) + " " + Say.doing(task) + Say.besides(task));
            String inside = step.lead.replace("because ", "") + "  ";
            if (!told.add(task.id())) {
                lines.add(inside + "(see above)");
                continue;
            }
            List<Snapshot.TaskFacts> awaited = awaited(task);
            if (task.awaitsGroup() != null) {
                tellOfGroup(task.awaitsGroup(), awaited.size(), inside);
            }
            String end = awaited.isEmpty() ? end(task) : null;
            if (end != null) {
                lines.add(inside + end);
            }
            for (Snapshot.TaskFacts next : awaited.subList(0, Math.min(MOST_OF_A_GROUP, awaited.size()))
                    .reversed()) {
                open.push(new Step(next, inside + "because "));
            }
        }
        List<String> awaiters = Stream.concat(snapshot.tasks().stream(), snapshot.parties().stream())
                .filter(other -> awaited(other).contains(asked))
                .map(Say::called)
                .toList();
        if (!awaiters.isEmpty()) {
            lines.add("It is waited for by " + Words.list(awaiters) + ".");
        }
        lines.addAll(TreeText.deadlocks(snapshot, tasks));
    }

    private List<Snapshot.TaskFacts> awaited(Snapshot.TaskFacts task) {
        String group = task.awaitsGroup();
        return group != null
                ? snapshot.tasks().stream()
                        .filter(other -> group.equals(other.parent()))
                        .toList()
                : task.awaits().stream()
                        .map(tasks::get)
                        .filter(other -> other != null)
                        .toList();
    }

    private void tellOfGroup(String id, int shown, String lead) {
        if (shown > MOST_OF_A_GROUP) {
            lines.add(lead + "of the tasks of its group, " + MOST_OF_A_GROUP + " of " + Words.number(shown) + " are:");
        }
        snapshot.folds().stream()
                .filter(fold -> fold.parent().equals(id))
                .forEach(fold -> lines.add(lead + "because " + Say.fold(fold)));
        snapshot.groups().stream()
                .filter(group -> group.id().equals(id) && group.notBegun() > 0)
                .forEach(group -> lines.add(lead + "because " + Words.count(group.notBegun(), "task") + " of its group "
                        + (group.notBegun() == 1 ? "has" : "have") + " not begun"));
    }

    /** {@return what there is to say of a task that waits for no other; null for nothing} */
    private @Nullable String end(Snapshot.TaskFacts task) {
        Snapshot.LoopFacts loop = task.loop() == null ? null : loops.get(task.loop());
        String heldBy = loop == null || loop.in() == null ? null : loop.in();
        return switch (task.state()) {
            case "running" ->
                loop != null && loop.heldFor() > 0
                        ? "it has held loop '" + RawText.printable(loop.name()) + "' up for " + Say.time(loop.heldFor())
                                + "; nothing else runs there meanwhile: Weft.offload, a pool, or Weft.checkpoint() in"
                                + " the computation would help"
                        : null;
            case "ready" ->
                heldBy == null
                        ? "its turn comes with the next pass of its loop"
                        : "task " + heldBy + " runs on its loop"
                                + (loop != null && loop.heldFor() > 0
                                        ? " for " + Say.time(loop.heldFor()) + " now"
                                        : "");
            case "elsewhere" ->
                task.type().equals("task")
                        ? "it has not begun" + (heldBy == null ? "" : ", and task " + heldBy + " runs on its loop")
                        : null;
            case "waiting" ->
                "sleep".equals(task.waitsFor()) || task.waitsFor() == null || task.awaitsGroup() != null
                        ? null
                        : "no task of this process is known to hold that up";
            default -> null;
        };
    }
}
