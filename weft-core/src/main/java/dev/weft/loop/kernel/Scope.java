package dev.weft.loop.kernel;

import dev.weft.Cancelled;
import org.jspecify.annotations.Nullable;

/**
 * A block of a task that can be cancelled as a whole, with the groups and blocks inside it. Loop thread only.
 *
 * <p>The open scopes of a task form a chain from the innermost outwards. {@code own} is the request made to this scope; {@code effective} is the request that holds inside it,
 * its own or one from outside, and is pushed down when a request is made, so that a checkpoint reads one field of its task. A scope is left in the reverse order of its
 * opening, and its task falls back to what holds outside.
 */
final class Scope {
    final LoopTask<?> task;
    final @Nullable Scope outer;

    /** The group whose block this is, or null. */
    final @Nullable GroupImpl group;

    @Nullable
    Cancelled own;

    @Nullable
    Cancelled effective;

    private @Nullable Deadline deadline;

    /** Cancels the scope when it is due. */
    private static final class Deadline extends TimerNode implements Fresh {
        private final Scope scope;
        private final String reason;

        Deadline(Scope scope, String reason) {
            this.scope = scope;
            this.reason = reason;
        }

        @Override
        public void runOn(Strand strand) {
            if (scope.deadline == this) {
                scope.deadline = null;
                scope.cancel(new Cancelled(reason, null));
            }
        }
    }

    /** Opens a scope in the task that calls. */
    Scope(LoopTask<?> task, @Nullable GroupImpl group) {
        this.task = task;
        this.group = group;
        this.outer = task.scope;
        this.effective = task.pending;
        task.scope = this;
    }

    /** Cancels this scope at a time, by the clock of the loop. */
    void cancelAt(long when, String reason) {
        if (when - task.loop().now() <= 0) {
            cancel(new Cancelled(reason, null));
        } else {
            deadline = new Deadline(this, reason);
            task.loop().timers.add(deadline, when);
        }
    }

    /** Requests the end of all that runs in this scope; only the first request counts. */
    boolean cancel(Cancelled request) {
        if (own != null) {
            return false;
        }
        own = request;
        task.cancelFrom(this, request);
        return true;
    }

    /** Whether a cancellation that leaves this scope is this scope's own to absorb, and not one from outside. */
    boolean absorbs() {
        return own != null && (outer == null ? task.fromOutside() : outer.effective) == null;
    }

    /** Leaves the scope; the task that opened it calls, with all inner scopes left. */
    void leave() {
        if (task.scope != this) {
            throw new IllegalStateException(
                    "blocks of task '" + task.name() + "' are not left in the reverse order of their opening; open each"
                            + " in a try-with-resources statement of its own, by the task that closes it");
        }
        if (deadline != null) {
            task.loop().timers.remove(deadline);
            deadline = null;
        }
        task.scope = outer;
        task.fallBack(outer == null ? task.fromOutside() : outer.effective);
    }
}
