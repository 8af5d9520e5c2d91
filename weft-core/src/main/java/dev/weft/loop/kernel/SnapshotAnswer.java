package dev.weft.loop.kernel;

import dev.weft.inspect.JsonLine;
import dev.weft.inspect.Source;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A census in lines. What is slow, the stacks, is looked up line by line, and for what is shown only. */
final class SnapshotAnswer implements Source.Answer {
    private static final int MOST_EDGES = 20;
    private static final int MOST_PLACES = 5;

    /** So many times the places of one fold are looked up at most in one answer. */
    private static final int FOLDS_WITH_ALL_PLACES = 5;

    private final long number;
    private final int places;
    private final boolean stacks;
    private final Census census = Census.take();
    private final Folding folding;
    private final IdentityHashMap<GroupImpl, String> groupIds = new IdentityHashMap<>();
    private final Queue<Consumer<StringBuilder>> lines = new ArrayDeque<>();
    private int placesLeft;

    SnapshotAnswer(long number, int fold, int places, boolean stacks, @Nullable String around) {
        this.number = number;
        this.places = places;
        this.stacks = stacks;
        this.placesLeft = (int) Math.min(Integer.MAX_VALUE, (long) FOLDS_WITH_ALL_PLACES * places);
        Set<Party> only = around == null ? null : census.around(around);
        folding = new Folding(census, only, fold);
        folding.sort();
        folding.groups.forEach(group -> groupIds.put(group.group(), group.id()));
        prepare(around);
    }

    private void prepare(@Nullable String around) {
        int tasks =
                census.loops().stream().mapToInt(loop -> loop.tasks().size()).sum();
        lines.add(out -> InspectionSession.process(
                out, census.loops().size(), tasks, census.pools().size(), number));
        for (Census.LoopSeen loop : census.loops()) {
            lines.add(
                    out -> InspectionSession.loop(out, loop.loop(), loop.tasks().size(), loop.waiting()));
        }
        census.pools().forEach(pool -> lines.add(out -> pool(out, pool)));
        folding.groups.forEach(group -> lines.add(out -> group(out, group)));
        folding.singles.forEach(party -> lines.add(out -> task(out, "task", party, around)));
        folding.folds.forEach(fold -> lines.add(out -> fold(out, fold)));
        folding.others().forEach(party -> lines.add(out -> task(out, "party", party, around)));
        for (List<Party> cycle : census.deadlocks()) {
            lines.add(out -> new JsonLine(out, "deadlock")
                    .put("parties", cycle.stream().map(Party::id).toList())
                    .end());
        }
        lines.add(out -> InspectionSession.end(out, number));
    }

    @Override
    public boolean write(StringBuilder out) {
        Consumer<StringBuilder> line = lines.poll();
        if (line != null) {
            line.accept(out);
        }
        return !lines.isEmpty();
    }

    private static void pool(StringBuilder out, Census.PoolSeen seen) {
        AbstractPool pool = seen.pool();
        var statistics = pool.statistics();
        new JsonLine(out, "pool")
                .put("id", "p" + seen.number())
                .put("name", pool.name())
                .put("type", pool.getClass().getSimpleName())
                .put("parallelism", pool.parallelism())
                .put("pending", seen.pending())
                .put("running", seen.running().size())
                .put("submitted", statistics.submitted())
                .put("succeeded", statistics.succeeded())
                .put("failed", statistics.failed())
                .put("cancelled", statistics.cancelled())
                .putIf("closing", pool.isShutdown())
                .end();
    }

    private void group(StringBuilder out, Folding.GroupShown shown) {
        int begun = census.membersOf(shown.group()).size();
        int size = Math.max(begun, shown.group().size());
        var request = shown.group().effective();
        new JsonLine(out, "group")
                .put("id", shown.id())
                .put("parent", shown.parent().id())
                .put("tasks", size)
                .put("notBegun", size - begun)
                .put("cancelling", request == null ? null : request.reason())
                .end();
    }

    private void task(StringBuilder out, String kind, Party party, @Nullable String around) {
        List<StackTraceElement> stack = party.stack();
        StackTraceElement place = Frames.firstOfUser(stack);
        var line = new JsonLine(out, kind)
                .put("id", party.id())
                .put("name", party.name())
                .put("parent", party.parent.isEmpty() ? null : party.parent)
                .put("type", type(party))
                .put("state", state(party.state))
                .put("waitsFor", party.waitsFor())
                .putIf("limited", party.limited)
                .put("at", place == null ? null : Frames.text(place))
                .put("cancelling", party.cancelling())
                .putIf("match", around != null && (around.equals(party.id()) || around.equals(party.name())));
        edges(line, party);
        if (party.thread != null) {
            line.put("thread", party.thread.threadId());
        }
        if (party.party instanceof LoopTask<?> task) {
            ofLoop(line, task);
        }
        if (stacks) {
            line.put("stack", stack.stream().map(StackTraceElement::toString).toList());
        }
        line.end();
    }

    private void edges(JsonLine line, Party party) {
        if (party.blocker instanceof GroupImpl group) {
            line.put("awaitsGroup", groupIds.get(group));
        } else {
            List<Party> awaited = census.awaited(party);
            line.put("awaits", awaited.stream().limit(MOST_EDGES).map(Party::id).toList());
        }
    }

    private static void ofLoop(JsonLine line, LoopTask<?> task) {
        line.put("loop", Integer.toString(task.loop().number));
        if (task.number == 0) {
            return;
        }
        line.seconds("age", Inspection.age(task));
        long never = task.loop().now() + Long.MAX_VALUE / 2;
        long deadline = deadline(task, never);
        if (deadline != never) {
            line.seconds("deadline", deadline - task.loop().now());
        }
        Scope scope = task.scope;
        line.putIf("shielded", scope != null && scope.isWithinShield());
        Onlookers here = Onlookers.current();
        LoopWatch watch = here == null ? null : here.known(task.loop());
        LoopWatch.Account account = watch == null ? null : watch.accounts().get(task);
        if (account != null) {
            InspectionSession.account(line, account, task.loop().isPortable());
        }
    }

    /** {@return the nearest deadline of the blocks that a task is in, its own and those around its group} */
    private static long deadline(LoopTask<?> task, long never) {
        long nearest = never;
        Scope own = task.scope;
        if (own != null) {
            nearest = own.nearestDeadline(nearest);
        }
        boolean shielded = own != null && own.isWithinShield();
        for (GroupImpl group = task.group(); group != null && !shielded; ) {
            Scope around = group.scope();
            if (around == null) {
                break;
            }
            nearest = around.nearestDeadline(nearest);
            shielded = around.isWithinShield();
            LoopTask<?> owner = group.owner();
            group = owner == null ? null : owner.group();
        }
        return nearest;
    }

    private void fold(StringBuilder out, Folding.Fold fold) {
        List<Party> parties = fold.parties();
        Party first = parties.getFirst();
        int looked = Math.min(parties.size(), Math.min(places, Math.max(MOST_PLACES, placesLeft)));
        placesLeft -= looked;
        Map<String, Integer> at = new HashMap<>();
        for (int i = 0; i < looked; i++) {
            Party party = parties.get((int) ((long) i * parties.size() / looked));
            StackTraceElement place = Frames.firstOfUser(party.stack());
            if (place != null) {
                at.merge(Frames.text(place), 1, Integer::sum);
            }
        }
        Object blocker = first.blocker;
        var line = new JsonLine(out, "fold")
                .put("id", fold.id())
                .put("parent", fold.parent())
                .put("count", parties.size())
                .put("names", fold.stem() == null ? null : fold.stem() + "*")
                .put("type", type(first))
                .put("state", state(first.state))
                .put(
                        "waitsFor",
                        blocker == null || fold.stem() == null
                                ? null
                                : fold.sameBlocker() || blocker instanceof String
                                        ? Party.words(blocker)
                                        : Party.wordsForMany(blocker))
                .put("cancelling", first.cancelling())
                .put("looked", looked)
                .raw("places", places(at));
        if (first.party instanceof LoopTask<?> task) {
            line.put("loop", Integer.toString(task.loop().number)).put("first", first.id());
            ages(line, parties);
        }
        line.end();
    }

    private static void ages(JsonLine line, List<Party> parties) {
        LoopTask<?> oldest = null;
        LoopTask<?> youngest = null;
        for (Party party :
                parties) { // by what they have noted: to ask for the time for each would take longer than all the rest
            if (party.party instanceof LoopTask<?> task) {
                oldest = oldest == null || Integer.compareUnsigned(task.begunAt, oldest.begunAt) < 0 ? task : oldest;
                youngest = youngest == null || Integer.compareUnsigned(task.begunAt, youngest.begunAt) > 0
                        ? task
                        : youngest;
            }
        }
        if (oldest != null && youngest != null) {
            line.seconds("oldest", Inspection.age(oldest)).seconds("youngest", Inspection.age(youngest));
        }
    }

    private static CharSequence places(Map<String, Integer> at) {
        var json = new StringBuilder("[");
        List<Map.Entry<String, Integer>> most = new ArrayList<>(at.entrySet());
        most.sort(Map.Entry.<String, Integer>comparingByValue()
                .reversed()
                .thenComparing(Comparator.comparing(Map.Entry::getKey)));
        for (Map.Entry<String, Integer> place : most.subList(0, Math.min(MOST_PLACES, most.size()))) {
            json.append(json.length() > 1 ? ",{\"at\":" : "{\"at\":");
            JsonLine.quote(place.getKey(), json);
            json.append(",\"count\":").append(place.getValue()).append('}');
        }
        return json.append(']');
    }

    private static String type(Party party) {
        return switch (party.party) {
            case LoopTask<?> _ -> "task";
            case PoolTask<?> _ -> "pool task";
            case Thread _ -> "thread";
            default -> "future";
        };
    }

    private static String state(Sighting.State state) {
        return switch (state) {
            case RUNNING -> "running";
            case READY -> "ready";
            case WAITING -> "waiting";
            case ELSEWHERE -> "elsewhere";
            case ENDED -> "ended";
        };
    }
}
