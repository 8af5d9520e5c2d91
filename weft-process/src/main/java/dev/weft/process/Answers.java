package dev.weft.process;

import dev.weft.Cancelled;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Makes results and exceptions of what workers answer, and ends tasks and elements with them. Called by the keeper of
 * each {@link Worker}, without the {@link PoolLock}: reading an answer takes time and may run code of the classes in
 * it.
 */
final class Answers {
    private final String pool;
    private final PoolLock lock;
    private final ResultFilter filter;
    private final Dispatcher dispatcher;
    private final Stops stops;
    private final TaskEnds ends;

    Answers(String pool, PoolLock lock, ResultFilter filter, Dispatcher dispatcher, Stops stops, TaskEnds ends) {
        this.pool = pool;
        this.lock = lock;
        this.filter = filter;
        this.dispatcher = dispatcher;
        this.stops = stops;
        this.ends = ends;
    }

    // --- Tasks

    /** A worker has ended a task. */
    void task(Worker worker, Frame frame) throws ProtocolException {
        var taken = new RemoteTask<?>[1];
        lock.decide(effects -> {
            if (frame.type() == Frame.RESULT && worker.task(frame.id()) instanceof BatchPart) {
                throw new ProtocolException("it sent one result for batch number " + frame.id());
            }
            RemoteTask<?> task = dispatcher.takeSent(worker, frame.id());
            taken[0] = task;
            dispatcher.done(worker, 1);
            ends.out(task);
            dispatcher.assign(effects);
        });
        // The worker had its next task first; now those who wait for the answer.
        RemoteTask<?> task = taken[0];
        if (task.abandoned) {
            return;
        }
        switch (frame.type()) {
            case Frame.RESULT -> succeed(task, worker, frame);
            case Frame.ERROR -> task.failWith(failure(frame.body(), task.name(), worker, task.loader));
            default -> {
                Cancelled stop = task.stop;
                if (stop == null && task.timedOut >= 0) {
                    task.failWith(stops.timedOut(task.name()));
                } else {
                    task.endStopped(stop != null ? stop : new Cancelled("its worker cancelled it", null));
                }
            }
        }
        if (task instanceof BatchPart) {
            lock.decide(effects -> ends.over(task, effects));
        }
    }

    private void succeed(RemoteTask<?> task, Worker worker, Frame frame) {
        ResultFilter.OneMessage check = filter.forMessage(frame.length());
        Object result;
        try {
            result = worker.decoder.decode(frame.kind(), frame.body(), task.loader, check);
        } catch (Throwable e) {
            String why = check.refused() != null ? check.refused() : "it could not be read: " + e;
            task.failWith(new TransferException("the task ended, but its result was refused: " + why, e));
            return;
        }
        task.succeedWith(result);
    }

    private Throwable failure(byte[] body, String task, Worker worker, ClassLoader loader) {
        try {
            Throwable failure = FailureCodec.decode(worker.decoder, body, loader, filter.forMessage(body.length));
            failure.addSuppressed(new RemoteTrace(
                    task,
                    "worker process " + worker.pid() + " (number " + worker.number + " of pool '" + pool + "')",
                    worker.pid()));
            return failure;
        } catch (Throwable e) {
            return new TransferException("the task failed, and its exception could not be read: " + e, e);
        }
    }

    // --- Batches

    /** A worker has ended elements of a batch, or with {@link Frame#BATCH_END} the batch. */
    void batch(Worker worker, Frame frame) throws ProtocolException {
        if (!(lock.read(() -> worker.task(frame.id())) instanceof BatchPart part)) {
            throw new ProtocolException("it answered for batch number " + frame.id() + ", which it does not have");
        }
        if (lock.read(() -> part.abandoned)
                && frame.type() == Frame.BATCH_END) { // given up, and it has ended after all
            lock.decide(effects -> {
                ends.out(dispatcher.takeSent(worker, part.id));
                dispatcher.done(worker, 1);
                dispatcher.assign(effects);
            });
            return;
        }
        // Before the elements are ended: the time of the next one must not be measured from the beginning of these.
        lock.decide(_ -> worker.progressAt = System.nanoTime());
        ByteBuffer body = ByteBuffer.wrap(frame.body()).order(ByteOrder.LITTLE_ENDIAN);
        if (frame.type() == Frame.RESULTS) {
            deliver(part, worker, body, false);
            return;
        }
        if (body.remaining() < Long.BYTES + Integer.BYTES) {
            throw new ProtocolException("it ended a batch with a message of " + body.remaining() + " bytes");
        }
        long nanos = body.getLong();
        int limit = body.getInt();
        deliver(part, worker, body, false);
        int count = limit - part.sentFrom;
        if (part.from != limit || limit > part.to || count < 0) {
            throw new ProtocolException("it ended a batch at element " + limit + ", and had answered for those up to "
                    + part.from + " of " + part.to);
        }
        if (count > 0) {
            part.batch.measured(nanos, count);
        }
        lock.decide(effects -> {
            RemoteTask<?> _ = dispatcher.takeSent(worker, part.id);
            dispatcher.done(worker, count);
            if (limit < part.to) {
                dispatcher.giveBackEnd(worker, part, limit, effects); // which another message says too
            }
            ends.out(part);
            ends.over(part, effects);
            dispatcher.assign(effects);
        });
    }

    /** Ends the elements that a dead worker had ended and not sent. */
    void remains(Worker worker, StartMark.Remains remains) {
        if (lock.read(() -> worker.task(remains.task())) instanceof BatchPart part) {
            try {
                deliver(part, worker, remains.entries().order(ByteOrder.LITTLE_ENDIAN), true);
            } catch (ProtocolException e) {
                Log.debug("a dead worker of pool '" + pool + "' has left a damaged book", e);
            }
        }
    }

    /**
     * Ends elements as a worker says.
     *
     * @param again whether some may have been said before
     */
    private void deliver(BatchPart part, Worker worker, ByteBuffer entries, boolean again) throws ProtocolException {
        int first = part.from;
        int at = first;
        int succeeded = 0;
        try {
            while (entries.hasRemaining()) {
                if (entries.remaining() < BatchEntry.HEADER) {
                    throw new ProtocolException("an answer ends within an entry");
                }
                int element = entries.getInt();
                byte ending = entries.get();
                if (element >= part.to || (element != at && !(again && element >= 0 && element < at))) {
                    throw new ProtocolException(
                            "it answered for element " + element + " where " + at + " of " + part.to + " is next");
                }
                switch (ending) {
                    case Frame.RESULT -> succeeded += succeed(part.batch, element, worker, entries) ? 1 : 0;
                    case Frame.ERROR -> fail(part.batch, element, worker, entries);
                    default -> part.batch.fail(element, stopped(part, element));
                }
                at = Math.max(at, element + 1);
            }
        } finally {
            part.from = at;
            if (at > first) {
                part.batch.countSucceeded(succeeded);
                part.batch.tell(first, at);
            }
        }
    }

    private Throwable stopped(BatchPart part, int element) {
        Cancelled stop = part.stop;
        if (stop != null) {
            return stop;
        }
        return part.timedOut == element
                ? stops.timedOut(part.batch.name(element))
                : new Cancelled("its worker cancelled it", null);
    }

    private boolean succeed(Batch batch, int element, Worker worker, ByteBuffer entries) {
        boolean graph = entries.hasRemaining() && Kind.isGraph(entries.get(entries.position()));
        ResultFilter.OneMessage check = graph ? filter.forMessage(entries.remaining()) : null;
        Object result;
        try {
            result = worker.decoder.nested(entries, batch.loader, check);
        } catch (Throwable e) {
            String why = check != null && check.refused() != null ? check.refused() : "it could not be read: " + e;
            batch.fail(element, new TransferException("the task ended, but its result was refused: " + why, e));
            return false;
        }
        return batch.succeed(element, result);
    }

    private void fail(Batch batch, int element, Worker worker, ByteBuffer entries) throws ProtocolException {
        int length = entries.remaining() < Integer.BYTES ? -1 : entries.getInt();
        if (length < 0 || length > entries.remaining()) {
            throw new ProtocolException("an exception claims " + length + " bytes");
        }
        byte[] body = new byte[length];
        entries.get(body);
        batch.fail(element, failure(body, batch.name(element), worker, batch.loader));
    }
}
