package dev.weft.testing;

import dev.weft.Task;
import dev.weft.loop.kernel.Waiter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait until nothing is ready, and the one among them who moves the clock. Loop thread only.
 *
 * <p>When nothing is ready, those who only wait for that go on first. Once there are none of them, the clock goes to
 * the next timer before the time that it is to be moved to, or to that time; and then its mover goes on.
 */
final class Quiescence {
    /** A coroutine that waits. */
    private static final class Pause {
        private final Waiter waiter;
        private boolean over;

        private Pause(Waiter waiter) {
            this.waiter = waiter;
        }

        private void end() {
            over = true;
            waiter.unpark();
        }

        @Override
        public String toString() {
            return "quiescence";
        }
    }

    private final LongConsumer clock;
    private final List<Pause> pauses = new ArrayList<>();
    private @Nullable Pause mover;
    private long target;

    /**
     * Makes it for a clock.
     *
     * @param clock is told what time it shows
     */
    Quiescence(LongConsumer clock) {
        this.clock = clock;
    }

    /** {@return whether anybody waits} */
    boolean isAwaited() {
        return !pauses.isEmpty();
    }

    /** Waits until nothing is ready. */
    void await() {
        pause(new Pause(Waiter.current()));
    }

    /** Moves the clock to a time, and waits until it shows that and nothing is ready. */
    void awaitTime(long time) {
        if (mover != null) {
            throw new IllegalStateException(
                    "another coroutine is advancing this clock; let one coroutine of the test do that");
        }
        var pause = new Pause(Waiter.current());
        mover = pause;
        target = time;
        try {
            pause(pause);
        } finally {
            mover = null;
        }
    }

    private void pause(Pause pause) {
        Waiter self = pause.waiter;
        if (!(self.party() instanceof Task<?>)) {
            throw new IllegalStateException("this needs a coroutine of the test, and thread '"
                    + Thread.currentThread().getName() + "' is none; call it in the test or in a task that it started");
        }
        pauses.add(pause);
        try {
            while (!pause.over) {
                self.checkpoint();
                self.park(pause);
            }
            self.checkpoint();
        } finally {
            pauses.remove(pause);
            self.leave();
        }
    }

    /**
     * Serves those who wait, since nothing is ready.
     *
     * @param timers whether there is a timer
     * @param deadline the time of the first one
     * @return whether somebody can go on, or the clock has been moved
     */
    boolean moveOn(boolean timers, long deadline) {
        boolean moved = false;
        for (Pause pause : List.copyOf(pauses)) {
            if (pause != mover && !pause.over) {
                pause.end();
                moved = true;
            }
        }
        Pause advance = mover;
        if (moved || advance == null || advance.over) {
            return moved;
        }
        if (timers && deadline - target <= 0) {
            clock.accept(deadline);
        } else {
            clock.accept(target);
            advance.end();
        }
        return true;
    }
}
