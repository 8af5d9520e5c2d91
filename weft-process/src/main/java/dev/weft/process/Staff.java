package dev.weft.process;

import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Which workers a pool has. Guarded by the {@link PoolLock}.
 *
 * <p>After each event, {@link #replenish} starts as many as are missing, by what there is and not by what has happened. {@code trouble} keeps
 * that from going on for ever: it grows with each worker that ends without having run anything, much with one that ends by itself and little with
 * one that somebody killed, and is forgotten when a task has been answered. When it reaches its limit, the pool is broken if it has no worker
 * left, and otherwise pauses for a while before it tries again:
 *
 * <pre>
 *   well ──limit, some worker is ready──► pausing ──{@link #PAUSE} over──► well
 *     └────limit, no worker is ready────► broken
 * </pre>
 */
final class Staff {
    private static final int TROUBLE_LIMIT = 300;
    private static final int ENDED_BY_ITSELF = 100;
    private static final int KILLED = 1;
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private final PoolLock lock;
    private final PoolSettings settings;
    private final IntFunction<Worker> recruit;

    private final List<Worker> workers = new ArrayList<>();
    private int lastNumber;

    private int trouble;
    private boolean pausing;
    private @Nullable String broken;
    private boolean released;

    /**
     * Makes a staff of nobody.
     *
     * @param recruit makes a worker of a number, which {@link Effects} start
     */
    Staff(PoolLock lock, PoolSettings settings, IntFunction<Worker> recruit) {
        this.lock = lock;
        this.settings = settings;
        this.recruit = recruit;
    }

    /** {@return all workers whose processes have not ended, in the order of their start} */
    List<Worker> workers() {
        return workers;
    }

    /** {@return why no worker can be kept running, or null} */
    @Nullable
    String broken() {
        return broken;
    }

    /** Gives a connection to the worker that it claims to come from. */
    boolean admit(Hello hello, SocketChannel channel) {
        for (Worker worker : workers) {
            if (worker.number == hello.number()) {
                return worker.admit(hello, channel);
            }
        }
        return false;
    }

    /** Starts as many workers as are missing. */
    void replenish(Effects effects) {
        if (released || pausing || broken != null) {
            return;
        }
        long live = workers.stream()
                .filter(worker -> worker.state != Worker.State.ENDING && !worker.draining)
                .count();
        for (; live < settings.workers(); live++) {
            Worker worker = recruit.apply(++lastNumber);
            workers.add(worker);
            effects.start(worker);
        }
    }

    /** {@return whether a worker may run so many more tasks before it is replaced} */
    boolean mayRun(Worker worker, int count) {
        int most = settings.tasksPerWorker();
        return most == 0 || worker.given == 0 || worker.given + count <= most;
    }

    /**
     * Has workers end that have run as many tasks as they may.
     *
     * @param next how many the next one in line counts for, or 0 if there is none
     */
    void retire(int next, Effects effects) {
        int most = settings.tasksPerWorker();
        if (most == 0) {
            return;
        }
        boolean any = false;
        for (Worker worker : workers) {
            if (worker.isIdle() && (worker.given >= most || (next > 0 && !mayRun(worker, next)))) {
                letGo(worker, effects);
                any = true;
            }
        }
        if (any) {
            replenish(effects);
        }
    }

    private void letGo(Worker worker, Effects effects) {
        worker.retired = true;
        effects.send(worker, new Frame(Frame.BYE, 0));
        worker.state = Worker.State.ENDING;
        Timers.after(settings.killGrace(), () -> worker.kill(null));
    }

    /** Ends a worker at once, because of what it runs, and starts another. */
    void kill(Worker worker, Effects effects) {
        worker.state = Worker.State.ENDING;
        effects.kill(worker);
        replenish(effects);
    }

    /** Gives a worker no more tasks, since one that its loop runs does not end; another takes its place. */
    void drain(Worker worker, Effects effects) {
        worker.draining = true;
        replenish(effects);
    }

    /** Kills workers that have nothing left but tasks that were given up. */
    void endDrained(Effects effects) {
        for (Worker worker : workers) {
            if (worker.draining
                    && worker.state == Worker.State.READY
                    && worker.sent.stream().allMatch(task -> task.abandoned)) {
                worker.state = Worker.State.ENDING;
                effects.kill(worker);
            }
        }
    }

    /** Ends a worker at once that does not react; what else it runs fails for that reason. */
    void kill(Worker worker, String reason, Effects effects) {
        worker.state = Worker.State.ENDING;
        effects.kill(worker, reason);
        replenish(effects);
    }

    /** A worker has answered a task: things go well. */
    void well() {
        trouble = 0;
    }

    /** A worker's process has ended, or could not be started. */
    void gone(Worker worker) {
        worker.state = Worker.State.ENDING;
        workers.remove(worker);
    }

    /** A worker has ended that had run nothing. */
    void failed(Worker worker, Exit exit, String pool, Effects effects) {
        if (released || worker.wasExpendable()) {
            return;
        }
        trouble += exit.signal() == null ? ENDED_BY_ITSELF : KILLED;
        if (trouble < TROUBLE_LIMIT || broken != null) {
            return;
        }
        String message = "the workers of pool '" + pool + "' cannot be kept running. The last one"
                + (exit.pid() < 0 ? "" : ", process " + exit.pid() + ",") + " had not run any task when it "
                + exit.words()
                + (settings.jvmArgs().isEmpty() ? "" : "; flags given to jvmArgs: " + settings.jvmArgs())
                + exit.details();
        if (workers.stream().noneMatch(other -> other.state == Worker.State.READY)) {
            broken = message;
            workers.stream()
                    .filter(other -> other.state == Worker.State.STARTING)
                    .forEach(other -> {
                        other.state = Worker.State.ENDING;
                        effects.kill(other);
                    });
        } else if (!pausing) {
            pausing = true;
            Log.warning(message + "\nThe pool goes on with fewer workers and tries again.");
            Timers.after(PAUSE, this::tryAgain);
        }
    }

    private void tryAgain() {
        lock.decide(effects -> {
            pausing = false;
            replenish(effects);
        });
    }

    /**
     * Has all workers end, and starts no others.
     *
     * @param atOnce kills them
     * @return those that there were
     */
    List<Worker> dismiss(boolean atOnce, Effects effects) {
        released = true;
        List<Worker> last = List.copyOf(workers);
        for (Worker worker : last) {
            if (atOnce || worker.state == Worker.State.STARTING) {
                effects.kill(worker);
            } else if (worker.state == Worker.State.READY) {
                effects.send(worker, new Frame(Frame.BYE, 0));
            }
            worker.state = Worker.State.ENDING;
        }
        return last;
    }

    /** The processes of all workers have ended, whether or not their keepers have said so. */
    void forget() {
        workers.clear();
    }
}
