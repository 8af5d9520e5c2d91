package dev.weft.loop.kernel;

import dev.weft.Task;
import dev.weft.loop.EventLoop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What could be seen of one task or thread at one moment: what it does, and for what it waits.
 *
 * <p>Seen from any thread, without the loop's help, which may be held up. Nothing stands still meanwhile: each sighting is looked at for itself, and one that changes while it is looked at counts as
 * running. The edges cost nothing before somebody asks: a strand that waits holds what it waits for.
 *
 * @param party the task or thread
 * @param loop the name of its loop, or null if it has none
 * @param state what it does
 * @param waitsFor in words what it waits for, or null if it does not wait
 * @param targets the parties that have to do something before it goes on
 * @param limited whether the wait has a limit of time
 * @param stack where it is, the innermost call first
 * @param startedAt where it was started, if that is known
 */
public record Sighting(
        Object party,
        @Nullable String loop,
        State state,
        @Nullable String waitsFor,
        List<Object> targets,
        boolean limited,
        List<StackTraceElement> stack,
        List<StackTraceElement> startedAt) {
    /** What a party does. */
    public enum State {
        /** It runs at this moment. */
        RUNNING,
        /** It could run, and another one does. */
        READY,
        /** It waits. */
        WAITING,
        /** It has not begun, or something other than a loop runs it. */
        ELSEWHERE,
        /** It has ended. */
        ENDED
    }

    /**
     * {@return what can be seen of all loops that run, and of what their tasks and the threads outside wait for}
     *
     * @param also tasks to look at in any case
     */
    public static List<Sighting> ofAll(Task<?>... also) {
        return new Look(LoopCore.live()).at(also);
    }

    /**
     * {@return what can be seen of one loop}
     *
     * @param loop the loop
     */
    public static List<Sighting> of(EventLoop loop) {
        return new Look(List.of(((LoopFace) loop).loop)).at();
    }

    /** {@return what the party is called in messages} */
    public String name() {
        return name(party);
    }

    private static String name(Object party) {
        return switch (party) {
            case LoopTask<?> task -> "task '" + task.name() + "'";
            case TaskCore<?> task -> task.name();
            case Thread thread -> "thread '" + thread.getName() + "'";
            default -> party.toString();
        };
    }

    /** One look around. */
    private static final class Look {
        private final IdentityHashMap<Object, Sighting> seen;
        private final List<Sighting> inOrder = new ArrayList<>();
        private final List<LoopCore> loops;
        private final Map<GroupImpl, List<Object>> members = new HashMap<>();

        Look(List<LoopCore> loops) {
            this.loops = loops;
            int most = 0;
            for (LoopCore loop : loops) {
                most += loop.strands.size();
            }
            seen = new IdentityHashMap<>(most); // to grow it step by step would take longer than all the rest
        }

        List<Sighting> at(Task<?>... also) {
            List<Strand> strands = new ArrayList<>();
            for (LoopCore loop : loops) {
                for (Strand strand : loop.strands.snapshot()) {
                    LoopTask<?> task = strand == null ? null : strand.task;
                    if (strand != null && task != null) {
                        strands.add(strand);
                        GroupImpl group = task.group();
                        if (group != null) {
                            members.computeIfAbsent(group, _ -> new ArrayList<>())
                                    .add(task);
                        }
                    }
                }
            }
            strands.forEach(this::look);
            for (Task<?> task : also) {
                target(task);
            }
            for (int i = 0, shown = inOrder.size(); i < shown; i++) {
                inOrder.get(i).targets.forEach(this::target);
            }
            for (int i = 0, shown = inOrder.size(); i < shown; i++) {
                if (inOrder.get(i).party instanceof TaskCore<?> task) {
                    task.waitingThreads().forEach(thread -> look(thread, task));
                }
            }
            return inOrder;
        }

        private void add(Sighting sighting) {
            if (seen.putIfAbsent(sighting.party, sighting) == null) {
                inOrder.add(sighting);
            }
        }

        private void look(Strand strand) {
            LoopTask<?> task = strand.task;
            Object blocker = strand.blocker;
            List<StackTraceElement> stack = List.of(strand.thread.getStackTrace());
            if (task == null) {
                return; // it has ended
            }
            boolean stable = strand.task == task && strand.blocker == blocker;
            State state;
            String waitsFor = null;
            List<Object> targets = List.of();
            if (blocker != null && stable) {
                state = State.WAITING;
                waitsFor = words(blocker);
                targets = targets(blocker);
            } else if (strand.loop.strandNow() == strand && strand.loop.stepNow() >= 0) {
                state = State.RUNNING;
            } else if (waitsInJdk(stack) && stable) {
                state = State.WAITING;
                Object inJdk = LockSupport.getBlocker(strand.thread);
                waitsFor = inJdk == null ? "something in the JDK" : words(inJdk);
            } else {
                state = State.READY;
            }
            TaskHooks hooks = strand.loop.hooks;
            StackTraceElement[] start = hooks == null ? null : hooks.startOf(task);
            add(new Sighting(
                    task,
                    strand.loop.name(),
                    state,
                    waitsFor,
                    targets,
                    strand.heapIndex >= 0,
                    stack,
                    start == null ? List.of() : List.of(start)));
        }

        private static boolean waitsInJdk(List<StackTraceElement> stack) {
            return stack.stream()
                    .limit(4)
                    .anyMatch(frame -> frame.getMethodName().equals("park")
                            || frame.getMethodName().equals("parkNanos")
                            || frame.getMethodName().startsWith("wait"));
        }

        /** Looks at a thread outside of any loop that waits for a task. */
        private void look(Thread thread, TaskCore<?> task) {
            add(new Sighting(
                    thread,
                    null,
                    State.WAITING,
                    words(task),
                    List.of(task),
                    thread.getState() == Thread.State.TIMED_WAITING,
                    List.of(thread.getStackTrace()),
                    List.of()));
        }

        /** Adds what somebody waits for and no loop has shown. */
        private void target(Object party) {
            if (!seen.containsKey(party)) {
                boolean ended = party instanceof Task<?> task && task.isDone();
                List<StackTraceElement> stack =
                        party instanceof Thread thread ? List.of(thread.getStackTrace()) : List.of();
                add(new Sighting(
                        party,
                        party instanceof LoopTask<?> task ? task.loop().name() : null,
                        ended ? State.ENDED : State.ELSEWHERE,
                        null,
                        List.of(),
                        false,
                        stack,
                        List.of()));
            }
        }

        private List<Object> targets(Object blocker) {
            return switch (blocker) {
                case TaskCore<?> task -> List.of(task);
                case GroupImpl group -> members.getOrDefault(group, List.of());
                case Owned owned -> {
                    Object owner = owned.owner();
                    yield owner == null ? List.of() : List.of(owner);
                }
                default -> List.of();
            };
        }

        private static String words(Object blocker) {
            return switch (blocker) {
                case TaskCore<?> task -> name(task);
                case GroupImpl _ -> "the tasks of its group";
                case Owned owned -> {
                    Object owner = owned.owner();
                    yield owned + (owner == null ? "" : ", owned by " + name(owner));
                }
                default -> blocker.toString();
            };
        }
    }
}
