package dev.weft.loop.kernel;

import static java.util.Objects.requireNonNull;

import dev.weft.Body;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A loop that runs while a thread calls {@link #run(Body)} or {@link #runForever}; between two runs everything stays as
 * it is.
 *
 * <p>{@code runner} is the thread that has the loop to itself, and so orders the runs of several threads.
 */
final class CallerLoop extends EndingLoop {
    private final AtomicReference<@Nullable Thread> runner = new AtomicReference<>();

    CallerLoop(String name, LoopOptions options) {
        super(LoopCore.create(name, options));
    }

    @Override
    public boolean isRunning() {
        return runner.get() != null;
    }

    @Override
    public <T extends @Nullable Object, X extends Throwable> T run(Body<T, X> body) throws X {
        requireNonNull(body, "body");
        if (loop.onLoop() || !take()) {
            return call(body);
        }
        try {
            refuseIfItCannotRun("run");
            LoopTask<T> main = start("main of " + name(), RunLoop.asCallable(body));
            Object watch = main.watch(_ -> loop.pause());
            runUntilPaused(() -> main.cancel("the thread that runs loop '" + name() + "' was interrupted"));
            main.unwatch(watch);
            if (!main.isDone()) {
                throw new IllegalStateException(
                        "loop '" + name() + "' was stopped before " + main
                                + " ended, which goes on when the loop runs again; call stop() after the block, or runForever() instead of run");
            }
            return RunLoop.<T, X>outcome(main);
        } finally {
            runner.set(null);
        }
    }

    @Override
    public void runForever() {
        if (!take()) {
            throw new IllegalStateException(
                    "runForever was called by thread '" + Thread.currentThread().getName() + "', and loop '" + name()
                            + "' is run already, by " + runner.get()
                            + "; a loop has one runner, and others submit to it");
        }
        try {
            refuseIfItCannotRun("runForever");
            if (refuses() && isTerminated()) {
                throw new RejectedExecutionException(
                        "loop '" + name() + "' is closed and cannot run again; create another loop");
            }
            runUntilPaused(loop::pause);
        } finally {
            runner.set(null);
        }
    }

    private boolean take() {
        return runner.compareAndSet(null, Thread.currentThread());
    }

    private void refuseIfItCannotRun(String call) {
        LoopCore other = LoopCore.currentOrNull();
        if (other != null) {
            throw new IllegalStateException(call + " of loop '" + name() + "' was called by a coroutine of loop '"
                    + other.name()
                    + "', which would stop while this one runs inside it; open this loop with a thread of its own");
        }
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException(
                    call + " of loop '" + name()
                            + "' was called by a virtual thread, which cannot carry coroutines; call it from a platform thread, or open the loop with a thread of its own");
        }
    }

    private void runUntilPaused(Runnable onInterrupt) {
        var watch = new InterruptWatch(onInterrupt);
        watch.start();
        try {
            pump();
        } finally {
            watch.stop();
        }
    }

    @Override
    public void stop() {
        loop.pause();
    }

    @Override
    public void close() {
        if (!loop.onLoop() && !isTerminated()) {
            if (!take()) {
                throw new IllegalStateException("close of loop '" + name() + "' was called while " + runner.get()
                        + " runs it; call stop() first and close it when run or runForever has returned");
            }
            try {
                shutdownNow();
                pumpToTheEnd();
            } finally {
                runner.set(null);
            }
        }
        super.close();
    }

    private void pumpToTheEnd() {
        Runnable body = () -> {
            while (!pump()) {
                // a stop that was asked for before does not count any more
            }
        };
        if (Thread.currentThread().isVirtual()) {
            Thread.ofPlatform().name("weft-" + name()).unstarted(body).start();
            awaitEnd(); // a virtual thread cannot carry others
        } else {
            body.run();
        }
    }
}
