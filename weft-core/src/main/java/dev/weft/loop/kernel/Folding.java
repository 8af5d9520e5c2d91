package dev.weft.loop.kernel;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides what of a {@link Census} is shown: each task below its group, its loop or its pool, and many that are alike
 * as one fold. From the top downwards; what stands below the tasks of a fold stands below the fold.
 */
final class Folding {
    /**
     * A group that is shown.
     *
     * @param id what it is called in this answer
     * @param parent the task that opened it
     * @param group the group
     */
    record GroupShown(String id, Party parent, GroupImpl group) {}

    /**
     * Tasks that are alike.
     *
     * @param id what it is called in this answer
     * @param parent what it stands below
     * @param parties the tasks
     * @param stem the begin of their names; null if they have different ones
     * @param sameBlocker whether all wait for the very same
     */
    record Fold(
            String id,
            String parent,
            List<Party> parties,
            @Nullable String stem,
            boolean sameBlocker) {}

    /** What tasks have to share to be folded. */
    private record Key(
            @Nullable String stem,
            Sighting.State state,
            @Nullable Object waitsFor,
            boolean cancelling) {}

    /** Where tasks stand. */
    private record Place(String id, List<Party> parties) {}

    /** So many tasks at most are shown as themselves where folding is wanted; beyond that, state alone decides. */
    private static final int MOST_SINGLE = 2_000;

    private final Census census;
    private final @Nullable Set<Party> only;
    private final int limit;
    private final Deque<Place> open = new ArrayDeque<>();

    final List<GroupShown> groups = new ArrayList<>();
    final List<Party> singles = new ArrayList<>();
    final List<Fold> folds = new ArrayList<>();

    /** Arranges what is seen: all of it, or some parties; zero folds nothing. */
    Folding(Census census, @Nullable Set<Party> only, int limit) {
        this.census = census;
        this.only = only;
        this.limit = limit;
        for (Census.LoopSeen loop : census.loops()) {
            List<Party> onTop = new ArrayList<>(shown(loop.loose()));
            census.groupsOnTop(loop.loop(), only).forEach(group -> onTop.addAll(shown(census.membersOf(group))));
            open.add(new Place(Integer.toString(loop.loop().number), onTop));
        }
        for (Census.PoolSeen pool : census.pools()) {
            open.add(new Place("p" + pool.number(), shown(pool.running())));
        }
        for (Place place = open.poll(); place != null; place = open.poll()) {
            arrange(place);
        }
    }

    private List<Party> shown(List<Party> parties) {
        return only == null ? parties : parties.stream().filter(only::contains).toList();
    }

    private void arrange(Place place) {
        if (limit == 0 || place.parties.size() <= limit) {
            place.parties.forEach(party -> single(party, place.id));
            return;
        }
        Map<Key, List<Party>> alike = buckets(place.parties, true);
        int few = alike.values().stream()
                .mapToInt(List::size)
                .filter(size -> size <= limit)
                .sum();
        boolean exactly = singles.size() + few <= MOST_SINGLE;
        if (!exactly) {
            alike = buckets(place.parties, false);
        }
        for (Map.Entry<Key, List<Party>> bucket : alike.entrySet()) {
            List<Party> parties = bucket.getValue();
            parties.stream().filter(party -> party.wanted).forEach(party -> single(party, place.id));
            List<Party> rest = parties.stream().filter(party -> !party.wanted).toList();
            if (rest.size() > (exactly ? limit : 1)) {
                fold(rest, bucket.getKey().stem, place.id);
            } else {
                rest.forEach(party -> single(party, place.id));
            }
        }
    }

    private static Map<Key, List<Party>> buckets(List<Party> parties, boolean exactly) {
        Map<Key, List<Party>> buckets = new LinkedHashMap<>();
        Key last = null; // many in a row are alike
        List<Party> ofLast = List.of();
        for (Party party : parties) {
            Object waitsFor = exactly ? kindOf(party.blocker) : null;
            boolean cancelling = party.cancelling() != null;
            if (last == null
                    || last.state != party.state
                    || last.cancelling != cancelling
                    || last.waitsFor != waitsFor
                    || !(last.stem == null || party.hasStem(last.stem))) {
                last = new Key(exactly ? party.stem() : null, party.state, waitsFor, cancelling);
                ofLast = buckets.computeIfAbsent(last, _ -> new ArrayList<>());
            }
            ofLast.add(party);
        }
        return buckets;
    }

    /** What is waited for as one word: it, if it is one; else its class. */
    private static @Nullable Object kindOf(@Nullable Object blocker) {
        return blocker == null || blocker instanceof String ? blocker : blocker.getClass();
    }

    private void single(Party party, String parent) {
        party.placed = true;
        party.parent = parent;
        singles.add(party);
        for (GroupImpl group : census.groupsOf(party)) {
            List<Party> below = shown(census.membersOf(group));
            if (!below.isEmpty()) {
                var shown = new GroupShown("g" + (groups.size() + 1), party, group);
                groups.add(shown);
                open.add(new Place(shown.id, below));
            }
        }
    }

    private void fold(List<Party> parties, @Nullable String stem, String parent) {
        Object blocker = parties.getFirst().blocker;
        var fold = new Fold(
                "f" + (folds.size() + 1),
                parent,
                parties,
                stem,
                parties.stream().allMatch(party -> party.blocker == blocker));
        folds.add(fold);
        List<Party> below = new ArrayList<>();
        for (Party party : parties) {
            party.placed = true;
            for (GroupImpl group : census.groupsOf(party)) {
                below.addAll(shown(census.membersOf(group)));
            }
        }
        if (!below.isEmpty()) {
            open.add(new Place(fold.id, below));
        }
    }

    /** {@return what is shown and stands nowhere in a loop or pool: threads, futures, tasks that have not begun} */
    List<Party> others() {
        List<Party> others = new ArrayList<>();
        for (Party party : census.parties()) {
            if (!party.placed && (only == null || only.contains(party))) {
                others.add(party);
            }
        }
        return others;
    }

    /** Brings the tasks into the order in which they began. */
    void sort() {
        singles.sort(Comparator.comparingInt((Party party) -> party.parent.length())
                .thenComparing(party -> party.parent)
                .thenComparingLong(party ->
                        party.party instanceof LoopTask<?> task ? Integer.toUnsignedLong(task.number) : party.index));
    }
}
