package dev.weft.process.connection;

import dev.weft.Cancelled;
import dev.weft.loop.kernel.FromOutside;
import dev.weft.loop.kernel.TaskCore;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * That something may have become possible: for one wait of one thread or coroutine. It may come for nothing, so that
 * who waits looks again.
 */
final class Readiness extends TaskCore<Boolean> implements FromOutside {
    Readiness(String what) {
        super(what);
    }

    /** Ends the wait; any thread. */
    void come() {
        succeed(true);
    }

    /**
     * Waits.
     *
     * @param deadline until when at most, by {@link Deadlines}
     * @return false if the time is over first
     * @throws Cancelled if the waiter is cancelled, or its thread interrupted
     */
    boolean await(long deadline) {
        if (deadline == Deadlines.NEVER) {
            join();
            return true;
        }
        try {
            Boolean _ = get(Deadlines.left(deadline), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            throw e.getCause() instanceof Cancelled cancelled ? cancelled : new Cancelled("interrupted", e);
        } catch (ExecutionException e) {
            throw new AssertionError("a readiness does not fail", e);
        }
    }

    @Override
    protected String kind() {
        return "readiness";
    }

    @Override
    public boolean cancel(String reason) {
        return false;
    }
}
