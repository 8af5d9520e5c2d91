package dev.weft.process;

import java.util.ArrayDeque;

/**
 * What the death of a worker costs. Guarded by the {@link PoolLock}.
 *
 * <p>The {@link StartMark} of a dead worker tells which task it had started last. If that one was not answered, it is the one task that
 * the death costs. The others go back to the head of the line. If nothing was running, the first of them is a suspect (its message may have been what
 * the worker died of), and fails after {@link #DEATHS} such deaths.
 */
final class Casualties {
    /** How many workers may die with a task next in line and nothing running until the task is held to be the cause. */
    private static final int DEATHS = 3;

    private final String pool;
    private final WaitingLine line;
    private final Staff staff;
    private final Stops stops;
    private final TaskEnds ends;

    Casualties(String pool, WaitingLine line, Staff staff, Stops stops, TaskEnds ends) {
        this.pool = pool;
        this.line = line;
        this.staff = staff;
        this.stops = stops;
        this.ends = ends;
    }

    /** Decides about the tasks of a worker whose process has ended, after what it had sent and what its book has has been delivered. */
    void count(Worker worker, StartMark.Remains remains, Exit exit, Effects effects) {
        boolean ranOne = false;
        ArrayDeque<RemoteTask<?>> unstarted = new ArrayDeque<>();
        for (RemoteTask<?> task : worker.sent) {
            boolean ran = remains.started(task.id) && isRunning(task, remains.element());
            ranOne |= ran;
            if (task.stop != null) {
                ends.stopped(task, effects);
            } else if (task instanceof BatchPart part) {
                if (ran) {
                    crash(part, exit, effects);
                }
                if (part.place != RemoteTask.Place.ENDED) {
                    unstarted.addLast(part);
                }
            } else if (ran) {
                ends.failed(
                        task,
                        task.timedOut >= 0
                                ? stops.timedOut(task.name())
                                : new WorkerCrashedException(task.name(), pool, exit),
                        effects);
            } else {
                unstarted.addLast(task);
            }
        }
        worker.sent.clear();
        staff.gone(worker);
        if (!ranOne) {
            suspect(unstarted, exit, effects);
            staff.failed(worker, exit, pool, effects);
        }
        while (!unstarted.isEmpty()) {
            line.putBack(unstarted.removeLast());
        }
    }

    private static boolean isRunning(RemoteTask<?> task, int element) {
        return !(task instanceof BatchPart part) || element == part.from;
    }

    /** Fails the element that a dead worker was running; the rest of its part goes on. */
    private void crash(BatchPart part, Exit exit, Effects effects) {
        int element = part.from;
        part.from = element + 1;
        Batch batch = part.batch;
        boolean late = part.timedOut == element;
        effects.end(() -> part.failAll(
                element,
                element + 1,
                late
                        ? stops.timedOut(batch.name(element))
                        : new WorkerCrashedException(batch.name(element), pool, exit)));
        if (part.from >= part.to) {
            ends.out(part);
            ends.over(part, effects);
        }
    }

    /** Fails the first of the tasks that a worker died with if that has happened to it before. */
    private void suspect(ArrayDeque<RemoteTask<?>> unstarted, Exit exit, Effects effects) {
        RemoteTask<?> first = unstarted.peekFirst();
        if (first != null && ++first.deaths == DEATHS) {
            unstarted.removeFirst();
            var repeated = new Exit(
                    exit.pid(),
                    exit.code(),
                    exit.lastLines(),
                    exit.crashFile(),
                    exit.words() + ", as the " + (DEATHS - 1)
                            + " before it that were sent this task, all before they could start it");
            if (first instanceof BatchPart part) {
                part.deaths = 0;
                crash(part, repeated, effects);
                if (part.place != RemoteTask.Place.ENDED) {
                    unstarted.addFirst(part);
                }
            } else {
                ends.failed(first, new WorkerCrashedException(first.name(), pool, repeated), effects);
            }
        }
    }
}
