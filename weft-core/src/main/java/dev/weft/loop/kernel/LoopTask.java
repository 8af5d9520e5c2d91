package dev.weft.loop.kernel;

import static java.util.Objects.requireNonNull;

import dev.weft.Action;
import dev.weft.Cancelled;
import dev.weft.loop.jdk.JdkAccess;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A task of a loop: a coroutine from its first step to its end.
 *
 * <pre>
 *   fresh (in the ready queue) ──strand──► running ⇄ suspended ──► ended
 *     └──────────cancelled: ends without a first step──────────────►┘
 * </pre>
 *
 * <p>Fields are for the loop thread only, unless they say otherwise. A request to cancel this task is recorded in
 * {@code own} by whoever makes it, and takes effect on the loop. {@code pending} is the cancellation that holds where
 * the task is now and is raised at each checkpoint; {@link Scope} says how it is kept.
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

    /**
     * The group that owns this task, or the loop itself for a task that a loop runs on its own account: one field,
     * since tasks are many.
     */
    private final Object owner;

    /**
     * What to run, a Callable or an Action; null once it has begun. An adapter from one to the other would stay on the
     * stack of each waiting task.
     */
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

    /** Its number among those that its loop has begun; zero before its first step. Written on the loop. */
    int number;

    /** When it took its first step, by the coarse clock of {@link Inspection}. Written on the loop. */
    int begunAt;

    LoopTask(LoopCore loop, @Nullable GroupImpl group, @Nullable String name, Callable<T> body) {
        this(group == null ? loop : group, loop, name, body);
    }

    /** Makes a task without a result, for a group. */
    static LoopTask<@Nullable Void> ofAction(GroupImpl group, @Nullable String name, Action<? extends Exception> body) {
        return new LoopTask<>(group, group.loop(), name, body);
    }

    /** Makes a task of a group that begins at a time. */
    static <T extends @Nullable Object> LoopTask<T> at(GroupImpl group, DelayedStart body) {
        return new LoopTask<>(group, group.loop(), null, body);
    }

    private LoopTask(Object owner, LoopCore loop, @Nullable String name, Object body) {
        super(name);
        requireNonNull(body, "the body of a task must not be null");
        this.owner = owner;
        TaskHooks hooks = loop.hooks;
        this.body = hooks == null || owner == loop ? body : hooks.prepare(this, body);
        this.scopedValues = loop.portable() ? null : JdkAccess.scopedValues();
        LoopControl steering = loop.control;
        if (steering != null) {
            steering.made(this);
        }
        if (LoopEvents.Recordings.flight) {
            LoopEvents.spawned(this);
        }
    }

    /** {@return the loop that runs this task} */
    LoopCore loop() {
        return owner instanceof GroupImpl group ? group.loop() : (LoopCore) owner;
    }

    /** {@return the group that owns this task, or null if the loop itself does} */
    @Nullable
    GroupImpl group() {
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

    // What is in the frames of the following methods while the body waits is part of the memory that each coroutine
    // takes:
    // hence few variables, and the rare things in methods of their own.

    @Override
    public void runOn(Strand on) {
        if (pending != null || own != null) {
            endUnstarted(requireNonNull(pending != null ? pending : own)); // the latter may still be on its way
            return;
        }
        strand = on;
        number = ++on.loop.tasksBegun;
        begunAt = Inspection.now;
        on.task = this;
        try {
            if (LoopEvents.Recordings.flight) {
                runRecorded();
            } else {
                runInContext();
            }
        } finally {
            letGo();
        }
    }

    private void runRecorded() {
        LoopEvents.TaskLife event = LoopEvents.begun();
        try {
            runInContext();
        } finally {
            LoopEvents.ended(event, this);
        }
    }

    private void runInContext() {
        if (loop().portable() || scopedValues == JdkAccess.scopedValues()) {
            invoke();
        } else {
            JdkAccess.runWithScopedValues(scopedValues, this::invoke);
        }
    }

    private void letGo() {
        Strand on = strand;
        if (pending != null) {
            loop().notices.end(this);
        }
        if (on != null) {
            on.task = null;
        }
        strand = null;
    }

    /** {@return whether this task has taken its first step, or has ended without one. Loop thread only} */
    boolean begun() {
        return body == null;
    }

    /** {@return where this task runs; null before its first step and after its end. Loop thread only} */
    @Nullable
    Strand strand() {
        return strand;
    }

    private void invoke() {
        Object work = body;
        if (work == null) {
            throw new AssertionError("task '" + name() + "' was run twice");
        }
        body = null;
        scopedValues = null;
        try {
            endWith(call(work));
        } catch (Throwable failure) {
            endBy(failure);
        }
    }

    private void endWith(T result) {
        Throwable unseen = scope == null ? null : abandonScopes();
        if (unseen != null) {
            fail(unseen);
            return;
        }
        if (pending != null) {
            loop().notices.endedWithResult(this);
        }
        succeed(result);
    }

    private void endBy(Throwable failure) {
        Cancelled why = pending != null ? pending : failure instanceof Cancelled signal ? signal : null;
        Throwable unseen = abandonScopes();
        if (unseen != null && unseen != failure) {
            failure.addSuppressed(unseen);
        }
        Throwable outcome = Signals.surfaced(failure);
        if (why != null && Signals.isCancellation(outcome)) {
            endCancelled(why);
        } else {
            fail(outcome);
        }
    }

    @SuppressWarnings("unchecked")
    private T call(Object given) throws Exception {
        Object work = given instanceof DelayedStart later ? later.work() : given;
        if (work instanceof Callable<?> callable) {
            return (T) callable.call();
        }
        ((Action<? extends Exception>) work).run();
        return Nothing.value();
    }

    /**
     * Leaves blocks that the body left open, for want of try-with-resources: their groups must not outlive the task.
     *
     * @return the first failure of such a group that nobody has seen
     */
    private @Nullable Throwable abandonScopes() {
        Throwable unseen = null;
        for (Scope open = scope; open != null; open = scope) {
            if (open.group != null) {
                open.group.closeForOwner();
                unseen = unseen == null ? open.group.unseenFailure() : unseen;
            } else {
                open.leave();
            }
        }
        return unseen;
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
        TaskHooks hooks = loop().hooks;
        if (hooks != null) {
            hooks.ended(this);
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
                cancel(new Cancelled(
                        Cancelled.Source.INTERRUPT, "the thread of task '" + name() + "' was interrupted", null, null));
                if (pending != null) {
                    raise(pending);
                }
            }
        }
    }

    private void raise(Cancelled request) {
        // In the body of a group that failed, the failure itself says more than a cancellation.
        for (Scope at = scope; at != null; at = at.isShielded() ? null : at.outer) {
            if (at.group != null && at.group.firstFailure() != null) {
                throw at.group.raiseFailure();
            }
        }
        Cancelled signal = Signals.signal(request);
        loop().notices.raised(this, signal);
        throw signal;
    }

    /**
     * {@return what a cancellation that leaves a block is outside of it: the one that holds there, or the failure of a
     * group; itself if it is that already}
     *
     * @param signal what comes out of the block
     */
    Throwable signalOutside(Throwable signal) {
        Cancelled request = pending;
        if (request == null || signal.getCause() == request) {
            return signal;
        }
        try {
            raise(request);
            throw new AssertionError("a cancellation was not raised");
        } catch (Throwable outside) {
            if (Signals.isCancellation(outside)) {
                outside.addSuppressed(signal);
            }
            return outside;
        }
    }

    @Override
    public boolean cancel(String reason) {
        return !isDone() && cancel(Signals.request(Cancelled.Source.REQUEST, reason));
    }

    /** Asks this task to stop; any thread. */
    boolean cancel(Cancelled request) {
        if (isDone() || !OWN.compareAndSet(this, null, request)) {
            return false;
        }
        if (loop().onLoop()) {
            refresh(this);
        } else {
            loop().submit((Fresh) _ -> refresh(this));
        }
        return true;
    }

    /** Arrives on the loop from another thread; the pump calls. */
    void arrive() {
        GroupImpl group = group();
        if (group != null) {
            group.adopt(this);
        }
        if (body instanceof DelayedStart later && pending == null) {
            later.arm(this);
        } else {
            loop().ready.add(this);
        }
    }

    /** {@return the request that was made to this task itself, or null; any thread} */
    @Nullable
    Cancelled ownRequest() {
        return own;
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

    /**
     * Works out anew what holds in a task, in the tasks of its groups and so on: a request was made, or a shield was
     * moved.
     */
    static void refresh(LoopTask<?> task) {
        List<LoopTask<?>> toTell = new ArrayList<>(1);
        toTell.add(task);
        refresh(toTell);
    }

    /**
     * As {@link #refresh(LoopTask)}, for a list, which is used up. It is no recursion, since trees of tasks may be
     * deep.
     */
    static void refresh(List<LoopTask<?>> toTell) {
        for (int i = 0; i < toTell.size(); i++) {
            toTell.get(i).refresh(toTell::add);
        }
    }

    private void refresh(Consumer<LoopTask<?>> toTell) {
        if (isDone()) {
            return;
        }
        Cancelled holds = fromOutside();
        if (scope != null) {
            holds = scope.refresh(holds, toTell);
        }
        Cancelled held = pending;
        pending = holds;
        if (held == null && holds != null) {
            deliver();
        } else if (held != null && holds == null) {
            loop().notices.end(this);
        }
    }

    /** Makes this task notice: wakes it where Weft suspended it, interrupts it where the JDK did. */
    private void deliver() {
        Strand at = strand;
        if (at == null && body instanceof DelayedStart later) {
            later.skip();
            return;
        }
        if (at == null) {
            return; // it has not begun, and never will
        }
        Notices notices = loop().notices;
        notices.begin(this);
        if (at.suspended) {
            at.wake();
        } else if (Strand.current() != at) { // or it is the caller; its next checkpoint tells
            notices.interrupted(this);
            interrupt(at);
        }
    }

    /** Interrupts this task as its canceller. */
    void interrupt(Strand at) {
        interruptSent = true;
        at.thread.interrupt();
    }

    /** A block was left: what holds now is what held around it. */
    void fallBack(@Nullable Cancelled outside) {
        Cancelled held = pending;
        pending = outside;
        if (held != null && outside == null) {
            if (interruptSent) {
                interruptSent = false;
                Thread.interrupted();
            }
            loop().notices.end(this);
        } else if (held == null && outside != null) {
            loop().notices.begin(this);
        }
    }
}
