package dev.weft.loop.kernel;

import dev.weft.Cancelled;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What could be seen of one task, thread or future at one moment, for somebody outside of this process. Unlike a {@link
 * Sighting} it has no stack: that is fetched only if it is shown. Any thread; nothing stands still meanwhile.
 */
final class Party {
    /** The stem of tasks of loops that nobody has named. */
    private static final String UNNAMED = "task-";

    /** What is waited for where the JDK does not say. */
    private static final String IN_JDK = "something in the JDK";

    /** A task, a thread, or whatever else somebody waits for. */
    final Object party;

    /** Where it stands among all parties. */
    final int index;

    /** The thread that runs it, or that it is; null if it has none. */
    final @Nullable Thread thread;

    private final @Nullable Strand strand;

    Sighting.State state = Sighting.State.ELSEWHERE;

    /** What it waits for; null if it does not wait, or nobody knows. */
    @Nullable
    Object blocker;

    /** Whether the wait has a limit of its own. */
    boolean limited;

    /** The name of what it stands below: a loop, group, fold or pool. */
    String parent = "";

    /** The pool that it is a task of; zero if of none. */
    int pool;

    /** Whether it stands in a loop or pool, as itself or in a fold. */
    boolean placed;

    /** Whether it was asked for by its name, or is part of a deadlock, and must be shown as itself. */
    boolean wanted;

    private Party(Object party, int index, @Nullable Strand strand, @Nullable Thread thread) {
        this.party = party;
        this.index = index;
        this.strand = strand;
        this.thread = thread;
    }

    /** Looks at a task that has begun; {@code running} says whether its loop is in a step of its strand. */
    static Party ofStrand(Strand strand, LoopTask<?> task, int index, boolean running) {
        var seen = new Party(task, index, strand, strand.thread);
        Object blocker = strand.blocker;
        boolean suspended = strand.suspended;
        boolean stable = strand.task == task && strand.blocker == blocker;
        if (running) {
            seen.state = Sighting.State.RUNNING;
        } else if (blocker != null && stable) {
            seen.state = suspended ? Sighting.State.WAITING : Sighting.State.READY;
            seen.blocker = blocker;
            seen.limited = strand.heapIndex >= 0;
        } else if (!strand.loop.isPortable() && stable && isAtRest(strand.thread)) {
            seen.state = Sighting.State.WAITING;
            seen.blocker = blockerInJdk(strand.thread);
            seen.limited = strand.thread.getState() == Thread.State.TIMED_WAITING;
        } else {
            seen.state = Sighting.State.READY;
        }
        return seen;
    }

    /** Looks at a task that a thread outside of any loop runs. */
    static Party ofThread(Object party, Thread thread, int index) {
        var seen = new Party(party, index, null, thread);
        if (isAtRest(thread)) {
            seen.state = Sighting.State.WAITING;
            seen.blocker = blockerInJdk(thread);
            seen.limited = thread.getState() == Thread.State.TIMED_WAITING;
        } else {
            seen.state = thread.isAlive() ? Sighting.State.RUNNING : Sighting.State.ENDED;
        }
        return seen;
    }

    /** Looks at what somebody waits for and nothing here runs. */
    static Party ofOther(Object party, int index) {
        var seen = new Party(party, index, null, null);
        seen.state =
                party instanceof TaskCore<?> task && task.isDone() ? Sighting.State.ENDED : Sighting.State.ELSEWHERE;
        return seen;
    }

    private static boolean isAtRest(Thread thread) {
        return switch (thread.getState()) {
            case WAITING, TIMED_WAITING, BLOCKED -> true;
            default -> false;
        };
    }

    private static Object blockerInJdk(Thread thread) {
        Object blocker = LockSupport.getBlocker(thread);
        return blocker == null ? IN_JDK : blocker;
    }

    /** {@return the loop of the task that it is, or null} */
    @Nullable
    LoopCore loop() {
        return party instanceof LoopTask<?> task ? task.loop() : null;
    }

    /** {@return what it is called in an answer: the number of a task, or one that holds for this answer only} */
    String id() {
        if (party instanceof LoopTask<?> task && task.number != 0) {
            return task.loop().number + "." + Integer.toUnsignedString(task.number);
        }
        return "x" + index;
    }

    String name() {
        return switch (party) {
            case TaskCore<?> task -> task.name();
            case Thread named -> named.getName();
            default -> safeText(party);
        };
    }

    /** {@return its name without the digits at the end, for which nothing is made up} */
    String stem() {
        if (!(party instanceof TaskCore<?> task)) {
            return name();
        }
        String name = task.nameOrNull();
        if (name == null) {
            return task.kind() + "-";
        }
        int end = name.length();
        while (end > 0 && Character.isDigit(name.charAt(end - 1))) {
            end--;
        }
        return end == 0 ? name : name.substring(0, end);
    }

    /** {@return whether this has such a {@link #stem}; faster than to make it} */
    boolean hasStem(String stem) {
        if (!(party instanceof LoopTask<?> task)) {
            return stem().equals(stem);
        }
        String name = task.nameOrNull();
        if (name == null) {
            return stem.equals(UNNAMED);
        }
        int end = stem.length();
        if (!name.startsWith(stem) || (end < name.length() && Character.isDigit(stem.charAt(end - 1)))) {
            return false;
        }
        while (end < name.length() && Character.isDigit(name.charAt(end))) {
            end++;
        }
        return end == name.length();
    }

    /** {@return where it is, the innermost call first; empty if it has no stack, or has ended meanwhile} */
    List<StackTraceElement> stack() {
        Thread on = thread;
        if (on == null) {
            return List.of();
        }
        List<StackTraceElement> stack = List.of(on.getStackTrace());
        return strand != null && strand.task != party ? List.of() : stack;
    }

    /** {@return why it is being cancelled, or null if it is not} */
    @Nullable
    String cancelling() {
        if (party instanceof LoopTask<?> task) {
            Cancelled request = task.pending;
            request = request == null ? task.ownRequest() : request;
            return request == null ? null : request.reason();
        }
        return null;
    }

    /** {@return in words what it waits for, or null} */
    @Nullable
    String waitsFor() {
        return blocker == null ? null : words(blocker);
    }

    /** {@return in words what somebody waits for} */
    static String words(Object blocker) {
        return switch (blocker) {
            case String words -> words;
            case TaskCore<?> task -> called(task);
            case GroupImpl _ -> "the tasks of its group";
            case Owned owned -> {
                Object owner = owned.owner();
                String text = safeText(owned);
                yield owner == null || text.contains(" by ") ? text : text + ", owned by " + called(owner);
            }
            default -> safeText(blocker);
        };
    }

    private static String called(Object party) {
        return switch (party) {
            case LoopTask<?> task -> "task '" + task.name() + "'";
            case TaskCore<?> task -> task.name();
            case Thread thread -> "thread '" + thread.getName() + "'";
            default -> safeText(party);
        };
    }

    /** What is not Weft's may do anything in its toString: wait, for example. */
    private static String safeText(Object object) {
        String type = object.getClass().getName();
        if (type.startsWith("dev.weft.")) {
            try {
                return object.toString();
            } catch (RuntimeException e) {
                return type; // it changed while it was looked at
            }
        }
        return type.substring(type.lastIndexOf('.') + 1)
                .replace("$NonfairSync", "")
                .replace("$FairSync", "");
    }

    /** {@return in words what many wait for, of which this is one's} */
    static String wordsForMany(Object blocker) {
        return switch (blocker) {
            case TaskCore<?> _ -> "other tasks";
            case GroupImpl _ -> "the tasks of their groups";
            default -> "one " + blocker.getClass().getSimpleName() + " each";
        };
    }
}
