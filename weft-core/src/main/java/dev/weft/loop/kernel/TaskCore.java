package dev.weft.loop.kernel;

import static java.util.Objects.requireNonNull;

import dev.weft.AwaitTrace;
import dev.weft.Cancelled;
import dev.weft.Task;
import dev.weft.TaskFailedException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The end of a task and those who wait for it; what every kind of {@link Task} shares.
 *
 * <h2>States</h2>
 *
 * <p>{@code outcome} is null while the task is pending and is set once, by the first of {@link #succeed}, {@link #fail}
 * and {@link #endCancelled} to get there, from any thread:
 *
 * <pre>
 *   null ──► result (NULL stands for a null result)
 *        ──► Failed(throwable)
 *        ──► Stopped(Cancelled)
 * </pre>
 *
 * <p>{@code waiters} is a stack that any thread pushes to while the outcome is null; whoever sets the outcome then
 * swaps in {@code CLOSED} and notifies all it took, oldest first. Who finds {@code CLOSED} when pushing knows that the
 * outcome is there. A node whose waiter gave up stays as an empty node until the next one that gives up sweeps it out,
 * perhaps while the nodes are being told: {@code next} only ever skips empty nodes, and the way back has links of its
 * own.
 *
 * @param <T> the result
 */
public abstract class TaskCore<T extends @Nullable Object> implements Task<T> {
    private static final VarHandle OUTCOME;
    private static final VarHandle WAITERS;
    private static final VarHandle NAME;

    static {
        try {
            var lookup = MethodHandles.lookup();
            OUTCOME = lookup.findVarHandle(TaskCore.class, "outcome", Object.class);
            WAITERS = lookup.findVarHandle(TaskCore.class, "waiters", Node.class);
            NAME = lookup.findVarHandle(TaskCore.class, "name", String.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final Object NULL = new Object();
    private static final Node CLOSED = new Node(null);
    private static final int MAX_AWAIT_TRACES = 8;
    private static final AtomicLong NUMBERS = new AtomicLong();

    private record Failed(Throwable failure) {}

    private record Stopped(Cancelled signal) {}

    /** One waiter or callback; {@code target} is null once the waiter has given up. */
    private static final class Node {
        volatile @Nullable Object target;

        /** The one pushed before, or an older one where empty ones were taken out. */
        volatile @Nullable Node next;

        /** The one to tell after this one. Set and read by whoever ended the task. */
        @Nullable
        Node newer;

        Node(@Nullable Object target) {
            this.target = target;
        }
    }

    private volatile @Nullable Object outcome;
    private volatile @Nullable Node waiters;

    /** Whether somebody has received the failure. Any thread. */
    private volatile boolean observed;

    private volatile @Nullable String name;

    /**
     * Makes a pending task.
     *
     * @param name its name, or null to have one made up when it is asked for
     */
    protected TaskCore(@Nullable String name) {
        this.name = name;
    }

    /**
     * {@return the task that calls, of a loop or of a pool}
     */
    public static Optional<Task<?>> current() {
        Strand strand = Strand.current();
        return Optional.ofNullable(strand != null ? strand.task : PoolTask.running());
    }

    /**
     * {@return the stem of made-up names}
     */
    protected abstract String kind();

    @Override
    public final String name() {
        String given = name;
        if (given == null) {
            given = kind() + "-" + NUMBERS.incrementAndGet();
            String first = (String) NAME.compareAndExchange(this, null, given);
            return first == null ? given : first;
        }
        return given;
    }

    /** {@return the name that it was given, or that was made up since somebody asked; null if there is none yet} */
    final @Nullable String nameOrNull() {
        return name;
    }

    /**
     * Ends this task with a result.
     *
     * @param result the result
     * @return false if it had already ended
     */
    protected final boolean succeed(T result) {
        return end(result == null ? NULL : result);
    }

    /**
     * Ends this task with a failure.
     *
     * @param failure what it failed with
     * @return false if it had already ended
     */
    protected final boolean fail(Throwable failure) {
        return end(new Failed(failure));
    }

    /**
     * Ends this task as cancelled.
     *
     * @param signal why
     * @return false if it had already ended
     */
    protected final boolean endCancelled(Cancelled signal) {
        return end(new Stopped(signal));
    }

    private boolean end(Object value) {
        if (!OUTCOME.compareAndSet(this, null, value)) {
            return false;
        }
        Node oldest = null;
        for (Node node = (Node) WAITERS.getAndSet(this, CLOSED); node != null; node = node.next) {
            node.newer = oldest;
            oldest = node;
        }
        ended();
        for (Node node = oldest; node != null; node = node.newer) {
            notify(node.target);
        }
        return true;
    }

    /** Called once by whoever ended this task, before anybody who waits is told. */
    protected void ended() {}

    @SuppressWarnings("unchecked")
    private void notify(@Nullable Object target) {
        if (target instanceof Waiter waiter) {
            waiter.unpark();
        } else if (target != null) {
            try {
                ((Consumer<? super Task<T>>) target).accept(this);
            } catch (Throwable failure) {
                Uncaught.report(failure);
            }
        }
    }

    /** Pushes a node; false if the task has ended and nobody will be told. */
    private boolean push(Node node) {
        for (; ; ) {
            Node head = waiters;
            if (head == CLOSED) {
                return false;
            }
            node.next = head;
            if (WAITERS.compareAndSet(this, head, node)) {
                return true;
            }
        }
    }

    /** Takes a node that gave up out of the stack, and other empty ones that it meets. */
    private void giveUp(Node node) {
        node.target = null;
        Node head = waiters;
        while (head != null && head != CLOSED && head.target == null) {
            WAITERS.compareAndSet(this, head, head.next);
            head = waiters;
        }
        if (head == null || head == CLOSED) {
            return;
        }
        for (Node live = head; live != null; ) {
            Node next = live.next;
            if (next != null && next.target == null) {
                live.next = next.next;
            } else {
                live = next;
            }
        }
    }

    /** Waits for the end; a checkpoint even if the end has come. */
    private void awaitEnd() {
        Waiter waiter = Waiter.current();
        waiter.checkpoint();
        if (outcome != null) {
            return;
        }
        refuseSelfWait(waiter);
        if (waiter instanceof ThreadWaiter outside && endsWhileAwake(outside)) {
            return;
        }
        Node node = new Node(waiter);
        if (!push(node)) {
            return;
        }
        try {
            while (outcome == null) {
                waiter.park(this);
                if (outcome == null) {
                    waiter.checkpoint();
                }
            }
        } catch (Throwable e) {
            giveUp(node);
            throw e;
        }
        waiter.leave();
    }

    /**
     * {@return for how long a platform thread that awaits this had better stay awake, in nanoseconds: where the end is
     * expected sooner than the thread could be woken; zero by default}
     */
    protected long spinNanos() {
        return 0;
    }

    private boolean endsWhileAwake(ThreadWaiter waiter) {
        long most = spinNanos();
        if (most > 0 && !waiter.thread().isVirtual()) {
            waiter.refuseOnPump();
            long begin = System.nanoTime();
            while (outcome == null && System.nanoTime() - begin < most) {
                Thread.yield();
            }
        }
        return outcome != null;
    }

    private void refuseSelfWait(Waiter waiter) {
        Object self = waiter instanceof Strand strand ? strand.task() : PoolTask.running();
        if (self == this) {
            throw new IllegalStateException("task '" + name() + "' would wait for its own end for ever;"
                    + " let the task that started it wait instead");
        }
    }

    /**
     * Waits for the end, at most for a time; false if the time is over first. A checkpoint even if the end has come.
     */
    private boolean awaitEnd(long nanos) {
        Waiter waiter = Waiter.current();
        waiter.checkpoint();
        return awaitEnd(waiter, nanos, true);
    }

    /** Waits for the end, at most for a time and not cancellable; false if the time is over first. */
    final boolean awaitEndUncancellable(long nanos) {
        return awaitEnd(Waiter.current(), nanos, false);
    }

    private boolean awaitEnd(Waiter waiter, long nanos, boolean cancellable) {
        if (outcome != null) {
            return true;
        }
        refuseSelfWait(waiter);
        Node node = new Node(waiter);
        if (!push(node)) {
            return true;
        }
        long deadline = Durations.deadline(waiter.nanoTime(), nanos);
        boolean ended = false;
        try {
            while (outcome == null) {
                if (nanos == Long.MAX_VALUE) {
                    waiter.park(this);
                } else {
                    long left = deadline - waiter.nanoTime();
                    if (left <= 0) {
                        return false;
                    }
                    waiter.parkNanos(this, left);
                }
                if (cancellable && outcome == null) {
                    waiter.checkpoint();
                }
            }
            ended = true;
            return true;
        } finally {
            if (!ended) {
                giveUp(node);
            }
            waiter.leave();
        }
    }

    @Override
    public final T await() {
        awaitEnd();
        return report(RuntimeException.class);
    }

    @Override
    public final <X extends Throwable> T await(Class<X> failure) throws X {
        awaitEnd();
        return report(failure);
    }

    @Override
    public final void join() {
        awaitEnd();
    }

    @Override
    public final T result() {
        if (outcome == null) {
            throw new IllegalStateException("task '" + name() + "' has not ended; await() waits for it");
        }
        return report(RuntimeException.class);
    }

    @SuppressWarnings("unchecked")
    private <X extends Throwable> T report(Class<X> type) throws X {
        Object end = outcome;
        if (end instanceof Failed(Throwable failure)) {
            observed = true;
            if (failure.getSuppressed().length < MAX_AWAIT_TRACES) {
                failure.addSuppressed(new AwaitTrace(name()));
            }
            if (type.isInstance(failure)) {
                throw type.cast(failure);
            }
            throw unchecked(failure);
        }
        if (end instanceof Stopped(Cancelled signal)) {
            throw cancellation(signal);
        }
        if (end == NULL) {
            return Nothing.value();
        }
        return (T) requireNonNull(end);
    }

    /** {@return the failure itself if unchecked, else in its carrier; an Error is thrown} */
    final RuntimeException unchecked(Throwable failure) {
        return switch (failure) {
            case RuntimeException e -> e;
            case Error e -> throw e;
            default -> new TaskFailedException(name(), failure);
        };
    }

    private CancellationException cancellation(Cancelled signal) {
        var e = new CancellationException("task '" + name() + "' was cancelled: " + signal.reason());
        e.initCause(signal);
        return e;
    }

    @Override
    public final @Nullable Throwable failure() {
        Throwable failure = peekFailure();
        if (failure != null) {
            observed = true;
        }
        return failure;
    }

    /** {@return the failure, without counting as somebody who looked at it} */
    final @Nullable Throwable peekFailure() {
        return outcome instanceof Failed(Throwable failure) ? failure : null;
    }

    /** {@return whether somebody has received the failure of this task, so that it is not lost} */
    final boolean observed() {
        return observed;
    }

    /**
     * {@return why this task ended without a result: its failure, or a {@link CancellationException}; null if it has a
     * result or has not ended}
     */
    public final @Nullable Throwable problem() {
        return outcome instanceof Stopped(Cancelled signal) ? cancellation(signal) : failure();
    }

    @Override
    public final boolean isDone() {
        return outcome != null;
    }

    @Override
    public final boolean isCancelled() {
        return outcome instanceof Stopped;
    }

    @Override
    public final T get() throws InterruptedException, ExecutionException {
        interruptibly(() -> awaitEnd(Long.MAX_VALUE));
        return getNow();
    }

    @Override
    public final T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        if (!interruptibly(() -> awaitEnd(unit.toNanos(timeout)))) {
            throw new TimeoutException("task '" + name() + "' did not end within " + unit.toMillis(timeout) + " ms");
        }
        return getNow();
    }

    /** Future.get speaks of interrupts: outside of a coroutine a cancelled wait is one. */
    private static boolean interruptibly(BooleanSupplier wait) throws InterruptedException {
        try {
            return wait.getAsBoolean();
        } catch (Cancelled e) {
            if (Strand.current() == null && Thread.interrupted()) {
                var interrupt = new InterruptedException(e.getMessage());
                interrupt.initCause(e);
                throw interrupt;
            }
            throw e;
        }
    }

    private T getNow() throws ExecutionException {
        Throwable failure = failure();
        if (failure != null) {
            throw new ExecutionException("task '" + name() + "' failed: " + failure, failure);
        }
        return report(RuntimeException.class);
    }

    @Override
    public final State state() {
        Object end = outcome;
        if (end == null) {
            return State.RUNNING;
        }
        return switch (end) {
            case Failed _ -> State.FAILED;
            case Stopped _ -> State.CANCELLED;
            default -> State.SUCCESS;
        };
    }

    @Override
    public final void whenDone(Consumer<? super Task<T>> action) {
        if (!push(new Node(action))) {
            notify(action);
        }
    }

    /**
     * Calls a function at the end, as {@link #whenDone}, unless it is {@linkplain #unwatch withdrawn} before.
     *
     * @param action the function
     * @return what withdraws it
     */
    public final Object watch(Consumer<? super Task<T>> action) {
        var node = new Node(action);
        if (!push(node)) {
            notify(action);
        }
        return node;
    }

    /**
     * Withdraws a function; it may be called all the same if the task is ending at this moment. Any thread.
     *
     * @param watch what {@link #watch} returned
     */
    public final void unwatch(Object watch) {
        giveUp((Node) watch);
    }

    @Override
    public final CompletableFuture<T> toCompletableFuture() {
        var future = new CompletableFuture<T>();
        whenDone(task -> {
            Object end = outcome;
            switch (end) {
                case Failed(Throwable failure) -> {
                    observed = true;
                    future.completeExceptionally(failure);
                }
                case Stopped(Cancelled signal) -> future.completeExceptionally(cancellation(signal));
                case null, default -> future.complete(task.result());
            }
        });
        var _ = future.whenComplete((_, _) -> {
            if (future.isCancelled()) {
                cancel("its CompletableFuture was cancelled");
            }
        });
        return future;
    }

    /** {@return whether anybody may wait for the end of this task; any thread} */
    final boolean isAwaited() {
        Node newest = waiters;
        return newest != null && newest != CLOSED;
    }

    /**
     * {@return the threads outside of any loop that wait for the end of this task; any thread, and weakly consistent}
     */
    final List<Thread> waitingThreads() {
        List<Thread> threads = new ArrayList<>(0);
        for (Node node = waiters; node != null && node != CLOSED; node = node.next) {
            if (node.target instanceof ThreadWaiter waiter) {
                threads.add(waiter.thread());
            }
        }
        return threads;
    }

    @Override
    public String toString() {
        return "Task[" + name() + ", " + state() + "]";
    }
}
