package dev.weft.loop;

import dev.weft.Task;
import dev.weft.loop.kernel.Cycles;
import dev.weft.loop.kernel.Frames;
import dev.weft.loop.kernel.Sighting;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for whom, and where: a picture of the tasks of event loops at one moment.
 *
 * <pre>{@code
 * System.err.println(CallGraph.capture());
 *
 * task 'main' of loop 'run-1' waits for the tasks of its group, at Orders.handle(Orders.java:31)
 * ├─ task 'price' of loop 'run-1' waits for sleep, at Prices.retry(Prices.java:12)
 * └─ task 'stock' of loop 'run-1' waits for Lock[owned by task 'audit'], at Stock.take(Stock.java:54)
 *    └─ task 'audit' of loop 'run-1' runs, at Audit.sum(Audit.java:8)
 * }</pre>
 *
 * <p>Any thread may take it, also while a coroutine holds the loop up. It is <em>weakly consistent</em>: nothing stands
 * still while it is taken, so that two tasks may be shown as they were at slightly different moments, and a task that
 * is just going on counts as running. Tasks that have not begun appear only where somebody waits for them. What waits
 * in the JDK (a {@code ReentrantLock}, a socket) is shown as waiting, without an edge to what would wake it.
 *
 * <p>A cycle of tasks that wait for each other without a limit of time is a {@linkplain #deadlocks deadlock}: none of
 * them will ever go on, unless somebody cancels one. A limit by {@code Weft.withTimeout} around such a wait is not
 * seen.
 *
 * <p>Taking it walks over the stack of each task, which takes some 10 microseconds each: about a second for 100,000.
 */
public final class CallGraph {
    /** What a node does. */
    public enum State {
        /** It runs at this moment; with a loop that is held up, it is what holds it. */
        RUNNING("runs"),
        /** It could run, and another one does. */
        READY("is ready to run"),
        /** It waits. */
        WAITING("waits"),
        /**
         * It has not begun, or runs elsewhere: on a thread, in a process; or it is a future that somebody will
         * complete.
         */
        ELSEWHERE("has not begun, or is brought about elsewhere"),
        /** It has ended. */
        ENDED("has ended");

        private final String words;

        State(String words) {
            this.words = words;
        }
    }

    /** A task, a future or a thread. The same one is the same object throughout one graph. */
    public static final class Node {
        private final Sighting sighting;
        private final List<Node> awaited = new ArrayList<>(0);
        private final List<Node> awaiters = new ArrayList<>(0);

        private Node(Sighting sighting) {
            this.sighting = sighting;
        }

        /**
         * {@return what it is called: {@code task 'name'}, {@code thread 'name'} or the name of a future}
         */
        public String name() {
            return sighting.name();
        }

        /**
         * {@return the task, or null for a thread}
         */
        public @Nullable Task<?> task() {
            return sighting.party() instanceof Task<?> task ? task : null;
        }

        /**
         * {@return the name of its loop, or null if it belongs to none}
         */
        public @Nullable String loop() {
            return sighting.loop();
        }

        /**
         * {@return what it does}
         */
        public State state() {
            return State.valueOf(sighting.state().name());
        }

        /**
         * {@return in words what it waits for, or null if it does not wait}
         */
        public @Nullable String waitsFor() {
            return sighting.waitsFor();
        }

        /**
         * {@return whether the wait has a limit of time of its own}
         */
        public boolean hasLimit() {
            return sighting.limited();
        }

        /**
         * {@return what has to end or to be released before it goes on, all of them}
         */
        public List<Node> awaited() {
            return Collections.unmodifiableList(awaited);
        }

        /**
         * {@return who waits for it}
         */
        public List<Node> awaiters() {
            return Collections.unmodifiableList(awaiters);
        }

        /**
         * {@return its stack, the innermost call first; empty if it has none}
         */
        public List<StackTraceElement> stack() {
            return sighting.stack();
        }

        /**
         * {@return the innermost call that is neither the JDK's nor Weft's: where it waits; null if there is none}
         */
        public @Nullable StackTraceElement at() {
            return Frames.firstOfUser(sighting.stack());
        }

        /**
         * {@return where it was started, in {@linkplain EventLoop.Builder#debug debug mode}; else null}
         */
        public @Nullable StackTraceElement startedAt() {
            return Frames.firstOfUser(sighting.startedAt());
        }

        @Override
        public String toString() {
            StackTraceElement place = at();
            StackTraceElement start = startedAt();
            String what = sighting.waitsFor() == null ? state().words : "waits for " + sighting.waitsFor();
            return name() + (loop() == null ? "" : " of loop '" + loop() + "'") + " " + what
                    + (hasLimit() && sighting.waitsFor() != null && !"sleep".equals(sighting.waitsFor())
                            ? " for a limited time"
                            : "")
                    + (place == null ? "" : ", at " + Frames.text(place))
                    + (start == null ? "" : ", started at " + Frames.text(start));
        }
    }

    private final List<Node> nodes;
    private final List<List<Node>> deadlocks;

    private CallGraph(List<Node> nodes, List<List<Node>> deadlocks) {
        this.nodes = nodes;
        this.deadlocks = deadlocks;
    }

    /**
     * {@return the graph of all loops that run in this JVM, and of the threads and futures that they have to do with}
     */
    public static CallGraph capture() {
        return of(Sighting.ofAll());
    }

    /**
     * {@return the graph of one loop}
     *
     * @param loop the loop; it need not run
     */
    public static CallGraph capture(EventLoop loop) {
        return of(Sighting.of(loop));
    }

    /**
     * {@return the graph around one task or future: whom it waits for, who waits for it, and so on}
     *
     * @param task the task, of a loop or of a pool
     */
    public static CallGraph capture(Task<?> task) {
        CallGraph all = of(Sighting.ofAll(task));
        Set<Node> near = new LinkedHashSet<>();
        for (Node node : all.nodes) {
            if (node.sighting.party() == task) {
                reach(node, near, true);
                reach(node, near, false);
            }
        }
        return new CallGraph(
                all.nodes.stream().filter(near::contains).toList(),
                all.deadlocks.stream().filter(cycle -> near.containsAll(cycle)).toList());
    }

    private static void reach(Node start, Set<Node> found, boolean down) {
        Deque<Node> open = new ArrayDeque<>();
        Set<Node> passed = new HashSet<>();
        open.add(start);
        while (!open.isEmpty()) {
            Node node = open.remove();
            if (passed.add(node)) {
                found.add(node);
                open.addAll(down ? node.awaited : node.awaiters);
            }
        }
    }

    private static CallGraph of(List<Sighting> sightings) {
        IdentityHashMap<Object, Node> byParty = new IdentityHashMap<>(sightings.size());
        List<Node> nodes = new ArrayList<>(sightings.size());
        for (Sighting sighting : sightings) {
            var node = new Node(sighting);
            nodes.add(node);
            byParty.put(sighting.party(), node);
        }
        for (Node node : nodes) {
            for (Object target : node.sighting.targets()) {
                Node awaited = byParty.get(target);
                if (awaited != null) {
                    node.awaited.add(awaited);
                    awaited.awaiters.add(node);
                }
            }
        }
        return new CallGraph(List.copyOf(nodes), cycles(nodes));
    }

    private static List<List<Node>> cycles(List<Node> nodes) {
        IdentityHashMap<Node, Integer> places = new IdentityHashMap<>(nodes.size());
        for (int i = 0; i < nodes.size(); i++) {
            places.put(nodes.get(i), i);
        }
        return Cycles.find(
                        nodes.size(),
                        i -> nodes.get(i).hasLimit()
                                ? new int[0]
                                : nodes.get(i).awaited.stream()
                                        .mapToInt(places::get)
                                        .toArray())
                .stream()
                .map(cycle -> cycle.stream().map(nodes::get).toList())
                .toList();
    }

    /**
     * {@return all nodes}
     */
    public List<Node> nodes() {
        return nodes;
    }

    /**
     * Returns the cycles of nodes in which each waits for the next one, and the last one for the first.
     *
     * @return the cycles; empty if there is no deadlock
     */
    public List<List<Node>> deadlocks() {
        return deadlocks;
    }

    /**
     * {@return the deadlocks in words, one paragraph each; empty if there is none}
     */
    public String describeDeadlocks() {
        var text = new StringBuilder();
        for (List<Node> cycle : deadlocks) {
            text.append("deadlock of ")
                    .append(cycle.size())
                    .append(cycle.size() == 1 ? " task" : " tasks")
                    .append(":");
            for (Node node : cycle) {
                StackTraceElement place = node.at();
                text.append("\n  ").append(node.name()).append(" waits for ").append(node.waitsFor());
                if (place != null) {
                    text.append(", at ").append(Frames.text(place));
                }
            }
            text.append("\n  and so on: none of them goes on unless one is cancelled\n");
        }
        return text.toString();
    }

    /**
     * {@return the graph as a tree, those who wait above what they wait for, with the deadlocks below}
     */
    @Override
    public String toString() {
        var text = new StringBuilder();
        Set<Node> shown = new HashSet<>();
        for (Node node : nodes) {
            if (node.awaiters.isEmpty()) {
                draw(node, "", "", shown, text);
            }
        }
        for (Node node : nodes) {
            if (!shown.contains(node)) { // only what is in a cycle, or below one
                draw(node, "", "", shown, text);
            }
        }
        return text.append(describeDeadlocks()).toString();
    }

    private record Line(Node node, String lead, String leadBelow) {}

    private static void draw(Node root, String lead, String leadBelow, Set<Node> shown, StringBuilder text) {
        Deque<Line> open = new ArrayDeque<>(); // no recursion, since chains may be long
        open.push(new Line(root, lead, leadBelow));
        while (!open.isEmpty()) {
            Line line = open.pop();
            text.append(line.lead).append(line.node);
            boolean again = !shown.add(line.node);
            text.append(again ? " (see above)\n" : "\n");
            List<Node> below = again ? List.of() : line.node.awaited;
            for (int i = below.size() - 1; i >= 0; i--) {
                boolean last = i == below.size() - 1;
                open.push(new Line(
                        below.get(i),
                        line.leadBelow + (last ? "└─ " : "├─ "),
                        line.leadBelow + (last ? "   " : "│  ")));
            }
        }
    }
}
