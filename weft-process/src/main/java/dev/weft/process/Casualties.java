package dev.weft.process;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * What the death of a worker costs. Guarded by the {@link PoolLock}.
 *
 * <p>The {@link StartMark} of a dead worker tells which task it had started last. If that one was not answered, it is
 * the one task that the death costs: it fails, or goes to the end of the line if it may be run again. (The end, so that
 * one that ends every worker does not hold up the others.) Of a worker on a machine that is gone nothing is known, and
 * each task that it had is one that it may have been running. The other tasks of the worker go back to the head of the
 * line. If nothing was running, the first of them is a suspect, as its message may have been what the worker died of,
 * and fails after {@link #DEATHS} such deaths.
 */
final class Casualties {
    /** How many workers may die with a task next in line and nothing running until the task is held to be the cause. */
    private static final int DEATHS = 3;

    private final String pool;
    private final WaitingLine line;
    private final Staff staff;
    private final Stops stops;
    private final TaskEnds ends;
    private final LongSupplier ids;

    Casualties(String pool, WaitingLine line, Staff staff, Stops stops, TaskEnds ends, LongSupplier ids) {
        this.pool = pool;
        this.line = line;
        this.staff = staff;
        this.stops = stops;
        this.ends = ends;
        this.ids = ids;
    }

    /**
     * Decides about the tasks of a worker whose process has ended, after what it had sent and what its book has was
     * delivered.
     */
    void count(Worker worker, StartMark.Remains remains, Exit exit, Effects effects) {
        boolean ranOne = false;
        ArrayDeque<RemoteTask<?>> unstarted = new ArrayDeque<>();
        for (RemoteTask<?> task : worker.sent) {
            boolean ran = remains.unknown()
                    || remains.begun().contains(task.id)
                    || (task.id == remains.task() && isRunning(task, remains.element()));
            ranOne |= ran;
            if (task.abandoned) {
                ends.out(task);
            } else if (task.stop != null) {
                ends.stopped(task, effects);
            } else if (task instanceof BatchPart part) {
                if (remains.unknown()) {
                    lose(part, exit, effects);
                } else if (ran) {
                    crash(part, exit, effects);
                }
                if (part.place != RemoteTask.Place.ENDED) {
                    unstarted.addLast(part);
                }
            } else if (ran) {
                crash(task, exit, effects);
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

    private static List<Exit> and(List<Exit> before, Exit last) {
        List<Exit> all = new ArrayList<>(before);
        all.add(last);
        return List.copyOf(all);
    }

    private void crash(RemoteTask<?> task, Exit exit, Effects effects) {
        if (task.timedOut >= 0) {
            ends.failed(task, stops.timedOut(task.name()), effects);
            return;
        }
        task.endedWorkers = and(task.endedWorkers, exit);
        if (task.retries > 0) {
            task.retries--;
            task.place = RemoteTask.Place.WAITING;
            task.worker = null;
            line.add(task);
        } else {
            ends.failed(task, WorkerCrashedException.whileRunning(task.name(), pool, task.endedWorkers), effects);
        }
    }

    /**
     * Fails the element that a dead worker was running, or has it run again by itself; the rest of its part goes on.
     */
    private void crash(BatchPart part, Exit exit, Effects effects) {
        int element = part.from;
        Batch batch = part.batch;
        // Only a part of one element has been run before.
        List<Exit> exits = and(part.endedWorkers, exit);
        if (part.timedOut == element) {
            fail(part, element, stops.timedOut(batch.name(element)), effects);
        } else if (part.retries == 0) {
            fail(part, element, WorkerCrashedException.whileRunning(batch.name(element), pool, exits), effects);
        } else {
            var again = new BatchPart(part.pool, ids.getAsLong(), batch, element, element + 1);
            again.retries = part.retries - 1;
            again.endedWorkers = exits;
            batch.parts.add(again);
            line.add(again);
            leave(part, element, effects);
        }
    }

    /** Fails all elements of a part that any of them may have run, or has them run again. */
    private void lose(BatchPart part, Exit exit, Effects effects) {
        int from = part.from;
        int to = part.to;
        List<Exit> exits = and(part.endedWorkers, exit);
        if (part.retries > 0) {
            var again = new BatchPart(part.pool, ids.getAsLong(), part.batch, from, to);
            again.retries = part.retries - 1;
            again.endedWorkers = exits;
            part.batch.parts.add(again);
            line.add(again);
        } else {
            for (int i = from; i < to; i++) {
                int element = i;
                RuntimeException failure = part.timedOut == element
                        ? stops.timedOut(part.batch.name(element))
                        : WorkerCrashedException.whileRunning(part.batch.name(element), pool, exits);
                effects.end(() -> part.failAll(element, element + 1, failure));
            }
        }
        leave(part, to - 1, effects);
    }

    private void fail(BatchPart part, int element, RuntimeException failure, Effects effects) {
        effects.end(() -> part.failAll(element, element + 1, failure));
        leave(part, element, effects);
    }

    /** Has a part begin behind an element. */
    private void leave(BatchPart part, int element, Effects effects) {
        part.from = element + 1;
        if (part.from >= part.to) {
            ends.out(part);
            ends.over(part, effects);
        }
    }

    /** Fails the first of the tasks that a worker died with if that has happened to it before. */
    private void suspect(ArrayDeque<RemoteTask<?>> unstarted, Exit exit, Effects effects) {
        RemoteTask<?> first = unstarted.peekFirst();
        if (first == null) {
            return;
        }
        first.suspectedOf = and(first.suspectedOf, exit);
        if (first.suspectedOf.size() < DEATHS) {
            return;
        }
        unstarted.removeFirst();
        if (first instanceof BatchPart part) {
            int element = part.from;
            fail(
                    part,
                    element,
                    WorkerCrashedException.beforeStart(part.batch.name(element), pool, part.suspectedOf),
                    effects);
            part.suspectedOf = List.of();
            if (part.place != RemoteTask.Place.ENDED) {
                unstarted.addFirst(part);
            }
        } else {
            ends.failed(first, WorkerCrashedException.beforeStart(first.name(), pool, first.suspectedOf), effects);
        }
    }
}
