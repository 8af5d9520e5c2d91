package dev.weft.loop.kernel;

import dev.weft.Cancelled;
import org.jspecify.annotations.Nullable;

/**
 * A task that nothing runs: whoever holds it ends it, from any thread; how results of callbacks reach coroutines.
 *
 * @param <T> the result
 */
public final class Promise<T extends @Nullable Object> extends TaskCore<T> {
    private volatile @Nullable Runnable onCancel;

    /**
     * Makes a pending promise.
     *
     * @param name what it promises, for messages
     */
    public Promise(String name) {
        super(name);
    }

    @Override
    protected String kind() {
        return "promise";
    }

    /**
     * Ends it with a result.
     *
     * @param result the result
     * @return false if it had already ended
     */
    public boolean keep(T result) {
        return succeed(result);
    }

    /**
     * Ends it with a failure.
     *
     * @param failure the failure
     * @return false if it had already ended
     */
    public boolean breakWith(Throwable failure) {
        return fail(failure);
    }

    /**
     * Says what is to be done when it is cancelled.
     *
     * @param action called at most once, by the cancelling thread
     */
    public void onCancel(Runnable action) {
        onCancel = action;
    }

    @Override
    public boolean cancel(String reason) {
        boolean first = endCancelled(Signals.request(Cancelled.Source.REQUEST, reason));
        Runnable action = onCancel;
        if (first && action != null) {
            action.run();
        }
        return first;
    }
}
