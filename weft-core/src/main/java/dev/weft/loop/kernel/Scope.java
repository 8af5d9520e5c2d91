package dev.weft.loop.kernel;

import dev.weft.Action;
import dev.weft.Body;
import dev.weft.CancelScope;
import dev.weft.Cancelled;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A block of a task that can be cancelled as a whole, with the groups and blocks inside it. Loop thread only, but for
 * {@link #cancel(String)}.
 *
 * <pre>
 *   new ──enter──► open ──leave──► left          a request and a deadline may come before the scope is entered
 * </pre>
 *
 * <p>The open scopes of a task form a chain from the innermost outwards. {@code own} is the request made to this scope;
 * {@code effective} is the request that holds inside it: the one from outside if there is one and no shield keeps it
 * out, else its own. The outermost one counts, since that is how far the signal has to go. It is worked out when
 * something changes, so that a checkpoint reads one field of its task. A scope is left in the reverse order of its
 * opening, and its task falls back to what holds outside.
 */
public final class Scope implements CancelScope {
    /** The group whose block this is, or null. */
    final @Nullable GroupImpl group;

    private final LoopCore loop;
    private @Nullable LoopTask<?> task;

    /** The block around this one. */
    @Nullable
    Scope outer;

    /** The request made to this scope. */
    private @Nullable Cancelled own;

    /** What holds inside this scope. */
    @Nullable
    Cancelled effective;

    private @Nullable Deadline deadline;
    private boolean shielded;
    private boolean left;
    private @Nullable Throwable caught;

    /** Cancels the scope when it is due. */
    private static final class Deadline extends TimerNode implements Fresh {
        private final Scope scope;
        private final Duration limit;
        private final long when;

        Deadline(Scope scope, Duration limit, long when) {
            this.scope = scope;
            this.limit = limit;
            this.when = when;
        }

        @Override
        public void runOn(Strand strand) {
            if (scope.deadline == this) {
                scope.expireIfDue();
            }
        }
    }

    private Scope(LoopCore loop, @Nullable GroupImpl group) {
        this.loop = loop;
        this.group = group;
    }

    /**
     * Makes a scope that the caller, or another task of its loop, is to enter.
     *
     * @return the scope
     */
    public static Scope create() {
        return new Scope(LoopTask.current("CancelScope.create()").loop(), null);
    }

    /** Opens the block of a group in the task that calls. */
    static Scope open(LoopTask<?> task, GroupImpl group) {
        var scope = new Scope(task.loop(), group);
        scope.enter(task);
        return scope;
    }

    @Override
    public <T extends @Nullable Object, X extends Throwable> Optional<T> call(Body<T, X> body) throws X {
        return Optional.ofNullable(execute("CancelScope.call", body));
    }

    @Override
    public <X extends Throwable> boolean run(Action<X> body) throws X {
        this.<@Nullable Void, X>execute("CancelScope.run", () -> {
            body.run();
            return Nothing.value();
        });
        return caught == null;
    }

    /**
     * Runs a block in this scope; null if it ended because this scope was cancelled, which {@link #caughtSignal} tells.
     */
    <T extends @Nullable Object, X extends Throwable> T execute(String what, Body<T, X> body) throws X {
        enter(LoopTask.current(what));
        T result;
        try {
            result = body.call();
        } catch (Throwable failure) {
            Throwable outcome = leaveWith(failure);
            if (outcome == null) {
                return Nothing.value();
            }
            throw RunLoop.<X>as(outcome);
        }
        leave();
        return result;
    }

    private void enter(LoopTask<?> self) {
        if (self.loop() != loop) {
            throw new IllegalStateException("a cancel scope of loop '" + loop.name() + "' was entered by task '"
                    + self.name() + "' of loop '" + self.loop().name() + "'; make a scope in the task that enters it");
        }
        LoopTask<?> before = task;
        if (before != null) {
            throw new IllegalStateException(
                    "a cancel scope was entered by task '" + self.name() + "' and had been entered by task '"
                            + before.name() + "'; a scope serves one block: make another with CancelScope.create()");
        }
        task = self;
        outer = self.scope;
        Cancelled outside = self.pending;
        effective = outside != null && !shielded ? outside : own;
        self.scope = this;
        self.fallBack(effective);
        if (deadline != null) {
            arm(deadline);
        }
    }

    // ---- the request

    @Override
    public void cancel(String reason) {
        Cancelled request = Signals.request(Cancelled.Source.REQUEST, reason);
        if (loop.onLoop()) {
            cancel(request);
        } else {
            loop.submit((Fresh) _ -> cancel(request));
        }
    }

    /** Requests the end of all that runs in this scope; only the first request counts. */
    void cancel(Cancelled request) {
        if (own != null || left) {
            return;
        }
        own = request;
        disarm();
        if (task != null) {
            LoopTask.refresh(task);
        }
    }

    /**
     * Works out anew what holds in this scope and the ones around it, outermost first. The tasks to tell are added to a
     * list.
     */
    @Nullable
    Cancelled refresh(@Nullable Cancelled outsideOfTask, Consumer<LoopTask<?>> toTell) {
        Cancelled outside = outer == null ? outsideOfTask : outer.refresh(outsideOfTask, toTell);
        Cancelled now = outside != null && !shielded ? outside : own;
        if (now != effective) {
            effective = now;
            if (group != null) {
                group.eachChild(toTell);
            }
        }
        return now;
    }

    /** {@return what holds around this scope and is let in} */
    private @Nullable Cancelled letIn(LoopTask<?> self) {
        return shielded ? null : outside(self);
    }

    private @Nullable Cancelled outside(LoopTask<?> self) {
        return outer == null ? self.fromOutside() : outer.effective;
    }

    @Override
    public boolean isCancelled() {
        return own != null;
    }

    @Override
    public boolean caught() {
        return caught != null;
    }

    /** {@return the signal that ended the block and came no further} */
    @Nullable
    Throwable caughtSignal() {
        return caught;
    }

    @Override
    public @Nullable Cancelled cancellation() {
        return own;
    }

    // ---- the deadline

    @Override
    public Scope expireAfter(Duration limit) {
        long nanos = Durations.nanos("the time of a cancel scope", limit);
        refuseOffLoop("expireAfter");
        refuseOnceOver();
        disarm();
        var next = new Deadline(this, limit, loop.now() + nanos);
        deadline = next;
        if (nanos == 0) {
            expireIfDue();
        } else if (task != null) {
            arm(next);
        }
        return this;
    }

    @Override
    public Scope neverExpire() {
        refuseOffLoop("neverExpire");
        refuseOnceOver();
        disarm();
        deadline = null;
        return this;
    }

    private void refuseOnceOver() {
        if (own != null || left) {
            throw new IllegalStateException(
                    own != null
                            ? "the deadline of a cancel scope cannot be moved once the scope has been cancelled: "
                                    + own.reason()
                            : "the deadline of a cancel scope cannot be moved once its block has ended; make another scope");
        }
    }

    private void refuseOffLoop(String what) {
        if (!loop.onLoop()) {
            throw new IllegalStateException(
                    what + " of a cancel scope was called by thread '"
                            + Thread.currentThread().getName() + "', which is not on loop '" + loop.name()
                            + "' of this scope; call it in a task or callback of that loop (cancel may be called by any thread)");
        }
    }

    @Override
    public Optional<Duration> timeLeft() {
        Deadline set = deadline;
        return set == null ? Optional.empty() : Optional.of(Duration.ofNanos(Math.max(0, set.when - loop.now())));
    }

    /**
     * Works out when this block has to end, the ones around it in its task included, up to a shield. Any thread, which
     * may see it a moment late.
     *
     * @param before what it is at most, by the clock of the loop
     * @return the nearest deadline
     */
    long nearestDeadline(long before) {
        long nearest = before;
        for (Scope at = this; at != null; at = at.shielded ? null : at.outer) {
            Deadline set = at.deadline;
            if (set != null && at.own == null && set.when - nearest < 0) {
                nearest = set.when;
            }
        }
        return nearest;
    }

    /** {@return whether this block, or one around it in its task, keeps cancellation out; any thread} */
    boolean isWithinShield() {
        for (Scope at = this; at != null; at = at.outer) {
            if (at.shielded) {
                return true;
            }
        }
        return false;
    }

    private void arm(Deadline next) {
        if (own == null) {
            if (next.when - loop.now() <= 0) {
                expireIfDue();
            } else {
                loop.timers.add(next, next.when);
            }
        }
    }

    private void disarm() {
        if (deadline != null) {
            loop.timers.remove(deadline);
        }
    }

    private void expire(Deadline due) {
        cancel(new Cancelled(
                Cancelled.Source.DEADLINE, "the time-out of " + Durations.text(due.limit) + " is over", null, null));
    }

    /**
     * Cancels this scope and the ones around it whose time is over, although the loop may not have come round to it:
     * which of several has its turn first must not matter.
     */
    void expireIfDue() {
        for (Scope at = this; at != null; at = at.outer) {
            Deadline set = at.deadline;
            if (set != null && at.own == null && set.when - loop.now() <= 0) {
                at.expire(set);
            }
        }
    }

    // ---- the shield

    @Override
    public Scope shield(boolean on) {
        refuseOffLoop("shield");
        shielded = on;
        if (task != null && !left) {
            LoopTask.refresh(task);
        }
        return this;
    }

    @Override
    public boolean isShielded() {
        return shielded;
    }

    // ---- the end

    /**
     * Leaves the scope because its block failed; the task that opened it calls.
     *
     * @return what the failure is outside of this scope, null if it ends here: a failure that hides in a
     *     cancellation comes to light, and a cancellation that goes on is the one that holds outside
     */
    @Nullable
    Throwable leaveWith(Throwable failure) {
        LoopTask<?> self = owner();
        Throwable outcome = Signals.surfaced(failure);
        boolean signal = Signals.isCancellation(outcome);
        if (signal && own != null && letIn(self) == null) {
            caught = outcome;
            leave();
            return null;
        }
        leave();
        if (signal && own != null) {
            return self.signalOutside(outcome);
        }
        return outcome;
    }

    private LoopTask<?> owner() {
        LoopTask<?> self = task;
        if (self == null) {
            throw new AssertionError("a scope that nobody entered was left");
        }
        return self;
    }

    /** Leaves the scope; the task that opened it calls, with all inner scopes left. */
    void leave() {
        LoopTask<?> self = owner();
        if (self.scope != this) {
            throw new IllegalStateException(
                    "blocks of task '" + self.name() + "' are not left in the reverse order of their opening; open each"
                            + " in a try-with-resources statement of its own, by the task that closes it");
        }
        disarm();
        left = true;
        self.scope = outer;
        self.fallBack(outside(self));
    }

    @Override
    public String toString() {
        LoopTask<?> self = task;
        return "CancelScope[" + (self == null ? "not entered" : "task '" + self.name() + "'" + (left ? ", left" : ""))
                + (own == null ? "" : ", cancelled: " + own.reason()) + (shielded ? ", shielded" : "") + "]";
    }
}
