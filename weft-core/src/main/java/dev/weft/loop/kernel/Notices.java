package dev.weft.loop.kernel;

import dev.weft.Cancelled;
import dev.weft.loop.jdk.LoopLog;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The running tasks of a loop for which a cancellation holds: interrupts them where the JDK has them wait, again and
 * again but ever more rarely, and finds out who swallows the signal. Loop thread only.
 *
 * <pre>
 *   none ──a request holds──► open ──it no longer holds, or the task has ended──► none
 * </pre>
 *
 * <p>A task in here costs one entry and no field. One timer serves all, armed while any of them is not suspended by
 * Weft: one that is will say so when it goes on, so that a loop in which everything hangs does not look alive. The
 * timer does its work on a strand, since an interrupt may run code of the JDK that takes locks.
 *
 * <p>What counts as swallowed: a task that got the signal and ends with a result; one that gets it at the very same
 * place again, since only a loop around a catch leads there twice; and one that the JDK still has waiting after several
 * interrupts. A second checkpoint elsewhere does not count: a finally block leads there too.
 */
final class Notices {
    private static final long FIRST_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** So many interrupts without an effect are reported. */
    private static final int MANY_INTERRUPTS = 4;

    /**
     * After so many, a loop with a virtual clock gives up: the clock would jump from one to the next for ever, and a
     * deadlock would never look like one.
     */
    private static final int MOST_IN_VIRTUAL_TIME = 16;

    /** What stands between code of users and the kernel. */
    private static final Set<String> WORDS =
            Set.of("dev.weft.Weft", "dev.weft.CancelScope", "dev.weft.TaskGroup", "dev.weft.Task");

    private static final List<String> PACKAGES =
            List.of("dev.weft.loop.", "dev.weft.sync.", "dev.weft.net.", "dev.weft.http.", "java.", "jdk.");

    /** A log is told of so many places, of each once; a handler is told of everything. */
    private static final int MOST_PLACES = 100;

    private static final class Notice {
        private long delay = FIRST_NANOS;
        private long next;
        private int interrupts;

        /** The first signal that was thrown to the task. */
        private @Nullable Cancelled raised;

        /** Whether the task waits by Weft's means, so that there is nothing to interrupt. */
        private boolean resting;

        private boolean reported;
    }

    /** Looks through all of them when the first is due. */
    private final class Tick extends TimerNode implements Fresh {
        @Override
        public void runOn(Strand strand) {
            insist();
        }
    }

    private final LoopCore loop;

    /** In the order of their beginning, so that a run can be replayed. */
    private final Map<LoopTask<?>, Notice> open = new LinkedHashMap<>();

    private final Tick tick = new Tick();

    /** The places that the log has been told of. */
    private final Set<String> logged = new HashSet<>(0);

    Notices(LoopCore loop) {
        this.loop = loop;
    }

    /** A request holds from now on for a task that has begun. */
    void begin(LoopTask<?> task) {
        if (!open.containsKey(task)) {
            var notice = new Notice();
            open.put(task, notice);
            schedule(notice);
        }
    }

    private void schedule(Notice notice) {
        if (!loop.portable()) { // there a task that waits in the JDK holds the loop, and nobody could interrupt it
            notice.next = loop.now() + notice.delay;
            arm(notice.next);
        }
    }

    private void arm(long when) {
        if (tick.heapIndex < 0) {
            loop.timers.add(tick, when);
        } else if (tick.deadline - when > 0) {
            loop.timers.remove(tick);
            loop.timers.add(tick, when);
        }
    }

    /** No request holds any longer for a task, or it has ended. */
    void end(LoopTask<?> task) {
        if (open.remove(task) != null && open.isEmpty()) {
            loop.timers.remove(tick);
        }
    }

    /** A task goes on after a wait that could not be cancelled. */
    void goesOn(LoopTask<?> task) {
        Notice notice = open.get(task);
        if (notice != null && notice.resting) {
            notice.resting = false;
            schedule(notice);
        }
    }

    /** A task was interrupted by its canceller. */
    void interrupted(LoopTask<?> task) {
        Notice notice = open.get(task);
        if (notice != null) {
            notice.interrupts++;
        }
    }

    private void insist() {
        long now = loop.now();
        boolean any = false;
        long first = 0;
        List<Runnable> reports =
                new ArrayList<>(0); // told at the end: a handler is code of users, and may cancel and wait
        for (Map.Entry<LoopTask<?>, Notice> entry : open.entrySet()) {
            Notice notice = entry.getValue();
            Strand at = entry.getKey().strand();
            notice.resting =
                    at == null || at.suspended || (loop.control != null && notice.interrupts >= MOST_IN_VIRTUAL_TIME);
            if (at == null || notice.resting) {
                continue;
            }
            if (notice.next - now <= 0) {
                interruptIfInJdk(entry.getKey(), at, notice, reports);
                notice.delay = Math.min(2 * notice.delay, LONGEST_NANOS);
                notice.next = now + notice.delay;
            }
            if (!any || notice.next - first < 0) {
                first = notice.next;
                any = true;
            }
        }
        if (any) {
            arm(first);
        }
        reports.forEach(Runnable::run);
    }

    private void interruptIfInJdk(LoopTask<?> task, Strand at, Notice notice, List<Runnable> reports) {
        Thread.State state = at.thread.getState();
        if (state != Thread.State.WAITING && state != Thread.State.TIMED_WAITING) {
            return; // ready to run; the interrupt would only hit it later, elsewhere
        }
        Cancelled request = task.pending;
        if (++notice.interrupts >= MANY_INTERRUPTS && !notice.reported && request != null) {
            notice.reported = true;
            StackTraceElement[] stack = at.thread.getStackTrace();
            Cancelled where = Signals.signal(request);
            where.setStackTrace(stack);
            String message = "task '" + task.name() + "' was cancelled (" + request.reason() + "), was interrupted "
                    + notice.interrupts + " times and still waits in " + place(stack)
                    + "; code there catches InterruptedException and goes on, or waits in a way that cannot be interrupted."
                    + " Let the exception pass, or limit the wait";
            reports.add(() -> report(task, message, where));
        }
        task.interrupt(at);
    }

    /** The signal is about to be thrown to a task. */
    void raised(LoopTask<?> task, Cancelled signal) {
        Notice notice = open.get(task);
        if (notice == null || notice.reported) {
            return;
        }
        Cancelled before = notice.raised;
        if (before == null) {
            notice.raised = signal;
            return;
        }
        StackTraceElement[] stack = signal.getStackTrace();
        if (Arrays.equals(ofUsers(before.getStackTrace()), ofUsers(stack))) {
            notice.reported = true;
            report(
                    task,
                    "task '" + task.name() + "' was cancelled (" + signal.reason()
                            + "), and the signal was caught, since the task waits again at " + place(stack)
                            + ". Let Cancelled pass after cleaning up: it is thrown at every checkpoint until the block is left",
                    before);
        }
    }

    /** A task for which a request holds ended with a result. */
    void endedWithResult(LoopTask<?> task) {
        Notice notice = open.get(task);
        if (notice == null || notice.reported) {
            return;
        }
        Cancelled signal = notice.raised;
        if (signal != null) {
            report(
                    task,
                    "task '" + task.name() + "' was cancelled (" + signal.reason() + ") at "
                            + place(signal.getStackTrace())
                            + ", and ended with a result all the same: code in this stack caught the signal and did not let it pass",
                    signal);
        } else if (notice.interrupts > 0 && !Thread.currentThread().isInterrupted() && task.pending != null) {
            Cancelled request = task.pending;
            report(
                    task,
                    "task '" + task.name() + "' was cancelled (" + request.reason()
                            + ") by an interrupt, and ended with a result all the same: its code caught the"
                            + " InterruptedException and did not let it pass",
                    request);
        }
    }

    /** The innermost frame that is not Weft's or the JDK's; what swallowed the signal is there or further out. */
    private static String place(StackTraceElement[] stack) {
        StackTraceElement[] rest = ofUsers(stack);
        return rest.length == 0 ? "unknown code" : rest[0].toString();
    }

    /** {@return a stack without the calls at its inner end that are Weft's or the JDK's} */
    private static StackTraceElement[] ofUsers(StackTraceElement[] stack) {
        int first = 0;
        while (first < stack.length && isOurs(stack[first].getClassName())) {
            first++;
        }
        return Arrays.copyOfRange(stack, first, stack.length);
    }

    private static boolean isOurs(String className) {
        return WORDS.contains(className) || PACKAGES.stream().anyMatch(className::startsWith);
    }

    private void report(LoopTask<?> task, String message, Cancelled where) {
        if (!loop.tellHandler(message, where, task, null)
                && logged.size() < MOST_PLACES
                && logged.add(place(where.getStackTrace()))) {
            LoopLog.warn(message, where);
        }
    }
}
