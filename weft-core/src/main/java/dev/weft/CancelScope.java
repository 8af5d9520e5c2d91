package dev.weft;

import dev.weft.loop.kernel.Scope;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A block of a task that can be cancelled as a whole, by a deadline or by a call, and that can be shielded from
 * cancellations around it.
 *
 * <pre>{@code
 * var search = CancelScope.create().expireAfter(Duration.ofSeconds(2));
 * Optional<Page> page = search.call(() -> fetch(url));       // empty if the time was over
 * }</pre>
 *
 * <p>While a scope is cancelled, each checkpoint inside it throws {@link Cancelled}, also in the tasks of groups that
 * were opened inside, and calls of the JDK that block are interrupted. The signal goes up to the scope that was
 * cancelled and ends there: {@link #call} returns empty, {@link #run} returns false. If a scope further out has been
 * cancelled too, the signal goes on to that one. A value that the block returns wins over the cancellation, and so does
 * a failure of another kind.
 *
 * <p>A {@linkplain #shield shielded} scope lets no cancellation from outside in. It still obeys its own {@link #cancel}
 * and deadline, and so do scopes inside it.
 *
 * <p>A scope belongs to the loop of the task that made it, and is entered once, by any task of that loop. It may be
 * cancelled, given a deadline or shielded before that, which takes effect when it is entered. All methods are for code
 * on that loop, with the exception of {@link #cancel}, which any thread may call.
 */
public interface CancelScope {
    /**
     * Makes a scope without a deadline and a shield, to be entered once.
     *
     * @return the scope
     * @throws IllegalStateException if the caller is no task of an event loop
     */
    static CancelScope create() {
        return Scope.create();
    }

    /**
     * Runs a block in this scope, in the calling task.
     *
     * @param body the block
     * @param <T> its result
     * @param <X> the checked exception that it may throw
     * @return its result; empty if this scope was cancelled and the block ended because of that, or if the result
     *     is null: {@link #caught} tells which
     * @throws X what the block fails with
     * @throws Cancelled if the block ended because of a cancellation from outside of this scope
     * @throws IllegalStateException if this scope has been entered before, or the caller is no task of its loop
     */
    <T extends @Nullable Object, X extends Throwable> Optional<T> call(Body<T, X> body) throws X;

    /**
     * Runs a block without a result in this scope, as {@link #call}.
     *
     * @param body the block
     * @param <X> the checked exception that it may throw
     * @return true if the block ran to its end, false if this scope was cancelled and the block ended because of that
     * @throws X what the block fails with
     * @throws Cancelled if the block ended because of a cancellation from outside of this scope
     * @throws IllegalStateException if this scope has been entered before, or the caller is no task of its loop
     */
    <X extends Throwable> boolean run(Action<X> body) throws X;

    /**
     * Asks for the end of all that runs in this scope. Only the first request counts; none does once the scope has been
     * left. Any thread; from another one than the loop's it takes effect soon.
     *
     * @param reason why; it is in the {@link Cancelled} that is thrown inside
     */
    void cancel(String reason);

    /**
     * Sets the deadline of this scope, or moves it: in so much time from now, by the clock of the loop, the scope is
     * cancelled, unless it has been left by then.
     *
     * @param limit the time, not negative; zero cancels the scope at once
     * @return this
     * @throws IllegalArgumentException if the time is negative
     * @throws IllegalStateException if this scope has been cancelled or left: what has been signalled cannot be
     *     taken back
     */
    CancelScope expireAfter(Duration limit);

    /**
     * Takes the deadline away.
     *
     * @return this
     * @throws IllegalStateException if this scope has been cancelled or left
     */
    CancelScope neverExpire();

    /**
     * {@return the time until the deadline of this scope, not less than zero; empty if it has none}
     */
    Optional<Duration> timeLeft();

    /**
     * Switches the shield on or off. On, it keeps cancellations of scopes around this one out, also such as hold
     * already; off, it lets them in at once.
     *
     * @param on whether this scope is to be shielded
     * @return this
     */
    CancelScope shield(boolean on);

    /**
     * {@return whether this scope is shielded}
     */
    boolean isShielded();

    /**
     * {@return whether this scope itself has been cancelled, by {@link #cancel} or by its deadline, be it that its
     * block ended regardless}
     */
    boolean isCancelled();

    /**
     * {@return whether the block of this scope ended because this scope was cancelled}
     */
    boolean caught();

    /**
     * {@return the request that cancelled this scope, with source, reason, requester and its stack; null if there was
     * none}
     */
    @Nullable
    Cancelled cancellation();
}
