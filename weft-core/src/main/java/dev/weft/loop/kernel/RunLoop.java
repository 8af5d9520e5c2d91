package dev.weft.loop.kernel;

import static java.util.Objects.requireNonNull;

import dev.weft.Action;
import dev.weft.AwaitTrace;
import dev.weft.Body;
import dev.weft.Cancelled;
import dev.weft.TimedOutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What {@link dev.weft.Weft} does on a loop: a loop for one block, and the blocks and waits of a coroutine. */
public final class RunLoop {
    private static final AtomicLong NUMBERS = new AtomicLong();

    private RunLoop() {}

    /**
     * Runs a block as the main task of a new loop and returns when all of the loop's tasks have ended.
     *
     * @param body the block
     * @param <T> its result
     * @param <X> its exception
     * @return its result
     * @throws X what it fails with
     */
    public static <T extends @Nullable Object, X extends Throwable> T run(Body<T, X> body) throws X {
        return run(null, body);
    }

    /**
     * Runs a block as {@link #run(Body)}, under the control of a test.
     *
     * @param control what steers the loop, or null
     * @param body the block
     * @param <T> its result
     * @param <X> its exception
     * @return its result
     * @throws X what it fails with
     */
    public static <T extends @Nullable Object, X extends Throwable> T run(
            @Nullable LoopControl control, Body<T, X> body) throws X {
        LoopTask<T> main = main(control, body);
        pump(main);
        return RunLoop.<T, X>outcome(main);
    }

    /**
     * Runs a block as {@link #run(Body)}, as the main program: signals cancel it.
     *
     * @param body the block
     * @param <T> its result
     * @param <X> its exception
     * @return its result
     * @throws X what it fails with
     */
    public static <T extends @Nullable Object, X extends Throwable> T runProgram(Body<T, X> body) throws X {
        LoopTask<T> main = main(null, body);
        Integer status;
        try (SignalGuard guard = SignalGuard.open(main)) {
            pump(main);
            status = guard.exitStatus();
        }
        if (status != null) {
            Runtime.getRuntime().exit(status);
        }
        return RunLoop.<T, X>outcome(main);
    }

    /** Makes a loop and its main task. */
    private static <T extends @Nullable Object> LoopTask<T> main(@Nullable LoopControl control, Body<T, ?> body) {
        LoopCore outer = LoopCore.currentOrNull();
        if (outer != null) {
            throw new IllegalStateException(
                    "Weft.run was called by a coroutine of loop '" + outer.name()
                            + "', which would stop while another loop runs inside it; call the block directly, or spawn it as a task");
        }
        LoopCore loop = LoopCore.create("run-" + NUMBERS.incrementAndGet(), control);
        LoopTask<T> main = new LoopTask<>(loop, null, "main of " + loop.name(), () -> runMain(loop, unchecked(body)));
        main.whenDone(_ -> loop.stop());
        return main;
    }

    /** Runs the loop of a main task to its end. */
    private static void pump(LoopTask<?> main) {
        LoopCore loop = main.loop();
        if (Thread.currentThread().isVirtual()) {
            Thread pump = Thread.ofPlatform().name("weft-" + loop.name()).unstarted(() -> loop.pumpUntilStopped(main));
            pump.start(); // a virtual thread cannot carry others
            joinOrCancel(main);
        } else {
            var watch = new InterruptWatch(() -> main.cancel(new Cancelled(
                    Cancelled.Source.INTERRUPT,
                    "the thread that runs loop '" + loop.name() + "' was interrupted",
                    null,
                    null)));
            watch.start();
            try {
                loop.pumpUntilStopped(main);
            } finally {
                watch.stop();
            }
        }
    }

    /** {@return the result of a task that has ended}; throws a failure as itself, with the stack of the caller. */
    static <T extends @Nullable Object, X extends Throwable> T outcome(TaskCore<T> main) throws X {
        Throwable failure = main.failure();
        if (failure != null) {
            failure.addSuppressed(new AwaitTrace(main.name()));
            throw RunLoop.<X>as(failure);
        }
        return main.result();
    }

    /** {@return a block as the body of a task, which fails with whatever the block throws} */
    static <T extends @Nullable Object> Callable<T> asCallable(Body<T, ?> body) {
        Body<T, RuntimeException> quiet = unchecked(body);
        return quiet::call;
    }

    /** {@return a block without a result as one whose result is null} */
    static <X extends Throwable> Body<@Nullable Void, X> asBody(Action<X> body) {
        requireNonNull(body, "body");
        return () -> {
            body.run();
            return Nothing.value();
        };
    }

    private static void joinOrCancel(LoopTask<?> main) {
        try {
            main.join();
        } catch (Cancelled e) {
            main.cancel(e);
            main.awaitEndUncancellable(Long.MAX_VALUE);
        }
    }

    private static <T extends @Nullable Object, X extends Throwable> T runMain(LoopCore loop, Body<T, X> body)
            throws X {
        LoopTask<?> self = LoopTask.current("the main task");
        GroupImpl root = GroupImpl.openSupervising(self);
        loop.root(root);
        T result;
        try {
            result = body.call();
        } catch (Throwable failure) {
            root.closeForOwner();
            for (Throwable unobserved : root.unobservedFailures()) {
                if (unobserved != failure) {
                    failure.addSuppressed(unobserved);
                }
            }
            throw failure;
        }
        root.closeForOwner();
        List<Throwable> unobserved = root.unobservedFailures();
        if (!unobserved.isEmpty()) {
            Throwable first = unobserved.getFirst();
            unobserved.stream().skip(1).filter(other -> other != first).forEach(first::addSuppressed);
            throw self.unchecked(first);
        }
        return result;
    }

    /** Hides the checked exception of a block from the compiler, which cannot see it come out at the other end. */
    @SuppressWarnings("unchecked")
    private static <T extends @Nullable Object> Body<T, RuntimeException> unchecked(Body<T, ?> body) {
        return (Body<T, RuntimeException>) body;
    }

    /**
     * Lets a throwable pass as the type that the caller declares; who calls knows that it is of that type or unchecked.
     */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    static <X extends Throwable> X as(Throwable failure) {
        return (X) failure;
    }

    /**
     * Spawns a task into the root group of the current loop.
     *
     * @param name its name or null
     * @param body what it does
     * @param <T> its result
     * @return the task
     */
    public static <T extends @Nullable Object> dev.weft.Task<T> spawn(@Nullable String name, Callable<T> body) {
        return LoopTask.current("Weft.spawn").loop().root().start(name, body);
    }

    /**
     * Spawns a task without a result into the root group of the current loop.
     *
     * @param body what it does
     * @return the task
     */
    public static dev.weft.Task<@Nullable Void> spawn(Action<? extends Exception> body) {
        return LoopTask.current("Weft.spawn").loop().root().spawn(body);
    }

    /**
     * Runs a block with a limit of time in the calling task.
     *
     * @param limit the limit
     * @param body the block
     * @param <T> its result
     * @param <X> its exception
     * @return its result
     * @throws X what it fails with
     */
    public static <T extends @Nullable Object, X extends Throwable> T withTimeout(Duration limit, Body<T, X> body)
            throws X {
        LoopTask<?> task = LoopTask.current("Weft.withTimeout");
        Scope scope = Scope.create();
        scope.expireAfter(limit);
        T result;
        try {
            result = scope.execute("Weft.withTimeout", body);
        } catch (Throwable failure) {
            if (scope.isCancelled() && !Signals.isCancellation(failure)) {
                failure.addSuppressed(timedOut(task, limit, null));
            }
            throw failure;
        }
        Throwable signal = scope.caughtSignal();
        if (signal != null) {
            throw timedOut(task, limit, signal);
        }
        return result;
    }

    private static TimedOutException timedOut(LoopTask<?> task, Duration limit, @Nullable Throwable signal) {
        var timedOut = new TimedOutException("a block of task '" + task.name() + "'", limit);
        if (signal != null) {
            timedOut.initCause(signal);
        }
        return timedOut;
    }

    /**
     * Runs a block in the calling task that no cancellation from outside reaches.
     *
     * @param body the block
     * @param <T> its result
     * @param <X> its exception
     * @return its result
     * @throws X what it fails with
     */
    public static <T extends @Nullable Object, X extends Throwable> T shield(Body<T, X> body) throws X {
        LoopTask.current("Weft.shield");
        return Scope.create().shield(true).execute("Weft.shield", body);
    }

    /** Throws if the caller has been cancelled; gives way first where that lets the loop find out. */
    public static void checkpoint() {
        Waiter self = Waiter.current();
        self.checkpoint();
        if (self instanceof Strand strand && strand.loop.hasMoreToDo()) {
            strand.yieldPass();
            expireIfDue(strand);
            self.checkpoint();
        }
    }

    /**
     * Runs a block of a coroutine that must not be suspended.
     *
     * @param body the block
     * @param <T> its result
     * @param <X> its exception
     * @return its result
     * @throws X what it fails with
     */
    public static <T extends @Nullable Object, X extends Throwable> T atomically(Body<T, X> body) throws X {
        Strand self = Strand.current();
        if (self == null) {
            throw new IllegalStateException("Weft.atomically needs a coroutine of an event loop, and thread '"
                    + Thread.currentThread().getName() + "' is none; threads need a lock instead");
        }
        return self.atomically(body);
    }

    /** Throws if the caller has been cancelled, and does nothing else. */
    public static void checkCancelled() {
        Waiter self = Waiter.current();
        if (self instanceof Strand strand) {
            expireIfDue(strand);
        }
        self.checkpoint();
    }

    /** Lets a deadline that passed meanwhile count: its turn in the loop may come after the caller's. */
    private static void expireIfDue(Strand strand) {
        LoopTask<?> task = strand.task;
        if (task != null && task.scope != null) {
            task.scope.expireIfDue();
        }
    }

    /**
     * Suspends the caller for a time.
     *
     * @param duration how long; zero is one pass of the loop
     */
    public static void sleep(Duration duration) {
        long nanos = Durations.nanos("a sleep", duration);
        Waiter self = Waiter.current();
        self.checkpoint();
        if (nanos == 0) {
            if (self instanceof Strand strand) {
                strand.yieldPass();
                expireIfDue(strand);
            } else {
                Thread.yield();
            }
            self.checkpoint();
            return;
        }
        sleep(self, nanos, self.nanoTime() + nanos);
    }

    /** Suspends at least once, however short the time: others must get their turn. */
    private static void sleep(Waiter self, long nanos, long end) {
        for (long left = nanos; left > 0; left = end - self.nanoTime()) {
            self.parkNanos("sleep", left);
            self.checkpoint();
        }
        self.leave();
    }

    /** Suspends the caller until a time by its clock; for one pass of the loop if that is over. */
    static void sleepUntil(long end) {
        Waiter self = Waiter.current();
        long left = end - self.nanoTime();
        if (left <= 0) {
            sleep(Duration.ZERO);
        } else {
            self.checkpoint();
            sleep(self, left, end);
        }
    }
}
