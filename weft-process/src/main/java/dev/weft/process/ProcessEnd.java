package dev.weft.process;

import dev.weft.Cancelled;
import dev.weft.loop.kernel.FromOutside;
import dev.weft.loop.kernel.TaskCore;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The end of a process, for those who wait for it, threads and coroutines. */
final class ProcessEnd extends TaskCore<Boolean> implements FromOutside {
    ProcessEnd(String what) {
        super(what);
    }

    void come() {
        succeed(true);
    }

    boolean await(Duration timeout) {
        try {
            Boolean _ = get(Timers.nanos(timeout), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            throw e.getCause() instanceof Cancelled cancelled ? cancelled : new Cancelled("interrupted", e);
        } catch (ExecutionException e) {
            throw new AssertionError("the end of a process does not fail", e);
        }
    }

    @Override
    protected String kind() {
        return "process";
    }

    @Override
    public boolean cancel(String reason) {
        return false;
    }
}
