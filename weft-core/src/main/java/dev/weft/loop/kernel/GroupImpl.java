package dev.weft.loop.kernel;

import dev.weft.Action;
import dev.weft.Cancelled;
import dev.weft.Task;
import dev.weft.TaskGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A task group: the children, the block of the owner, and what becomes of failures.
 *
 * <p>States: open ──{@code close}──► closed; independently, from the first failure or cancel on the group is stopping:
 * its scope is cancelled and {@code spawn} refuses. All of it belongs to the loop thread; the owner is the task that
 * opened it, and joins and closes it; any code on the loop may spawn into it.
 *
 * <p>A <em>supervising</em> group, the root of a loop, differs: a failing child stops nothing and is kept, so that what
 * nobody looked at can be reported at the end.
 */
public final class GroupImpl implements TaskGroup {
    private static final int FIRST_SWEEP = 64;
    private static final int MOST_UNOBSERVED = 1_024;

    private final LoopCore loop;
    private final @Nullable LoopTask<?> owner;
    private final @Nullable Scope scope;
    private final boolean supervising;
    private final List<LoopTask<?>> failedChildren = new ArrayList<>(0);

    /** How many failed children make it worth while to look whether somebody has seen them. */
    private int sweepAt = FIRST_SWEEP;

    private @Nullable LoopTask<?> first;
    private int children;
    private @Nullable Waiter joiner;
    private @Nullable LoopTask<?> failed;
    private boolean raised;
    private boolean closed;

    /** The request to end the children alone, while the body of the owner goes on. */
    private @Nullable Cancelled childrenRequest;

    /** Opens a group in the block of a task. */
    private GroupImpl(LoopTask<?> owner, boolean supervising) {
        this.loop = owner.loop();
        this.owner = owner;
        this.supervising = supervising;
        this.scope = Scope.open(owner, this);
    }

    /** Makes the root group of a loop that serves other threads: it has no block. */
    GroupImpl(LoopCore loop) {
        this.loop = loop;
        this.owner = null;
        this.supervising = true;
        this.scope = null;
    }

    /**
     * Opens a group in the calling task.
     *
     * @return the group
     */
    public static GroupImpl open() {
        return new GroupImpl(LoopTask.current("TaskGroup.open()"), false);
    }

    /** Opens a group in which the failure of one child stops nothing; it is closed by {@link #closeForOwner}. */
    static GroupImpl openSupervising(LoopTask<?> owner) {
        return new GroupImpl(owner, true);
    }

    LoopCore loop() {
        return loop;
    }

    /** {@return the task in which it was opened; null for the root of a loop that serves other threads} */
    @Nullable
    LoopTask<?> owner() {
        return owner;
    }

    /** {@return its block, or null} */
    @Nullable
    Scope scope() {
        return scope;
    }

    /**
     * {@return how many tasks it has, those included that have not begun; any thread, which may see it a moment late}
     */
    int size() {
        return children;
    }

    boolean isClosed() {
        return closed;
    }

    @Nullable
    Cancelled effective() {
        Cancelled around = scope == null ? null : scope.effective;
        return around != null ? around : childrenRequest;
    }

    @Nullable
    Throwable firstFailure() {
        return failed == null ? null : failed.peekFailure();
    }

    @Override
    public <T extends @Nullable Object> Task<T> spawn(Callable<T> body) {
        return start(null, body);
    }

    @Override
    public <T extends @Nullable Object> Task<T> spawn(String name, Callable<T> body) {
        return start(name, body);
    }

    @Override
    public Task<@Nullable Void> spawn(Action<? extends Exception> body) {
        return start(LoopTask.ofAction(this, null, body));
    }

    @Override
    public <T extends @Nullable Object> Task<T> spawnNow(Callable<T> body) {
        return startNow(() -> new LoopTask<>(loop, this, null, body));
    }

    @Override
    public Task<@Nullable Void> spawnNow(Action<? extends Exception> body) {
        return startNow(() -> LoopTask.ofAction(this, null, body));
    }

    private <T extends @Nullable Object> LoopTask<T> startNow(Supplier<LoopTask<T>> maker) {
        refuseOffLoop("spawnNow");
        refuseWhenStopping();
        Strand self = Strand.current();
        if (self == null) {
            throw new AssertionError("code on loop '" + loop.name() + "' runs on no strand");
        }
        self.refuseIfAtomic();
        LoopTask<T> task = maker.get();
        adopt(task);
        self.letBegin(task);
        while (!task.begun()) {
            self.yieldPass(); // there was no thread for it yet
        }
        return task;
    }

    @Override
    public <V extends @Nullable Object> V start(Starter<V> body) {
        refuseOffLoop("start");
        Start<V> start = new Start<>(body);
        return start.await(start(LoopTask.ofAction(this, null, start)));
    }

    <T extends @Nullable Object> LoopTask<T> start(@Nullable String name, Callable<T> body) {
        return start(new LoopTask<>(loop, this, name, body));
    }

    private <T extends @Nullable Object> LoopTask<T> start(LoopTask<T> task) {
        refuseOffLoop("spawn");
        refuseWhenStopping();
        adopt(task);
        loop.ready.add(task);
        return task;
    }

    private void refuseOffLoop(String what) {
        if (!loop.onLoop()) {
            throw new IllegalStateException(what + " was called by thread '"
                    + Thread.currentThread().getName() + "', which is not on loop '" + loop.name()
                    + "' of this group; use EventLoop.spawn from other threads");
        }
    }

    /** Takes a task in without a check; it is submitted by the caller. */
    void adopt(LoopTask<?> task) {
        task.nextInGroup = first;
        if (first != null) {
            first.previousInGroup = task;
        }
        first = task;
        children++;
        task.pending = effective();
    }

    private void refuseWhenStopping() {
        if (closed) {
            throw new RejectedExecutionException(
                    "the task group of " + ownerName() + " is closed; spawn before its block ends");
        }
        Cancelled stop = effective();
        if (stop != null) {
            Waiter.current().checkpoint();
            throw new RejectedExecutionException(
                    "the task group of " + ownerName() + " is stopping and takes no more tasks: " + stop.reason());
        }
    }

    private String ownerName() {
        return owner == null ? "loop '" + loop.name() + "'" : "task '" + owner.name() + "'";
    }

    @Override
    public void cancel(String reason) {
        Cancelled request = Signals.request(Cancelled.Source.REQUEST, reason);
        if (loop.onLoop()) {
            cancelChildren(request);
        } else {
            loop.submit((Fresh) _ -> cancelChildren(request));
        }
    }

    /** Ends all children, now and to come. */
    void cancelChildren(Cancelled request) {
        if (!closed && childrenRequest == null) {
            childrenRequest = request;
            List<LoopTask<?>> toTell = new ArrayList<>(children);
            eachChild(toTell::add);
            LoopTask.refresh(toTell);
        }
    }

    void eachChild(Consumer<LoopTask<?>> action) {
        for (LoopTask<?> child = first; child != null; child = child.nextInGroup) {
            action.accept(child);
        }
    }

    /** A child has ended; nobody who waits for it has been told yet. */
    void childEnded(LoopTask<?> child) {
        if (!loop.onLoop()) {
            return; // it came too late for a loop that has closed
        }
        LoopTask<?> before = child.previousInGroup;
        LoopTask<?> after = child.nextInGroup;
        if (before != null) {
            before.nextInGroup = after;
        } else if (first == child) {
            first = after;
        } else {
            return;
        }
        if (after != null) {
            after.previousInGroup = before;
        }
        child.previousInGroup = null;
        child.nextInGroup = null;
        children--;
        Throwable failure = child.peekFailure();
        if (failure != null) {
            childFailed(child, failure);
        }
        Waiter waiting = joiner;
        if (children == 0 && waiting != null) {
            waiting.unpark();
        }
    }

    private void childFailed(LoopTask<?> child, Throwable failure) {
        if (supervising) {
            keepFailed(child);
        } else if (failed == null) {
            failed = child;
            if (scope != null) {
                scope.cancel(new Cancelled(
                        Cancelled.Source.GROUP,
                        "task '" + child.name() + "' of the group failed: " + failure,
                        child.name(),
                        failure));
            }
        } else {
            Throwable firstOne = firstFailure();
            if (firstOne != null && firstOne != failure) {
                firstOne.addSuppressed(failure);
            }
        }
    }

    /**
     * Remembers a failure until the end, unless somebody receives it. What a loop that runs for months would pile up is
     * reported before.
     */
    private void keepFailed(LoopTask<?> child) {
        if (failedChildren.size() >= sweepAt) {
            failedChildren.removeIf(TaskCore::observed);
            if (failedChildren.size() >= MOST_UNOBSERVED) {
                List<LoopTask<?>> oldest = failedChildren.subList(0, MOST_UNOBSERVED / 2);
                oldest.forEach(this::reportUnobserved);
                oldest.clear();
            }
            sweepAt = Math.max(FIRST_SWEEP, 2 * failedChildren.size());
        }
        failedChildren.add(child);
    }

    /** Tells the exception handler of the loop of all failures of a supervising group that nobody has received. */
    void reportUnobserved() {
        failedChildren.forEach(this::reportUnobserved);
        failedChildren.clear();
    }

    private void reportUnobserved(LoopTask<?> child) {
        Throwable failure = child.peekFailure();
        if (failure != null && !child.observed()) {
            loop.report(
                    "task '" + child.name() + "' of loop '" + loop.name() + "' failed and nobody looked at it: "
                            + failure,
                    failure,
                    child,
                    null);
        }
    }

    /** {@return the failure to throw in the body of the owner} */
    RuntimeException raiseFailure() {
        raised = true;
        LoopTask<?> culprit = failed;
        if (culprit == null) {
            throw new AssertionError("no child has failed");
        }
        Throwable failure = culprit.peekFailure();
        if (failure == null) {
            throw new AssertionError("child '" + culprit.name() + "' has not failed");
        }
        return culprit.unchecked(failure);
    }

    /** Waits until there are no children, whatever happens. */
    void awaitChildren() {
        if (children == 0) {
            return;
        }
        Waiter self = Waiter.current();
        joiner = self;
        try {
            while (children > 0) {
                self.park(this);
            }
        } finally {
            joiner = null;
            self.leave();
        }
    }

    @Override
    public void join() {
        requireOwner("join");
        awaitChildren();
        if (failed != null) {
            throw raiseFailure();
        }
        Waiter.current().checkpoint();
    }

    @Override
    public void close() {
        requireOwner("close");
        if (closed) {
            return;
        }
        closeForOwner();
        if (unseenFailure() != null) {
            throw raiseFailure();
        }
    }

    /**
     * {@return the failure that {@link #close} would throw, and that was not thrown in the body; null if there is none}
     */
    @Nullable
    Throwable unseenFailure() {
        return raised || supervising ? null : firstFailure();
    }

    /** Ends the block: stops what still runs, waits for it and leaves the scope. */
    void closeForOwner() {
        if (children > 0) {
            cancelChildren(
                    Signals.request(Cancelled.Source.GROUP, "the block of the group in " + ownerName() + " ended"));
            awaitChildren();
        }
        closed = true;
        if (scope != null) {
            scope.leave();
        }
    }

    private void requireOwner(String what) {
        if (owner == null || LoopTask.currentOrNull() != owner) {
            throw new IllegalStateException(what + " of the task group of " + ownerName() + " was called by "
                    + (LoopTask.currentOrNull() == null
                            ? "thread '" + Thread.currentThread().getName() + "'"
                            : "another task")
                    + "; only the task that opened a group joins and closes it");
        }
    }

    /** {@return failures of a supervising group that nobody has received} */
    List<Throwable> unobservedFailures() {
        List<Throwable> failures = new ArrayList<>();
        for (LoopTask<?> child : failedChildren) {
            Throwable failure = child.peekFailure();
            if (failure != null && !child.observed()) {
                failures.add(failure);
            }
        }
        return failures;
    }

    @Override
    public String toString() {
        return "TaskGroup[" + ownerName() + ", " + children + " running" + (closed ? ", closed" : "") + "]";
    }
}
