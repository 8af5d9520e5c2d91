package dev.weft.process;

import dev.weft.Cancelled;
import java.util.function.Consumer;

/**
 * Takes tasks out of the game: the last step of each, under the {@link PoolLock}. They are ended as
 * {@link dev.weft.Task}s after it, by the {@link Effects}; a batch when its last part has been taken out.
 */
final class TaskEnds {
    private final ElementCounts elements;
    private final Consumer<long[]> removeShared;

    TaskEnds(ElementCounts elements, Consumer<long[]> removeShared) {
        this.elements = elements;
        this.removeShared = removeShared;
    }

    /** {@return why a task was told to stop} */
    static Cancelled signalOf(RemoteTask<?> task) {
        Cancelled signal = task.stop;
        if (signal == null) {
            throw new AssertionError(task + " was not told to stop");
        }
        return signal;
    }

    /** Takes a task out as cancelled. */
    void stopped(RemoteTask<?> task, Effects effects) {
        out(task);
        if (!task.abandoned) {
            endStopped(task, effects);
        }
    }

    /** Ends a task as cancelled that is still with a worker, from which no answer is expected. */
    void abandoned(RemoteTask<?> task, Effects effects) {
        task.abandoned = true;
        endStopped(task, effects);
    }

    /** Ends a task as failed that is still with a worker, from which no answer is expected. */
    void abandoned(RemoteTask<?> task, RuntimeException failure, Effects effects) {
        task.abandoned = true;
        effects.end(() -> task.failWith(failure));
        over(task, effects);
    }

    private void endStopped(RemoteTask<?> task, Effects effects) {
        Cancelled signal = signalOf(task);
        effects.end(() -> task.endStopped(signal));
        over(task, effects);
    }

    /** Takes a task out as failed. */
    void failed(RemoteTask<?> task, RuntimeException failure, Effects effects) {
        out(task);
        effects.end(() -> task.failWith(failure));
        over(task, effects);
    }

    /** Notes that a task is nowhere any more; who does that ends it. */
    void out(RemoteTask<?> task) {
        task.place = RemoteTask.Place.ENDED;
        task.worker = null;
    }

    /** Ends the batch of a part that has ended, if it was the last one. */
    void over(RemoteTask<?> task, Effects effects) {
        if (task instanceof BatchPart part && part.batch.parts.remove(part) && part.batch.parts.isEmpty()) {
            Batch batch = part.batch;
            Cancelled signal = batch.stop;
            effects.end(() -> {
                removeShared.accept(batch.shared());
                elements.ended(batch, signal);
            });
        }
    }
}
