package dev.weft.process;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The tasks that wait for a worker, in order. Guarded by the {@link PoolLock}.
 *
 * <p>A task that is cancelled while it waits is ended at once and stays where it is, since finding it would take a look
 * at all before it. It is dropped when it comes to the head, or when half of the line is such tasks.
 */
final class WaitingLine {
    private static final int MANY = 1024;

    private final ArrayDeque<RemoteTask<?>> tasks = new ArrayDeque<>();
    /** How many of them have ended and are to be skipped. */
    private int ended;

    /** Adds a new task. */
    void add(RemoteTask<?> task) {
        tasks.addLast(task);
    }

    /** Puts a task that was sent, and has not run, before all others. */
    void putBack(RemoteTask<?> task) {
        task.place = RemoteTask.Place.WAITING;
        task.worker = null;
        tasks.addFirst(task);
    }

    /** {@return the first task that has not ended, which stays; or null} */
    @Nullable
    RemoteTask<?> peek() {
        RemoteTask<?> first = tasks.peekFirst();
        while (first != null && first.place == RemoteTask.Place.ENDED) {
            tasks.removeFirst();
            ended = Math.max(0, ended - 1);
            first = tasks.peekFirst();
        }
        return first;
    }

    /** {@return how many have not ended} */
    int size() {
        return tasks.size() - ended;
    }

    /** Takes out what {@link #peek} gave. */
    void remove() {
        tasks.removeFirst();
    }

    /** A task in the line has ended. */
    void skip() {
        ended++;
        if (ended > MANY && ended > tasks.size() / 2) {
            tasks.removeIf(task -> task.place == RemoteTask.Place.ENDED);
            ended = 0;
        }
    }
}
