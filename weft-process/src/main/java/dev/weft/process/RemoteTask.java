package dev.weft.process;

import dev.weft.Cancelled;
import dev.weft.loop.kernel.FromOutside;
import dev.weft.loop.kernel.TaskCore;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A task of a process pool. Where it is, is known to the pool and guarded by the pool's lock:
 *
 * <pre>
 *   WAITING ──► SENT ──► ENDED
 *    │  ▲         │
 *    │  └─────────┘ given back, or its worker died before it started
 *    └─────────────────► ENDED (cancelled, or the pool is broken)
 * </pre>
 *
 * <p>It leaves for ENDED under the lock and is then ended as a {@link TaskCore} without it, by whoever moved it there;
 * an {@link #abandoned} one has been ended before.
 */
class RemoteTask<T extends @Nullable Object> extends TaskCore<T> implements FromOutside {
    enum Place {
        WAITING,
        SENT,
        ENDED
    }

    final long id;
    final ClassLoader loader;
    final WorkerPool pool;
    private @Nullable Frame frame;
    private long weight;
    private long[] shared = {};

    /** Guarded by the pool's lock. */
    Place place = Place.WAITING;
    /** Guarded by the pool's lock: the worker that it was sent to, while it is there. */
    @Nullable
    Worker worker;
    /** Guarded by the pool's lock: why it is to stop, if so. */
    @Nullable
    Cancelled stop;
    /** Guarded by the pool's lock: the element whose time was over, 0 for a task that is no batch, or -1. */
    volatile int timedOut = -1;
    /** Guarded by the pool's lock: how the workers ended that died with this next in line and nothing running. */
    List<Exit> suspectedOf = List.of();
    /** Guarded by the pool's lock: how often it may still be run again if its worker died while it ran. */
    int retries;
    /** Guarded by the pool's lock: how the workers ended that ran it. */
    List<Exit> endedWorkers = List.of();
    /** Guarded by the pool's lock: it was ended as cancelled because its worker did not answer, which still has it. */
    boolean abandoned;

    /** Guarded by the pool's lock: the loop that runs it has told it to stop. */
    boolean heard;

    RemoteTask(WorkerPool pool, long id, ClassLoader loader) {
        super(null);
        this.pool = pool;
        this.id = id;
        this.loader = loader;
    }

    /**
     * Gives the task what sends it.
     *
     * @param files the files of large arrays in the message, which are removed when the task has ended
     * @param weight how many bytes there are, with those in files
     */
    void load(Frame message, long[] files, long weight) {
        frame = message;
        shared = files;
        this.weight = weight;
    }

    void setWeight(long bytes) {
        weight = bytes;
    }

    /** {@return how many tasks it counts for where those of a worker are limited} */
    int count() {
        return 1;
    }

    /** {@return how many bytes its message has, with those in files} */
    long weight() {
        return weight;
    }

    /** {@return the message that sends it; not for a task that has ended} */
    Frame frame() {
        if (frame == null) {
            throw new AssertionError(this + " has nothing to send");
        }
        return frame;
    }

    @Override
    protected String kind() {
        return pool.name() + "-task";
    }

    @Override
    protected long spinNanos() {
        return pool.expectsSoon() ? BriefSpin.MOST_NANOS : 0;
    }

    @Override
    public boolean cancel(String reason) {
        return pool.cancel(this, new Cancelled(reason, null));
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // a task of T was sent, and null came back only if T allows it
    void succeedWith(@Nullable Object result) {
        succeed((T) result);
    }

    void failWith(Throwable failure) {
        fail(failure);
    }

    void endStopped(Cancelled signal) {
        endCancelled(signal);
    }

    @Override
    protected void ended() {
        pool.removeShared(shared);
        frame = null; // what was sent may be large, and a task may be kept long
    }
}
