package dev.weft.loop.kernel;

import dev.weft.Action;
import dev.weft.Cancelled;
import dev.weft.loop.jdk.JdkAccess;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * A task of a loop: a coroutine from its first step to its end.
 *
 * <pre>
 *   fresh (in the ready queue) ──strand──► running ⇄ suspended ──► ended
 *     └──────────cancelled: ends without a first step──────────────►┘
 * </pre>
 *
 * <p>Fields are for the loop thread only, unless they say otherwise. A request to cancel this task is recorded in {@code own} by whoever makes it, and takes effect on the loop.
 * {@code pending} is the cancellation that holds where the task is now and is raised at each
 * checkpoint; {@link Scope} says how it is kept.
 *
 * @param <T> the result
 */
final class LoopTask<T extends @Nullable Object> extends TaskCore<T> implements Fresh {
    private static final VarHandle OWN;

    static {
        try {
            OWN = MethodHandles.lookup().findVarHandle(LoopTask.class, "own", Cancelled.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** The group that owns this task, or the loop itself for a task that a loop runs on its own account: one field, since tasks are many. */
    private final Object owner;

    /** What to run, a Callable or an Action; null once it has begun. An adapter from one to the other would stay on the stack of each waiting task. */
    private @Nullable Object body;

    private @Nullable Object scopedValues;
    private @Nullable Strand strand;

    /** The innermost open block. */
    @Nullable
    Scope scope;

    /** The request made to this task itself; any thread. */
    private volatile @Nullable Cancelled own;

    @Nullable
    Cancelled pending;

    /** Neighbours in the list of the group. */
    @Nullable
    LoopTask<?> previousInGroup;

    @Nullable
    LoopTask<?> nextInGroup;

    private boolean interruptSent;

    LoopTask(LoopCore loop, @Nullable GroupImpl group, @Nullable String name, Callable<T> body) {
        this(group == null ? loop : group, loop, name, body);
    }

    /** Makes a task without a result, for a group. */
    static LoopTask<@Nullable Void> ofAction(GroupImpl group, @Nullable String name, Action<? extends Exception> body) {
        return new LoopTask<>(group, group.loop(), name, body);
    }

    private LoopTask(Object owner, LoopCore loop, @Nullable String name, Object body) {
        super(name);
        this.owner = owner;
        this.body = body;
        this.scopedValues = loop.portable() ? null : JdkAccess.scopedValues();
        LoopControl steering = loop.control;
        if (steering != null) {
            steering.made(this);
        }
    }

    /** {@return the loop that runs this task} */
    LoopCore loop() {
        return owner instanceof GroupImpl group ? group.loop() : (LoopCore) owner;
    }

    private @Nullable GroupImpl group() {
        return owner instanceof GroupImpl group ? group : null;
    }

    /** {@return the task that calls, or null if the caller is none of a loop} */
    static @Nullable LoopTask<?> currentOrNull() {
        Strand strand = Strand.current();
        return strand == null ? null : strand.task;
    }

    /** {@return the task that calls}; throws with advice if there is none. */
    static LoopTask<?> current(String what) {
        LoopTask<?> task = currentOrNull();
        if (task == null) {
            throw new IllegalStateException(what + " needs a task of an event loop, and thread '"
                    + Thread.currentThread().getName() + "' runs none; call it inside Weft.run(() -> ...)");
        }
        return task;
    }

    @Override
    protected String kind() {
        return "task";
    }

    @Override
    public void runOn(Strand on) {
        Cancelled before = pending != null ? pending : own; // the latter may still be on its way from another thread
        if (before != null) {
            endUnstarted(before);
            return;
        }
        strand = on;
        on.task = this;
        try {
            if (loop().portable() || scopedValues == JdkAccess.scopedValues()) {
                invoke();
            } else {
                JdkAccess.runWithScopedValues(scopedValues, this::invoke);
            }
        } finally {
            on.task = null;
            strand = null;
        }
    }

    private void invoke() {
        Object work = body;
        if (work == null) {
            throw new AssertionError("task '" + name() + "' was run twice");
        }
        body = null;
        scopedValues = null;
        try {
            T result = call(work);
            abandonScopes();
            succeed(result);
        } catch (Throwable failure) {
            Cancelled why = pending != null ? pending : failure instanceof Cancelled signal ? signal : null;
            abandonScopes();
            if (why != null && PoolTask.isCancellation(failure)) {
                endCancelled(why);
            } else {
                fail(failure);
            }
        }
    }

    @SuppressWarnings("unchecked")
    private T call(Object work) throws Exception {
        if (work instanceof Callable<?> callable) {
            return (T) callable.call();
        }
        ((Action<? extends Exception>) work).run();
        return Nothing.value();
    }

    /** Blocks that the body left open, for want of try-with-resources: their groups must not outlive the task. */
    private void abandonScopes() {
        for (Scope open = scope; open != null; open = scope) {
            if (open.group != null) {
                open.group.closeForOwner();
            } else {
                open.leave();
            }
        }
    }

    void endUnstarted(Cancelled why) {
        body = null;
        scopedValues = null;
        endCancelled(why);
    }

    @Override
    public void refuse(Strand on, Throwable why) {
        body = null;
        scopedValues = null;
        fail(why);
    }

    @Override
    protected void ended() {
        GroupImpl group = group();
        if (group != null) {
            group.childEnded(this);
        }
    }

    // ---- cancellation

    void checkpoint() {
        LoopControl steering = loop().control;
        if (steering != null) {
            steering.checkpoint(this);
        }
        Cancelled request = pending;
        if (request != null) {
            raise(request);
        }
        Strand here = strand;
        if (here != null && here.thread.isInterrupted()) {
            Thread.interrupted();
            if (interruptSent) {
                interruptSent = false; // ours, from a block that has been left
            } else {
                cancel("the thread of task '" + name() + "' was interrupted");
                raise(pending);
            }
        }
    }

    private void raise(@Nullable Cancelled request) {
        // In the body of a group that failed, the failure itself says more than a cancellation.
        for (Scope at = scope; at != null; at = at.outer) {
            if (at.own == request && at.group != null && at.group.firstFailure() != null) {
                throw at.group.raiseFailure();
            }
        }
        if (request != null) {
            throw new Cancelled(request.reason(), request);
        }
    }

    @Override
    public boolean cancel(String reason) {
        if (isDone()) {
            return false;
        }
        var request = new Cancelled(reason, null);
        if (!OWN.compareAndSet(this, null, request)) {
            return false;
        }
        if (loop().onLoop()) {
            cancelFrom(null, request);
        } else {
            loop().submit((Fresh) _ -> cancelFrom(null, request));
        }
        return true;
    }

    /** Arrives on the loop from another thread; the pump calls. */
    void arrive() {
        GroupImpl group = group();
        if (group != null) {
            group.adopt(this);
        }
        loop().ready.add(this);
    }

    /** {@return what holds at the level of the whole task} */
    @Nullable
    Cancelled fromOutside() {
        if (own != null) {
            return own;
        }
        GroupImpl group = group();
        return group == null ? null : group.effective();
    }

    /** Receives a request that was made to the scope of the group that this task belongs to. */
    void inherit(Cancelled request) {
        cancelFrom(null, request);
    }

    /**
     * Pushes a request down: to the blocks from {@code start} inwards, to the children of their groups, and to this task where it is now.
     *
     * @param start the block that was cancelled, or null for all of the task
     */
    void cancelFrom(@Nullable Scope start, Cancelled request) {
        for (Scope at = scope; at != null; at = at.outer) {
            if (at.effective == null) {
                at.effective = request;
                if (at.group != null) {
                    at.group.inherit(request);
                }
            }
            if (at == start) {
                break;
            }
        }
        if (pending == null && !isDone()) {
            pending = request;
            deliver();
        }
    }

    /** Makes this task notice: wakes it where Weft suspended it, interrupts it where the JDK did. */
    private void deliver() {
        Strand at = strand;
        if (at == null || Strand.current() == at) {
            return; // it has not begun, or it is the caller; its next checkpoint tells
        }
        if (at.suspended) {
            at.wake();
        } else {
            interruptSent = true;
            at.thread.interrupt();
        }
    }

    /** A block was left: what holds now is what held around it. */
    void fallBack(@Nullable Cancelled outside) {
        if (pending != null && outside == null && interruptSent) {
            interruptSent = false;
            Thread.interrupted();
        }
        pending = outside;
    }
}
