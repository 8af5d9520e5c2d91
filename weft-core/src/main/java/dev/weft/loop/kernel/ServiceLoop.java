package dev.weft.loop.kernel;

import dev.weft.Cancelled;
import dev.weft.Task;
import dev.weft.loop.EventLoop;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** An event loop with a thread of its own that serves whoever submits to it. {@code closed} may be set by any thread; the rest is done by the loop. */
public final class ServiceLoop implements EventLoop {
    private final LoopCore loop;
    private final GroupImpl root;
    private final Thread pump;
    private final Promise<@Nullable Void> terminated;
    private volatile boolean closed;

    /**
     * Starts a loop.
     *
     * @param name its name, which is also that of its thread
     */
    public ServiceLoop(String name) {
        loop = LoopCore.create(name);
        root = new GroupImpl(loop);
        loop.root(root);
        terminated = new Promise<>("end of loop " + name);
        pump = Thread.ofPlatform().name("weft-loop-" + name).daemon().unstarted(this::pump);
        pump.start();
    }

    private void pump() {
        try {
            loop.pumpUntilStopped(_ -> {});
            terminated.keep(Nothing.value());
        } catch (Throwable e) {
            terminated.breakWith(e);
            throw e;
        }
    }

    @Override
    public String name() {
        return loop.name();
    }

    @Override
    public boolean isPortable() {
        return loop.portable();
    }

    @Override
    public boolean inLoop() {
        return loop.onLoop();
    }

    @Override
    public <T extends @Nullable Object> Task<T> spawn(Callable<T> body) {
        return start(null, body);
    }

    @Override
    public <T extends @Nullable Object> Task<T> spawn(String name, Callable<T> body) {
        return start(name, body);
    }

    <T extends @Nullable Object> LoopTask<T> start(@Nullable String name, Callable<T> body) {
        refuseOnceClosed("task");
        LoopTask<T> task = new LoopTask<>(loop, root, name, body);
        if (loop.onLoop()) {
            task.arrive();
        } else {
            loop.submit(task);
        }
        return task;
    }

    private void refuseOnceClosed(String what) {
        if (closed) {
            throw new RejectedExecutionException(
                    "loop '" + name() + "' is closed and takes no further " + what + "; open another loop");
        }
    }

    @Override
    public void execute(Runnable action) {
        callSoon(action);
    }

    @Override
    public Handle callSoon(Runnable action) {
        refuseOnceClosed("callback");
        return loop.callSoon(action)::cancel;
    }

    @Override
    public Handle callLater(Duration delay, Runnable action) {
        refuseOnceClosed("callback");
        return loop.callLater(Durations.nanos("a delay", delay), action)::cancel;
    }

    @Override
    public List<Task<?>> tasks() {
        return loop.tasks();
    }

    /** Begins to close, and does not wait. */
    void beginClose() {
        if (closed) {
            return;
        }
        closed = true;
        loop.enqueue((Fresh) _ ->
                root.cancelChildren(Signals.request(Cancelled.Source.SHUTDOWN, "loop '" + name() + "' is closing")));
        loop.enqueue(new LoopTask<>(loop, null, "close of loop " + name(), () -> {
            root.awaitChildren();
            loop.stop();
            return null;
        }));
    }

    @Override
    public void close() {
        if (loop.onLoop()) {
            throw new IllegalStateException(
                    "close of loop '" + name()
                            + "' was called on that loop and would wait for itself; call it from the thread that opened the loop");
        }
        beginClose();
        awaitEnd();
    }

    void awaitEnd() {
        terminated.awaitEndUncancellable(Long.MAX_VALUE);
        terminated.result();
    }

    LoopCore core() {
        return loop;
    }

    @Override
    public String toString() {
        return loop.toString();
    }
}
