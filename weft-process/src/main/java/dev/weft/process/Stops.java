package dev.weft.process;

import dev.weft.Cancelled;
import dev.weft.TimedOutException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;

/**
 * Stops tasks before their end: those that are cancelled, and those whose time is over.
 *
 * <pre>
 *   waiting ──cancelled──► ended
 *   with a worker ──cancelled, or time over──► told to stop ──grace over, and it runs──► its worker is killed
 *                                                 └──────────grace over, and it is in line──► ended, and forgotten when it comes back
 * </pre>
 */
final class Stops {
    /** How long a fresh worker may take to load the classes of its first work, which its time-out does not count. */
    private static final Duration MOST_TO_BEGIN = Duration.ofSeconds(10);

    private final PoolLock lock;
    private final PoolSettings settings;
    private final WaitingLine line;
    private final Staff staff;
    private final TaskEnds ends;

    Stops(PoolLock lock, PoolSettings settings, WaitingLine line, Staff staff, TaskEnds ends) {
        this.lock = lock;
        this.settings = settings;
        this.line = line;
        this.staff = staff;
        this.ends = ends;
    }

    // --- Cancelling

    /** Has a task stopped wherever it is; any thread, without the lock. */
    boolean cancel(RemoteTask<?> task, Cancelled signal) {
        var any = new boolean[1];
        lock.decide(effects -> {
            if (task instanceof BatchPart first) {
                first.batch.stop = signal;
                for (BatchPart part : List.copyOf(first.batch.parts)) {
                    any[0] |= stop(part, signal, effects);
                }
            } else {
                any[0] = stop(task, signal, effects);
            }
        });
        return any[0];
    }

    /** Has a task stopped, if it has not been told before. */
    private boolean stop(RemoteTask<?> task, Cancelled signal, Effects effects) {
        if (task.place == RemoteTask.Place.ENDED || task.stop != null) {
            return false;
        }
        task.stop = signal;
        Worker worker = task.worker;
        if (worker == null) {
            ends.stopped(task, effects);
            line.skip();
        } else {
            if (worker.state == Worker.State.READY) {
                effects.send(worker, new Frame(Frame.CANCEL, task.id));
            }
            Timers.after(settings.killGrace(), () -> overdue(task, worker));
        }
        return true;
    }

    /** Notes why a task is to stop, whose worker is being ended anyway; under the lock. */
    void mark(RemoteTask<?> task, Cancelled signal) {
        if (task.stop == null) {
            task.stop = signal;
            if (task instanceof BatchPart part) {
                part.batch.stop = signal;
            }
        }
    }

    /** The grace of a cancelled task is over. */
    private void overdue(RemoteTask<?> task, Worker worker) {
        lock.decide(effects -> {
            if (task.worker != worker) {
                return;
            }
            if (settings.tasksPerLoop() > 0) {
                giveUp(task, worker, effects);
            } else if (worker.sent.peekFirst() == task) {
                staff.kill(worker, effects);
            } else {
                // It waits behind another task in a process that does not even answer. That one is not to suffer for
                // it, and nobody has to wait.
                if (!task.abandoned) {
                    ends.abandoned(task, effects);
                }
                Timers.after(settings.killGrace().plusMillis(1), () -> overdue(task, worker));
            }
        });
    }

    /** A loop has passed the order to stop on to a task. */
    void heard(Worker worker, long id) {
        RemoteTask<?> task = worker.task(id);
        if (task != null) {
            task.heard = true;
        }
    }

    /** Ends a task that a loop runs and that does not end, without hurting its neighbours if the loop still turns. */
    private void giveUp(RemoteTask<?> task, Worker worker, Effects effects) {
        if (task.abandoned || worker.state != Worker.State.READY) {
            return;
        }
        if (!task.heard) {
            staff.kill(
                    worker,
                    "was killed because its loop was held up for more than " + settings.killGrace()
                            + ": it did not even tell task '" + task.name() + "' to stop",
                    effects);
            return;
        }
        if (task.stop != null) {
            ends.abandoned(task, effects);
        } else {
            ends.abandoned(task, timedOut(task.name()), effects);
        }
        staff.drain(worker, effects);
        staff.endDrained(effects);
    }

    // --- The time of tasks

    /** Sees to it that somebody looks after the time of a task that a loop runs; under the lock. */
    void watch(RemoteTask<?> task, Worker worker) {
        Duration limit = settings.taskTimeout();
        if (limit != null) {
            Timers.after(limit, () -> timeOver(task, worker));
        }
    }

    private void timeOver(RemoteTask<?> task, Worker worker) {
        lock.decide(effects -> {
            if (task.worker == worker && task.stop == null && worker.state == Worker.State.READY) {
                task.timedOut = task instanceof BatchPart part ? part.from : 0;
                effects.send(worker, new Frame(Frame.INTERRUPT, task.id));
                Timers.after(settings.killGrace(), () -> overdue(task, worker));
            }
        });
    }

    /** Sees to it that somebody looks after the time of a worker's tasks; under the lock. */
    void watch(Worker worker) {
        Duration limit = settings.taskTimeout();
        if (limit != null && !worker.watched) {
            worker.watched = true;
            Timers.after(limit, () -> checkTime(worker, Timers.nanos(limit)));
        }
    }

    /** A worker has read what it is to run first; under the lock. */
    void begun(Worker worker) {
        worker.begun = true;
        worker.progressAt = System.nanoTime();
    }

    private void checkTime(Worker worker, long limit) {
        lock.decide(effects -> {
            worker.watched = false;
            RemoteTask<?> task = worker.sent.peekFirst();
            if (task == null || worker.state != Worker.State.READY) {
                return;
            }
            long allowed = worker.begun ? limit : limit + MOST_TO_BEGIN.toNanos();
            long left = allowed - (System.nanoTime() - worker.progressAt);
            int element = task instanceof BatchPart part ? part.from : 0;
            if (left <= 0 && task.stop == null && task.timedOut != element) {
                task.timedOut = element;
                effects.send(worker, interrupt(task, element));
                Timers.after(settings.killGrace(), () -> killLate(worker, task, element));
            }
            worker.watched = true;
            Timers.after(Duration.ofNanos(left > 0 ? Math.min(left, limit) : limit), () -> checkTime(worker, limit));
        });
    }

    private static Frame interrupt(RemoteTask<?> task, int element) {
        if (!(task instanceof BatchPart)) {
            return new Frame(Frame.INTERRUPT, task.id);
        }
        byte[] body = new byte[Integer.BYTES];
        ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN).putInt(element);
        return new Frame(Frame.INTERRUPT, Kind.NULL, task.id, body, body.length);
    }

    /** The grace of a task whose time was over is over too. */
    private void killLate(Worker worker, RemoteTask<?> task, int element) {
        lock.decide(effects -> {
            if (worker.sent.peekFirst() == task
                    && worker.state == Worker.State.READY
                    && (!(task instanceof BatchPart part) || part.from == element)) {
                staff.kill(worker, effects);
            }
        });
    }

    /** {@return what a task fails with whose time was over} */
    TimedOutException timedOut(String task) {
        Duration limit = settings.taskTimeout();
        return new TimedOutException("task '" + task + "'", limit == null ? Duration.ZERO : limit);
    }
}
