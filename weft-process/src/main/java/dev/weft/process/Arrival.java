package dev.weft.process;

import dev.weft.Cancelled;
import dev.weft.loop.kernel.FromOutside;
import dev.weft.loop.kernel.TaskCore;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What the one who iterates a map waits for, thread or coroutine: that something has ended. For one wait. */
final class Arrival extends TaskCore<Boolean> implements FromOutside {
    Arrival(String map) {
        super(map);
    }

    void come() {
        succeed(true);
    }

    /**
     * Waits.
     *
     * @param nanos how long at most; {@link Long#MAX_VALUE} is for ever
     * @return false if the time is over first
     * @throws Cancelled if the waiter is cancelled, or its thread interrupted
     */
    boolean await(long nanos) {
        if (nanos == Long.MAX_VALUE) {
            join();
            return true;
        }
        try {
            Boolean _ = get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            throw e.getCause() instanceof Cancelled cancelled ? cancelled : new Cancelled("interrupted", e);
        } catch (ExecutionException e) {
            throw new AssertionError("an arrival does not fail", e);
        }
    }

    @Override
    protected String kind() {
        return "map";
    }

    @Override
    public boolean cancel(String reason) {
        return false;
    }
}
