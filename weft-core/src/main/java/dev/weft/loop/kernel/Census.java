package dev.weft.loop.kernel;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All tasks of this JVM as they could be seen at about one moment, and who waits for whom. Taken by any thread, without
 * the help of the loops, one of which may be held up. Weakly consistent: each task is looked at for itself. No stack is
 * taken: that would be most of the time for 100,000 tasks.
 */
final class Census {
    /**
     * An open pool.
     *
     * @param number which pool of this JVM it is
     * @param pool the pool
     * @param running its tasks that a thread of this JVM runs
     * @param pending how many have not ended, those included
     */
    record PoolSeen(int number, AbstractPool pool, List<Party> running, int pending) {}

    /**
     * A loop.
     *
     * @param loop the loop
     * @param tasks its tasks that have begun
     * @param loose those of them that belong to no group
     */
    record LoopSeen(LoopCore loop, List<Party> tasks, List<Party> loose) {
        int waiting() {
            int waiting = 0;
            for (Party task : tasks) {
                waiting += task.state == Sighting.State.WAITING ? 1 : 0;
            }
            return waiting;
        }
    }

    private static final int[] NONE = {};

    private final List<LoopSeen> loops = new ArrayList<>();
    private final List<PoolSeen> pools = new ArrayList<>();
    private final List<Party> parties = new ArrayList<>();
    private final IdentityHashMap<Object, Party> byParty;
    private final IdentityHashMap<GroupImpl, List<Party>> members = new IdentityHashMap<>();
    private final IdentityHashMap<LoopTask<?>, List<GroupImpl>> groups = new IdentityHashMap<>();
    private final IdentityHashMap<Thread, Party> threads = new IdentityHashMap<>();
    private final List<List<Party>> deadlocks;

    private Census() {
        List<LoopCore> live = LoopCore.live();
        int most = 16;
        for (LoopCore loop : live) {
            most += loop.strands.size();
        }
        byParty = new IdentityHashMap<>(most); // to grow it step by step would take longer than all the rest
        live.forEach(this::look);
        PoolRegistry.open().forEach(this::look);
        int seen = parties.size();
        for (int i = 0; i < seen; i++) {
            if (parties.get(i).party instanceof TaskCore<?> task && task.isAwaited()) {
                lookAtThreads(task);
            }
        }
        for (int i = 0; i < parties.size(); i++) { // which grows meanwhile
            lookAtTarget(parties.get(i));
        }
        deadlocks = cycles();
        deadlocks.forEach(cycle -> cycle.forEach(party -> party.wanted = true));
    }

    static Census take() {
        return new Census();
    }

    // ---- the look

    private void add(Party party) {
        parties.add(party);
        byParty.put(party.party, party);
    }

    private void look(LoopCore loop) {
        Strand running = loop.stepNow() >= 0 ? loop.strandNow() : null;
        List<Party> tasks = new ArrayList<>(loop.strands.size());
        List<Party> loose = new ArrayList<>(0);
        GroupImpl lastGroup = null; // many in a row are of the same
        List<Party> ofLastGroup = loose;
        for (Strand strand : loop.strands.snapshot()) {
            LoopTask<?> task = strand == null ? null : strand.task;
            if (strand == null || task == null || task.isDone()) {
                continue;
            }
            Party party = Party.ofStrand(strand, task, parties.size(), strand == running);
            if (byParty.putIfAbsent(task, party) != null) {
                continue;
            }
            parties.add(party);
            tasks.add(party);
            GroupImpl group = task.group();
            if (group != lastGroup) {
                lastGroup = group;
                ofLastGroup = group == null ? loose : members(group);
            }
            ofLastGroup.add(party);
        }
        loops.add(new LoopSeen(loop, tasks, loose));
    }

    private List<Party> members(GroupImpl group) {
        List<Party> known = members.get(group);
        if (known == null) {
            known = new ArrayList<>();
            members.put(group, known);
            LoopTask<?> owner = group.owner();
            if (owner != null) {
                groups.computeIfAbsent(owner, _ -> new ArrayList<>(1)).add(group);
            }
        }
        return known;
    }

    private void look(PoolRegistry.Registered registered) {
        List<Party> running = new ArrayList<>();
        int pending = 0;
        for (TaskCore<?> task : registered.pool().pendingTasks()) {
            pending++;
            Thread thread = task instanceof PoolTask<?> own ? own.thread() : null;
            if (thread != null && !byParty.containsKey(task)) {
                Party party = Party.ofThread(task, thread, parties.size());
                party.pool = registered.number();
                add(party);
                running.add(party);
                threads.put(thread, party);
            }
        }
        pools.add(new PoolSeen(registered.number(), registered.pool(), running, pending));
    }

    /** Adds the threads outside of any loop that wait for a task. */
    private void lookAtThreads(TaskCore<?> task) {
        for (Thread thread : task.waitingThreads()) {
            if (!threads.containsKey(thread)) {
                Party party = Party.ofThread(thread, thread, parties.size());
                party.blocker = task;
                threads.put(thread, party);
                add(party);
            }
        }
    }

    /** Adds what somebody waits for and nobody has shown. */
    private void lookAtTarget(Party from) {
        Object target = target(from);
        if (target != null && !byParty.containsKey(target)) {
            add(
                    target instanceof Thread thread
                            ? Party.ofThread(thread, thread, parties.size())
                            : Party.ofOther(target, parties.size()));
        }
    }

    private static @Nullable Object target(Party from) {
        return switch (from.blocker) {
            case TaskCore<?> task -> task;
            case Owned owned -> owned.owner();
            case null, default -> null;
        };
    }

    // ---- the graph

    /** {@return those that have to do something before a party goes on} */
    List<Party> awaited(Party party) {
        if (party.state != Sighting.State.WAITING) {
            return List.of();
        }
        if (party.blocker instanceof GroupImpl group) {
            return membersOf(group);
        }
        Object target = target(party);
        Party found = target == null ? null : byParty.get(target);
        return found == null ? List.of() : List.of(found);
    }

    private List<List<Party>> cycles() {
        return Cycles.find(parties.size(), i -> {
                    Party party = parties.get(i);
                    if (party.limited || party.blocker == null || party.blocker instanceof String) {
                        return NONE; // nearly all of them
                    }
                    List<Party> awaited = awaited(party);
                    int[] edges = new int[awaited.size()];
                    for (int k = 0; k < edges.length; k++) {
                        edges[k] = awaited.get(k).index;
                    }
                    return edges;
                })
                .stream()
                .map(cycle -> cycle.stream().map(parties::get).toList())
                .toList();
    }

    /**
     * {@return all that are called so, by name or number, with what they wait for and who waits for them, and so on}
     *
     * @param name the name or number
     */
    Set<Party> around(String name) {
        List<Party> called = parties.stream()
                .filter(party -> party.id().equals(name) || party.name().equals(name))
                .toList();
        called.forEach(party -> party.wanted = true);
        Set<Party> found = new LinkedHashSet<>();
        reach(called, found, null);
        IdentityHashMap<Party, List<Party>> awaiters = new IdentityHashMap<>();
        for (Party party : parties) {
            for (Party awaited : awaited(party)) {
                awaiters.computeIfAbsent(awaited, _ -> new ArrayList<>(1)).add(party);
            }
        }
        reach(called, found, awaiters);
        return found;
    }

    private void reach(List<Party> starts, Set<Party> found, @Nullable IdentityHashMap<Party, List<Party>> upwards) {
        Deque<Party> open = new ArrayDeque<>(starts);
        Set<Party> passed = new HashSet<>();
        while (!open.isEmpty()) {
            Party party = open.remove();
            if (passed.add(party)) {
                found.add(party);
                open.addAll(upwards == null ? awaited(party) : upwards.getOrDefault(party, List.of()));
            }
        }
    }

    // ---- what has been seen

    List<LoopSeen> loops() {
        return loops;
    }

    List<PoolSeen> pools() {
        return pools;
    }

    List<Party> parties() {
        return parties;
    }

    List<List<Party>> deadlocks() {
        return deadlocks;
    }

    /** {@return the tasks of a group that have begun} */
    List<Party> membersOf(GroupImpl group) {
        return members.getOrDefault(group, List.of());
    }

    /** {@return the groups with tasks that a task has opened} */
    List<GroupImpl> groupsOf(Party party) {
        return party.party instanceof LoopTask<?> task ? groups.getOrDefault(task, List.of()) : List.of();
    }

    /** {@return the groups of a loop with tasks of which the owner, if there is one, is not among some parties} */
    List<GroupImpl> groupsOnTop(LoopCore loop, @Nullable Set<Party> among) {
        List<GroupImpl> onTop = new ArrayList<>();
        for (GroupImpl group : members.keySet()) {
            LoopTask<?> owner = group.owner();
            Party seen = owner == null ? null : byParty.get(owner);
            if (group.loop() == loop && (seen == null || (among != null && !among.contains(seen)))) {
                onTop.add(group);
            }
        }
        return onTop;
    }
}
