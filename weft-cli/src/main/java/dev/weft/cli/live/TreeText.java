package dev.weft.cli.live;

import dev.weft.cli.terminal.Style;
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

/** A snapshot as a tree of text: deadlocks first, then loops and pools with their tasks. */
final class TreeText {
    /** A line to draw, with what stands in front of it and in front of the lines below it. */
    private record Line(String text, List<Node> below, String lead, String leadBelow) {}

    /** Something in the tree. */
    private record Node(String text, String id) {}

    private final Snapshot snapshot;
    private final Style style;
    private final Map<String, List<Node>> children = new HashMap<>();
    private final Map<String, Snapshot.TaskFacts> tasks = new HashMap<>();
    private final Set<String> inDeadlock = new HashSet<>();
    private final List<String> lines = new ArrayList<>();

    private TreeText(Snapshot snapshot, Style style) {
        this.snapshot = snapshot;
        this.style = style;
        snapshot.deadlocks().forEach(inDeadlock::addAll);
        snapshot.tasks().forEach(task -> tasks.put(task.id(), task));
        snapshot.parties().forEach(party -> tasks.put(party.id(), party));
        Map<String, Integer> groupsOf = new HashMap<>();
        snapshot.groups().forEach(group -> groupsOf.merge(group.parent(), 1, Integer::sum));
        Map<String, String> parentOf = new HashMap<>();
        for (Snapshot.GroupFacts group : snapshot.groups()) {
            boolean only = groupsOf.getOrDefault(group.parent(), 1) == 1 && group.cancelling() == null;
            parentOf.put(group.id(), only ? group.parent() : group.id());
            if (!only) {
                add(group.parent(), new Node(group(group), group.id()));
            }
        }
        for (Snapshot.TaskFacts task : snapshot.tasks()) {
            String parent = task.parent() == null ? "" : task.parent();
            add(parentOf.getOrDefault(parent, parent), new Node(task(task), task.id()));
        }
        for (Snapshot.Fold fold : snapshot.folds()) {
            add(parentOf.getOrDefault(fold.parent(), fold.parent()), new Node(style.bold(Say.fold(fold)), fold.id()));
        }
        for (Snapshot.GroupFacts group : snapshot.groups()) {
            if (group.notBegun() > 0) {
                add(
                        parentOf.getOrDefault(group.id(), group.id()),
                        new Node(
                                Words.count(group.notBegun(), "task") + " that "
                                        + (group.notBegun() == 1 ? "has" : "have") + " not begun",
                                ""));
            }
        }
    }

    /** {@return the lines of a snapshot} */
    static List<String> of(Snapshot snapshot, Style style) {
        var text = new TreeText(snapshot, style);
        text.draw();
        return text.lines;
    }

    private void add(String parent, Node node) {
        children.computeIfAbsent(parent, _ -> new ArrayList<>()).add(node);
    }

    private static String group(Snapshot.GroupFacts group) {
        return "group of " + Words.count(group.tasks(), "task")
                + (group.cancelling() == null ? "" : ", is being cancelled: " + RawText.printable(group.cancelling()));
    }

    private String task(Snapshot.TaskFacts task) {
        String text = Say.called(task) + "  " + Say.doing(task) + style.faint(Say.besides(task));
        if (inDeadlock.contains(task.id())) {
            return style.red(text);
        }
        return task.state().equals("running") ? style.green(text) : text;
    }

    private void draw() {
        Snapshot.ProcessFacts process = snapshot.process();
        lines.add("process " + process.pid() + "  " + RawText.printable(process.main()) + "  up "
                + Say.time(process.age())
                + "  " + Words.count(process.loops(), "loop") + ", " + Words.count(process.tasks(), "task")
                + (process.pools() > 0 ? ", " + Words.count(process.pools(), "pool") : "") + "  snapshot "
                + process.snapshot());
        deadlocks(snapshot, tasks).forEach(line -> lines.add(style.red(line)));
        for (Snapshot.LoopFacts loop : snapshot.loops()) {
            lines.add("");
            lines.add(style.bold("loop '" + RawText.printable(loop.name()) + "'") + "  " + loop(loop));
            below(loop.id());
        }
        for (Snapshot.PoolFacts pool : snapshot.pools()) {
            lines.add("");
            lines.add(style.bold("pool '" + RawText.printable(pool.name()) + "'") + "  " + pool(pool));
            below(pool.id());
        }
        if (!snapshot.parties().isEmpty()) {
            lines.add("");
            lines.add("beside them");
            snapshot.parties().forEach(party -> lines.add("   " + Say.called(party) + "  " + Say.doing(party)));
        }
    }

    private static String loop(Snapshot.LoopFacts loop) {
        return (loop.heldFor() > 0
                        ? "has been held up for " + Say.time(loop.heldFor())
                        : loop.state().equals("running") ? "runs" : "rests")
                + "  " + Words.count(loop.tasks(), "task") + ", " + Words.number(loop.waiting()) + " waiting, "
                + Words.count(loop.ready(), "step") + " ready"
                + ("portable".equals(loop.scheduler()) ? ", on the portable scheduler" : "")
                + (loop.cpu() >= 0 ? ", computed " + Words.time(loop.cpu()) : "");
    }

    private static String pool(Snapshot.PoolFacts pool) {
        return pool.type()
                + (pool.parallelism() == Integer.MAX_VALUE ? "" : " of " + Words.number(pool.parallelism()))
                + "  " + Words.number(pool.running()) + " running, "
                + Words.number(Math.max(0, pool.pending() - pool.running())) + " queued or elsewhere, "
                + Words.number(pool.succeeded()) + " succeeded, " + Words.number(pool.failed()) + " failed, "
                + Words.number(pool.cancelled()) + " cancelled" + (pool.closing() ? ", closing" : "");
    }

    /** No recursion, since trees may be deep. */
    private void below(String parent) {
        Deque<Line> open = new ArrayDeque<>();
        push(open, children.getOrDefault(parent, List.of()), "");
        while (!open.isEmpty()) {
            Line line = open.pop();
            lines.add(line.lead + line.text);
            push(open, line.below, line.leadBelow);
        }
    }

    private void push(Deque<Line> open, List<Node> nodes, String lead) {
        for (int i = nodes.size() - 1; i >= 0; i--) {
            boolean last = i == nodes.size() - 1;
            Node node = nodes.get(i);
            open.push(new Line(
                    node.text,
                    node.id.isEmpty() ? List.of() : children.getOrDefault(node.id, List.of()),
                    lead + (last ? "└─ " : "├─ "),
                    lead + (last ? "   " : "│  ")));
        }
    }

    /** {@return the deadlocks of a snapshot, in words} */
    static List<String> deadlocks(Snapshot snapshot, Map<String, Snapshot.TaskFacts> tasks) {
        List<String> lines = new ArrayList<>();
        for (List<String> cycle : snapshot.deadlocks()) {
            lines.add("");
            lines.add("deadlock of " + Words.count(cycle.size(), "task") + ":");
            for (String id : cycle) {
                Snapshot.TaskFacts task = tasks.get(id);
                lines.add("  " + (task == null ? id : Say.called(task) + " " + Say.doing(task)));
            }
            lines.add("  and so on: none of them goes on unless one is cancelled");
        }
        return lines;
    }
}
