package dev.weft;

import dev.weft.loop.kernel.LoopControl;
import dev.weft.loop.kernel.RunLoop;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A clock for tests of this module, which cannot use the test kit: it jumps to the next timer when nothing can run, and
 * where a test moves it.
 */
final class JumpingClock extends LoopControl {
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(10);

    private final AtomicLong now = new AtomicLong(TimeUnit.DAYS.toNanos(1));

    /** Runs a block on a loop with this clock. */
    <X extends Throwable> void run(Action<X> body) throws X {
        RunLoop.<@Nullable Void, X>run(this, () -> {
            body.run();
            return null;
        });
    }

    /** Moves the clock, without a checkpoint: as if the caller had computed for so long. */
    void advance(Duration time) {
        now.addAndGet(time.toNanos());
    }

    @Override
    public long now() {
        return now.get();
    }

    @Override
    protected boolean chooses() {
        return false;
    }

    @Override
    protected int choose(@Nullable Object[] parties, int size) {
        return 0;
    }

    @Override
    protected long idle(boolean timers, long deadline, long realNanos) {
        if (realNanos >= 0) {
            return realNanos;
        }
        if (!timers) {
            return PATIENCE;
        }
        now.accumulateAndGet(deadline, Math::max);
        return 0;
    }

    @Override
    protected long timedWait(long nanos) {
        return nanos;
    }

    @Override
    protected void suspends(Object party, @Nullable Object blocker, boolean outside) {}

    @Override
    protected void goesOn(Object party, @Nullable Object blocker, boolean outside) {}

    @Override
    protected void made(Task<?> task) {}

    @Override
    protected void checkpoint(Task<?> task) {}

    @Override
    protected void uncaught(Throwable failure) {}
}
