package dev.weft.loop.kernel;

import dev.weft.Cancelled;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A loop that goes on until somebody ends it, and owns its tasks itself.
 *
 * <pre>
 *   open ──shutdown or close──► shut ──its tasks have ended──► terminated
 * </pre>
 *
 * <p>Whoever shuts the loop has it run one more task, which waits for all others and stops the pump.
 */
abstract class EndingLoop extends LoopFace {
    private final GroupImpl root;
    private final AtomicBoolean shut = new AtomicBoolean();
    private final Promise<@Nullable Void> terminated;

    EndingLoop(LoopCore loop) {
        super(loop, loop.now());
        loop.face(this);
        root = new GroupImpl(loop);
        loop.root(root);
        terminated = new Promise<>("end of loop " + loop.name());
    }

    @Override
    final GroupImpl root() {
        return root;
    }

    @Override
    final boolean refuses() {
        return shut.get();
    }

    /** Runs the pump, and tells those who wait when the loop has ended or died; false if it has only paused. */
    final boolean pump() {
        try {
            boolean ended = loop.pump(null);
            if (ended) {
                ended();
            }
            return ended;
        } catch (Throwable e) {
            died(e);
            throw e;
        }
    }

    /** Tells those who wait that the loop has ended. */
    final void ended() {
        terminated.keep(Nothing.value());
    }

    /** Tells those who wait that the loop has died. */
    final void died(Throwable why) {
        shut.set(true);
        terminated.breakWith(why);
    }

    @Override
    public final void shutdown() {
        if (!shut.compareAndSet(false, true)) {
            return;
        }
        endPeriodicTasks();
        loop.enqueue(new LoopTask<>(loop, null, "end of loop " + name(), () -> {
            root.awaitChildren();
            root.reportUnobserved();
            loop.stop();
            return null;
        }));
    }

    @Override
    public final List<Runnable> shutdownNow() {
        shutdown();
        loop.enqueue((Fresh) _ ->
                root.cancelChildren(Signals.request(Cancelled.Source.SHUTDOWN, "loop '" + name() + "' is closing")));
        return List.of();
    }

    @Override
    public final boolean isShutdown() {
        return shut.get();
    }

    @Override
    public final boolean isTerminated() {
        return terminated.isDone();
    }

    @Override
    public final boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        try {
            terminated.get(timeout, unit);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            return true; // terminated, if not cleanly: close() reports it
        }
    }

    @Override
    public void close() {
        if (loop.onLoop()) {
            throw new IllegalStateException(
                    "close of loop '" + name()
                            + "' was called on that loop and would wait for itself; call it from the thread that opened the loop, or use shutdownNow()");
        }
        shutdownNow();
        awaitEnd();
    }

    final void awaitEnd() {
        terminated.awaitEndUncancellable(Long.MAX_VALUE);
        terminated.result();
    }
}
