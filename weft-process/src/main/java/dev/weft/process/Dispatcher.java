package dev.weft.process;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Iterator;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Which task is with which worker. Guarded by the {@link PoolLock}.
 *
 * <p>A waiting task goes to the worker with the fewest tasks, as long as that has less than a window of them: two, so
 * that the second hides the way there and back, and as many as are worth {@link #WINDOW_NANOS} where tasks turn out to
 * be short, so that one write carries several; but never more than its heap can hold. When nothing waits and a worker
 * is idle, one that has more than it runs is asked to give some of the rest back, so that nobody waits behind a long
 * task while another worker has nothing to do; and one that runs a long batch, for half of that.
 *
 * <p>Frames are put into a worker's outbox under the lock, so that their order is that of {@link Worker#sent}.
 */
final class Dispatcher {
    /** The least that a worker has at once where there is enough: the task that it runs, and the next. */
    private static final int LEAST_WINDOW = 2;

    private static final int LARGEST_WINDOW = 64;
    /** How much work a worker has at once where tasks are short: several times what the way there and back takes. */
    private static final long WINDOW_NANOS = 300_000;

    /**
     * How long a batch runs before what is left of it is divided among idle workers: several times what it should take.
     */
    private static final Duration LONG_BATCH = Duration.ofMillis(4);

    private final PoolLock lock;
    private final int tasksPerLoop;
    private final WaitingLine line;
    private final Staff staff;
    private final Stops stops;
    private final TaskEnds ends;
    private final LongSupplier ids;

    /**
     * How long a task takes, from when its worker is free for it to its answer; a moving average. Written under the
     * lock.
     */
    private volatile long taskNanos = WINDOW_NANOS;

    /** Whether somebody will look soon whether batches are to be divided. */
    private boolean dividing;

    /**
     * Makes a dispatcher.
     *
     * @param tasksPerLoop how many tasks a worker runs at once on its loop, or 0 if it runs one after the other
     */
    Dispatcher(
            PoolLock lock,
            int tasksPerLoop,
            WaitingLine line,
            Staff staff,
            Stops stops,
            TaskEnds ends,
            LongSupplier ids) {
        this.lock = lock;
        this.tasksPerLoop = tasksPerLoop;
        this.line = line;
        this.staff = staff;
        this.stops = stops;
        this.ends = ends;
        this.ids = ids;
    }

    /** Sends what waits to workers that have room for it. */
    void assign(Effects effects) {
        staff.endDrained(effects);
        RemoteTask<?> next = line.peek();
        while (next != null) {
            String broken = staff.broken();
            if (broken != null) {
                line.remove();
                ends.failed(next, new BrokenPoolException(broken), effects);
            } else {
                Worker worker = leastBusy(next.weight(), next.count());
                if (worker == null) {
                    staff.retire(next.count(), effects);
                    staff.recruitOnDemand(effects);
                    return;
                }
                line.remove();
                send(next, worker, effects);
            }
            next = line.peek();
        }
        staff.retire(0, effects);
        staff.recruitOnDemand(effects);
        if (tasksPerLoop == 0) {
            balance(effects); // what a loop has, it has begun
        }
    }

    private @Nullable Worker leastBusy(long weight, int count) {
        long window = tasksPerLoop > 0
                ? tasksPerLoop
                : Math.clamp(WINDOW_NANOS / Math.max(1, taskNanos), LEAST_WINDOW, LARGEST_WINDOW);
        Worker best = null;
        for (Worker worker : staff.workers()) {
            int load = worker.sent.size();
            if (worker.takesTasks()
                    && staff.mayRun(worker, count)
                    && load < (best == null ? window : best.sent.size())
                    && (load == 0 || worker.sentBytes + weight <= worker.longestFrame)) {
                best = worker;
                if (load == 0) {
                    break;
                }
            }
        }
        return best;
    }

    private void send(RemoteTask<?> task, Worker worker, Effects effects) {
        if (task.weight() > worker.longestFrame) {
            TransferException reason = Encoder.tooLarge(task.weight(), worker.longestFrame);
            ends.failed(
                    task,
                    new TransferException("the work cannot be sent to a worker process: " + reason.getMessage(), null),
                    effects);
            return;
        }
        task.place = RemoteTask.Place.SENT;
        task.worker = worker;
        if (worker.sent.isEmpty()) {
            worker.freeSince = System.nanoTime();
            worker.progressAt = worker.freeSince;
        }
        if (task instanceof BatchPart part) {
            part.sentFrom = part.from;
        }
        worker.given += task.count();
        if (tasksPerLoop == 0) {
            stops.watch(worker);
        } else {
            stops.watch(task, worker);
        }
        worker.sent.addLast(task);
        worker.sentBytes += task.weight();
        effects.send(worker, task.frame());
    }

    /** Asks workers that have tasks in line for them, as many as there are idle workers; when nothing waits. */
    private void balance(Effects effects) {
        int idle = 0;
        for (Worker worker : staff.workers()) {
            if (worker.isIdle() && worker.takesTasks()) {
                idle++;
            }
        }
        for (Worker worker : staff.workers()) {
            if (idle == 0) {
                return;
            }
            if (worker.state == Worker.State.READY && worker.sent.size() > 1 && !worker.revoking) {
                revoke(worker, worker.sent.size() / 2, effects);
                idle--;
            }
        }
        divide(idle, effects);
    }

    private static void revoke(Worker worker, int most, Effects effects) {
        worker.revoking = true;
        effects.send(worker, new Frame(Frame.REVOKE, most));
    }

    /** Changes how many workers there are; those that have to leave give back what they have not begun. */
    void resize(int workers, Effects effects) {
        for (Worker worker : staff.resize(workers, effects)) {
            if (!worker.revoking) {
                revoke(worker, worker.sent.size(), effects);
            }
        }
        assign(effects);
    }

    /** Asks for half of what is left of batches that take long, as many as there are idle workers. */
    private void divide(int idle, Effects effects) {
        long now = System.nanoTime();
        boolean later = false;
        int wanted = idle;
        for (Worker worker : staff.workers()) {
            if (wanted > 0
                    && worker.state == Worker.State.READY
                    && !worker.revoking
                    && worker.sent.peekFirst() instanceof BatchPart part
                    && part.count() > 1) {
                if (now - Math.max(worker.freeSince, worker.dividedAt) < LONG_BATCH.toNanos()) {
                    later = true;
                } else {
                    worker.dividedAt = now;
                    revoke(worker, 1, effects);
                    wanted--;
                }
            }
        }
        if (later && !dividing) {
            dividing = true;
            Timers.after(LONG_BATCH, this::divideAgain);
        }
    }

    private void divideAgain() {
        lock.decide(effects -> {
            dividing = false;
            assign(effects);
        });
    }

    /**
     * Takes back what a worker gives back.
     *
     * @throws ProtocolException if it was not asked, or does not have it
     */
    void givenBack(Worker worker, Frame frame, Effects effects) throws ProtocolException {
        ByteBuffer given = ByteBuffer.wrap(frame.body()).order(ByteOrder.LITTLE_ENDIAN);
        if (!worker.revoking) {
            throw new ProtocolException("it gave tasks back and had not been asked to");
        }
        worker.revoking = false;
        while (given.remaining() >= 2 * Long.BYTES) {
            long id = given.getLong();
            long cut = given.getLong();
            if (cut < 0) {
                RemoteTask<?> task = takeSent(worker, id);
                worker.given -= task.count();
                offer(task, effects);
            } else if (worker.task(id) instanceof BatchPart part) {
                giveBackEnd(worker, part, cut, effects);
            }
            // Otherwise the batch has ended in the meantime, and its end said where.
        }
        assign(effects);
    }

    /**
     * Makes the end of a part a part of its own, by another number so that it is not taken for this one, and has it run
     * elsewhere.
     */
    void giveBackEnd(Worker worker, BatchPart part, long cut, Effects effects) throws ProtocolException {
        if (cut < part.from || cut >= part.to) {
            throw new ProtocolException("it gave back elements from number " + cut + " of those from " + part.from
                    + " to " + (part.to - 1));
        }
        var end = part.cutOff((int) cut, ids.getAsLong());
        worker.given -= end.count();
        offer(end, effects);
    }

    /** Has a task that a worker gave back run elsewhere, unless it is to stop. */
    private void offer(RemoteTask<?> task, Effects effects) {
        if (task.stop != null) {
            ends.stopped(task, effects);
        } else {
            line.putBack(task);
        }
    }

    /**
     * Takes a task from a worker that has answered it.
     *
     * @throws ProtocolException if the worker does not have it
     */
    RemoteTask<?> takeSent(Worker worker, long id) throws ProtocolException {
        for (Iterator<RemoteTask<?>> tasks = worker.sent.iterator(); tasks.hasNext(); ) {
            RemoteTask<?> task = tasks.next();
            if (task.id == id) {
                tasks.remove();
                worker.sentBytes -= task.weight();
                return task;
            }
        }
        throw new ProtocolException("it answered for task number " + id + ", which it does not have");
    }

    /** {@return how long a task has taken lately, with its way there and back, in nanoseconds; any thread} */
    long taskNanos() {
        return taskNanos;
    }

    /** A worker has ended the first of its tasks. */
    void done(Worker worker, int count) {
        worker.tasksDone += count;
        staff.well();
        long now = System.nanoTime();
        long before = taskNanos;
        taskNanos = before + (now - worker.freeSince - before) / 8;
        worker.freeSince = now;
        worker.progressAt = now;
    }
}
