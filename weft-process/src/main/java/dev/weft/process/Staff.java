package dev.weft.process;

import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Which workers a pool has. Guarded by the {@link PoolLock}.
 *
 * <p><b>How many.</b> After each event, {@link #replenish} starts as many as are missing, by what there is and not by
 * what has happened. Without an idle time-out that is the size of the pool, else as many as there are tasks, within its
 * limits.
 *
 * <p><b>Who leaves.</b> A worker that is to leave (it has run enough, has grown too large, or the pool has become
 * smaller) gets no more tasks, and is told to end when it has none; one that has been idle for too long, at once.
 *
 * <p><b>Trouble.</b> {@code trouble} keeps replenishing from going on for ever: it grows with each worker that ends
 * without having run anything, much with one that ends by itself and little with one that somebody killed, and is
 * forgotten when a task has been answered. When it reaches its limit, the pool is broken if it has no worker left, and
 * otherwise pauses for a while before it tries again:
 *
 * <pre>
 *   well ──limit, some worker is ready──► pausing ──{@link #PAUSE} over──► well
 *     └────limit, no worker is ready────► broken
 * </pre>
 */
final class Staff {
    /** How the last workers end. */
    enum Farewell {
        /** They are told to, end what they run, and are killed after the grace. */
        BYE,
        /** As by SIGTERM: shutdown hooks run, tasks end as they may; and they are killed after the grace. */
        TERMINATE,
        /** As by SIGKILL. */
        KILL
    }

    /** Who leaves first where there are too many: those that have not come yet, then those with the fewest tasks. */
    private static final Comparator<Worker> LEAVING_ORDER = Comparator.comparingInt(
                    (Worker worker) -> worker.state == Worker.State.STARTING ? 0 : 1)
            .thenComparingInt(worker -> worker.sent.size())
            .thenComparingInt(worker -> -worker.number);

    private static final int TROUBLE_LIMIT = 300;
    private static final int ENDED_BY_ITSELF = 100;
    private static final int KILLED = 1;
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private final PoolLock lock;
    private final PoolSettings settings;
    private final WaitingLine line;
    private final IntFunction<Worker> recruit;

    private final List<Worker> workers = new ArrayList<>();
    private volatile int size;
    private int lastNumber;

    /** Whether somebody will look whether workers have been idle for too long. */
    private boolean watchingIdle;

    private int trouble;
    private boolean pausing;
    private volatile @Nullable String broken;
    private boolean released;

    /**
     * Makes a staff of nobody.
     *
     * @param line the tasks for which workers may be started
     * @param recruit makes a worker of a number, which {@link Effects} start
     */
    Staff(PoolLock lock, PoolSettings settings, WaitingLine line, IntFunction<Worker> recruit) {
        this.lock = lock;
        this.settings = settings;
        this.line = line;
        this.recruit = recruit;
        this.size = settings.workers();
    }

    /** {@return all workers whose processes have not ended, in the order of their start} */
    List<Worker> workers() {
        return workers;
    }

    /** {@return how many workers there are to be at most; any thread} */
    int size() {
        return size;
    }

    /** {@return why no worker can be kept running, or null; any thread} */
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

    // --- How many

    /** Starts as many workers as are missing. */
    void replenish(Effects effects) {
        if (released || pausing || broken != null) {
            return;
        }
        int wanted = wanted();
        for (long staying = staying(); staying < wanted; staying++) {
            Worker worker = recruit.apply(++lastNumber);
            workers.add(worker);
            effects.start(worker);
        }
    }

    private boolean onDemand() {
        return settings.idleTimeout() != null;
    }

    private int wanted() {
        if (!onDemand()) {
            return size;
        }
        long tasks = line.size();
        for (Worker worker : workers) {
            tasks += worker.sent.size();
        }
        return Math.clamp(tasks, Math.min(settings.minWorkers(), size), size);
    }

    private static boolean stays(Worker worker) {
        return worker.state != Worker.State.ENDING && !worker.leaving;
    }

    private long staying() {
        return workers.stream().filter(Staff::stays).count();
    }

    /** There may be more tasks than before: starts workers for them where they are started on demand. */
    void recruitOnDemand(Effects effects) {
        if (onDemand()) {
            replenish(effects);
        }
    }

    /**
     * Changes how many workers there are at most.
     *
     * @return those that have to leave and have tasks in line behind the one they run, which others should have
     */
    List<Worker> resize(int workersAtMost, Effects effects) {
        size = workersAtMost;
        for (Worker worker : workers) {
            if (worker.leaving && !worker.worn && staying() < size) {
                worker.leaving = false; // the pool had become smaller, and it has not left yet
            }
        }
        long excess = staying() - size;
        List<Worker> busy = new ArrayList<>();
        if (excess > 0) {
            List<Worker> leavers = workers.stream()
                    .filter(Staff::stays)
                    .sorted(LEAVING_ORDER)
                    .limit(excess)
                    .toList();
            for (Worker worker : leavers) {
                if (worker.state == Worker.State.STARTING) {
                    worker.state = Worker.State.ENDING;
                    effects.kill(worker);
                } else if (worker.sent.isEmpty()) {
                    letGo(worker, effects);
                } else {
                    worker.leaving = true;
                    busy.add(worker);
                }
            }
        }
        replenish(effects);
        return busy;
    }

    // --- Who leaves

    /** {@return whether a worker may run so many more tasks before it is replaced} */
    boolean mayRun(Worker worker, int count) {
        int most = settings.tasksPerWorker();
        return most == 0 || worker.given == 0 || worker.given + count <= most;
    }

    /** Has a worker replaced that has grown too large, once it has ended its tasks. */
    void wear(Worker worker) {
        worker.leaving = true;
        worker.worn = true;
    }

    /**
     * Has workers end that have nothing to do and are to leave, or have run as many tasks as they may.
     *
     * @param next how many the next one in line counts for, or 0 if there is none
     */
    void retire(int next, Effects effects) {
        int most = settings.tasksPerWorker();
        boolean any = false;
        for (Worker worker : workers) {
            boolean enough = most != 0 && (worker.given >= most || (next > 0 && !mayRun(worker, next)));
            if ((enough || worker.leaving) && worker.isIdle()) {
                letGo(worker, effects);
                any = true;
            }
        }
        if (any) {
            replenish(effects);
        }
        Duration limit = settings.idleTimeout();
        if (limit != null && next == 0 && !watchingIdle && !released) {
            watchingIdle = true;
            Timers.after(limit, this::checkIdle);
        }
    }

    private void letGo(Worker worker, Effects effects) {
        worker.retired = true;
        effects.send(worker, new Frame(Frame.BYE, 0));
        worker.state = Worker.State.ENDING;
        Timers.after(settings.killGrace(), () -> worker.kill(null));
    }

    /**
     * Lets workers go that have been idle for too long, those with the highest numbers first, since the others get
     * tasks first.
     */
    private void checkIdle() {
        lock.decide(effects -> {
            watchingIdle = false;
            Duration limit = settings.idleTimeout();
            if (limit == null || released) {
                return;
            }
            long now = System.nanoTime();
            long most = Timers.nanos(limit);
            long next = Long.MAX_VALUE;
            for (Worker worker : workers.reversed()) {
                if (worker.isIdle() && staying() > settings.minWorkers()) {
                    long left = most - (now - worker.freeSince);
                    if (left <= 0) {
                        letGo(worker, effects);
                    } else {
                        next = Math.min(next, left);
                    }
                } else if (stays(worker) && !worker.isIdle()) {
                    next = Math.min(next, most);
                }
            }
            if (next != Long.MAX_VALUE) {
                watchingIdle = true;
                Timers.after(Duration.ofNanos(next), this::checkIdle);
            }
        });
    }

    /** Ends a worker at once, because of what it runs, and starts another. */
    void kill(Worker worker, Effects effects) {
        worker.state = Worker.State.ENDING;
        effects.kill(worker);
        replenish(effects);
    }

    /** Gives a worker no more tasks, since one that its loop runs does not end; another takes its place. */
    void drain(Worker worker, Effects effects) {
        wear(worker);
        replenish(effects);
    }

    /** Kills workers that have nothing left but tasks that were given up. */
    void endDrained(Effects effects) {
        for (Worker worker : workers) {
            if (worker.leaving
                    && worker.state == Worker.State.READY
                    && !worker.sent.isEmpty()
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

    /** A worker's process has ended, or could not be started. */
    void gone(Worker worker) {
        worker.state = Worker.State.ENDING;
        workers.remove(worker);
    }

    // --- Trouble

    /** A worker has answered a task: things go well. */
    void well() {
        trouble = 0;
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
                + (exit.pid() < 0 ? "" : ", " + exit.who() + ",") + " had not run any task when it "
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

    // --- The end

    /**
     * Has all workers end, and starts no others.
     *
     * @return those that there were
     */
    List<Worker> dismiss(Farewell farewell, Effects effects) {
        released = true;
        List<Worker> last = List.copyOf(workers);
        for (Worker worker : last) {
            if (farewell == Farewell.KILL || worker.state == Worker.State.STARTING) {
                effects.kill(worker);
            } else if (worker.state == Worker.State.READY) {
                if (farewell == Farewell.TERMINATE) {
                    effects.terminate(worker, settings.killGrace());
                } else {
                    effects.send(worker, new Frame(Frame.BYE, 0));
                }
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
