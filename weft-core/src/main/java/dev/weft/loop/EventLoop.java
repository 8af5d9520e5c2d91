package dev.weft.loop;

import dev.weft.Action;
import dev.weft.Body;
import dev.weft.Task;
import dev.weft.loop.kernel.LoopBuilder;
import dev.weft.loop.kernel.LoopFace;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An event loop that a program keeps; {@link dev.weft.Weft#run} makes one for a single block.
 *
 * <p>Tasks of a loop are coroutines: one runs at a time, and it gives way to the others wherever it waits. Code confined to a loop needs no locks between
 * such points. All methods may be called from any thread.
 *
 * <pre>{@code
 * try (EventLoop loop = EventLoop.open("prices")) {
 *     Task<Price> price = loop.spawn(() -> fetch("EUR"));
 *     ...
 *     price.await();
 * }
 * }</pre>
 *
 * <h2>Who runs it</h2>
 *
 * <table>
 * <caption>Three ways to have a loop</caption>
 * <tr><th>made by</th><th>runs on</th><th>ends by</th></tr>
 * <tr><td>{@link #open}</td><td>a daemon thread of its own, at once</td><td>{@link #close} or {@link #shutdown}</td></tr>
 * <tr><td>{@link #create}</td><td>whichever thread calls {@link #run(Body) run} or {@link #runForever}, while it does; what is scheduled in between waits</td>
 *   <td>{@link #close}, when it does not run</td></tr>
 * <tr><td>{@link Builder#executor}</td><td>the threads of an {@link Executor}, one short pass after the other: the event thread of a window, for instance</td>
 *   <td>{@link #close} or {@link #shutdown}</td></tr>
 * </table>
 *
 * <h2>As an executor</h2>
 *
 * <p>A loop is a {@link ScheduledExecutorService} for libraries that want one. Whatever is submitted runs as a task of the loop, so that it may wait, and must not compute for long. There are
 * three differences to a pool of threads: tasks take turns instead of running in parallel; {@link java.util.concurrent.Future#cancel} is a request that the task answers at its next checkpoint, so that
 * {@code isDone} may follow later; and {@link #close} cancels what runs instead of waiting for it ({@link #shutdown} does not).
 *
 * <p>What a caller did before it submitted happens-before what is submitted, and that happens-before whatever reports its end.
 */
public interface EventLoop extends ScheduledExecutorService {
    /**
     * A call that a loop is to make: it can be called off, and waited for. Its result is null; what the function throws goes to the {@linkplain Builder#exceptionHandler handler} of the loop and
     * to whoever calls {@link #get()}.
     */
    interface Handle extends ScheduledFuture<@Nullable Void> {
        /** Keeps the call from being made if it has not begun; any thread, idempotent. A call that has begun runs to its end. */
        default void cancel() {
            cancel(false);
        }
    }

    /**
     * What a loop tells its exception handler.
     *
     * @param loop the loop
     * @param message what happened, in a sentence
     * @param exception what was thrown; where a coroutine holds the loop up, an exception with the stack of that coroutine; null if there is none
     * @param task the task that it happened in, or null
     * @param handle the call that it happened in, or null
     */
    record Report(
            EventLoop loop,
            String message,
            @Nullable Throwable exception,
            @Nullable Task<?> task,
            @Nullable Handle handle) {}

    /**
     * What a loop is doing at one moment.
     *
     * @param tasks how many tasks have begun and not ended
     * @param waiting how many of them wait, for one another, for a time or for something outside
     * @param ready how many steps of coroutines and calls could be made at once
     * @param timers how many calls, sleeps and time limits are pending
     */
    record Statistics(int tasks, int waiting, int ready, int timers) {}

    /**
     * Decides what each new task of a loop runs: the hook for tracing, timing and carrying context.
     *
     * <pre>{@code
     * TaskFactory timed = (task, body) -> () -> {
     *     long start = System.nanoTime();
     *     try {
     *         return body.call();
     *     } finally {
     *         took(task.name(), System.nanoTime() - start);
     *     }
     * };
     * }</pre>
     */
    @FunctionalInterface
    interface TaskFactory {
        /**
         * Called for each task before it is queued, in the thread or coroutine that starts it. What it throws is thrown there, and reported to the exception handler; the task then never existed.
         *
         * @param task the task, which has not begun
         * @param body what it was to run
         * @return what it is to run: the body, or something around it with the same result
         */
        Callable<?> create(Task<?> task, Callable<?> body);
    }

    /** Makes loops that differ from {@code open(name)}; each call returns this builder. Not thread-safe. */
    interface Builder {
        /**
         * Names the loop, for messages and its thread; {@code loop-1} and so on if it is left out.
         *
         * @param name the name
         * @return this
         */
        Builder name(String name);

        /**
         * Switches debug mode on or off; what the property {@code weft.debug} says if it is left out. In debug mode each task remembers where it was started, which a failure then carries as a suppressed
         * exception, and the {@linkplain #watchdog watchdog} is on with a threshold of 100 ms. It makes starting a task some ten times dearer.
         *
         * @param on whether it is on
         * @return this
         */
        Builder debug(boolean on);

        /**
         * Says who hears of what nobody awaits: functions of {@link EventLoop#callSoon} and {@link EventLoop#execute} that throw, tasks of the loop whose failure nobody looked at until the end,
         * coroutines that hold the loop up.
         *
         * <p>The handler is called by whoever found out: a coroutine of the loop, or a thread that watches it. What it throws is passed on to the uncaught-exception handler of that thread together
         * with the report, and the loop lives on. Without a handler failures go to that uncaught-exception handler, and what the watchdog finds to the logger {@code dev.weft}.
         *
         * @param handler receives each report
         * @return this
         */
        Builder exceptionHandler(Consumer<? super Report> handler);

        /**
         * Sets a hook that decides what each task runs.
         *
         * @param factory the hook
         * @return this
         */
        Builder taskFactory(TaskFactory factory);

        /**
         * Has a thread look whether a coroutine holds the loop up for longer than this, and report its stack while it does, once each time. Off if it is left out, unless in debug mode or where the property
         * {@code weft.watchdog} gives milliseconds.
         *
         * @param threshold how long a coroutine may run without waiting; zero switches the watchdog off
         * @return this
         * @throws IllegalArgumentException if it is negative
         */
        Builder watchdog(Duration threshold);

        /**
         * Runs the loop on the threads of an executor instead of one of its own: each pass is one short task there, and between two passes the thread is free for others. While a coroutine runs, the thread
         * waits for it, so that neither runs at the same time as the other; so a coroutine may touch what belongs to that thread. It is another thread by identity, though.
         *
         * <p>Such a loop always uses the portable scheduler, where a blocking call of the JDK holds the executor's thread as it would without Weft: the waits of Weft do not.
         *
         * @param executor runs the passes, one at a time; must not run them inside {@code execute}
         * @return this
         */
        Builder executor(Executor executor);

        /**
         * Makes the loop and starts it: on its executor, or else on a daemon thread of its own.
         *
         * @return the loop
         */
        EventLoop open();

        /**
         * Makes a loop for the thread that calls {@link EventLoop#run(Body)} or {@link EventLoop#runForever}.
         *
         * @return the loop, which does not run
         * @throws IllegalStateException if there is an {@link #executor}, which runs the loop already
         */
        EventLoop create();
    }

    /**
     * Starts a loop on a daemon thread.
     *
     * @param name its name, for messages and the name of its thread
     * @return the loop
     */
    static EventLoop open(String name) {
        return builder().name(name).open();
    }

    /**
     * Makes a loop that runs while a thread calls {@link #run(Body)} or {@link #runForever}.
     *
     * @param name its name, for messages
     * @return the loop, which does not run
     */
    static EventLoop create(String name) {
        return builder().name(name).create();
    }

    /**
     * {@return a builder of loops}
     */
    static Builder builder() {
        return new LoopBuilder();
    }

    /**
     * {@return the loop whose task or callback calls, that of a {@link dev.weft.Weft#run} included}
     *
     * @throws IllegalStateException if the caller runs on no loop
     */
    static EventLoop current() {
        return LoopFace.current();
    }

    /**
     * {@return the name of this loop}
     */
    String name();

    /**
     * {@return whether this loop runs on the portable scheduler, where blocking JDK calls hold it up, because the JVM lacks the flag
     * that {@code weft doctor} names}
     */
    boolean isPortable();

    /**
     * {@return whether the caller is a task or callback of this loop}
     */
    boolean inLoop();

    /**
     * {@return the time on the clock of this loop: how long ago the loop was made}. The clock only goes forward, and under test it may be a virtual one.
     */
    Duration time();

    /**
     * Starts a task that the loop itself owns: it is cancelled when the loop is closed. A failure that nobody looks at is reported then.
     *
     * @param body what it does
     * @param <T> its result
     * @return the task
     * @throws RejectedExecutionException if the loop is closed
     */
    <T extends @Nullable Object> Task<T> spawn(Callable<T> body);

    /**
     * Starts a named task, as {@link #spawn(Callable)}.
     *
     * @param name the name of the task
     * @param body what it does
     * @param <T> its result
     * @return the task
     * @throws RejectedExecutionException if the loop is closed
     */
    <T extends @Nullable Object> Task<T> spawn(String name, Callable<T> body);

    /**
     * Starts a task without a result, as {@link #spawn(Callable)}.
     *
     * @param body what it does
     * @return the task
     * @throws RejectedExecutionException if the loop is closed
     */
    Task<@Nullable Void> spawn(Action<? extends Exception> body);

    /**
     * Runs a block as a task of this loop and waits for its end: how other threads, and coroutines of other loops, call into a loop.
     *
     * <p>Cancellation travels both ways. If the caller is cancelled or its thread interrupted, so is the block, and this method throws {@link dev.weft.Cancelled} once the block has ended; a value that the
     * block returns all the same wins. If somebody cancels the block, this method throws {@link java.util.concurrent.CancellationException}. If nobody runs the loop, this waits until somebody does.
     *
     * @param body the block
     * @param <T> its result
     * @param <X> the checked exception that it may throw
     * @return its result
     * @throws X what the block fails with, as itself, with the stack of the caller as a suppressed {@link dev.weft.AwaitTrace}
     * @throws dev.weft.Cancelled if the caller is cancelled
     * @throws java.util.concurrent.CancellationException if the block is cancelled
     * @throws IllegalStateException if called on this loop, which would wait for itself
     * @throws RejectedExecutionException if the loop is closed
     */
    <T extends @Nullable Object, X extends Throwable> T call(Body<T, X> body) throws X;

    /**
     * Runs a block without a result, as {@link #call(Body)}.
     *
     * @param body the block
     * @param <X> the checked exception that it may throw
     * @throws X what the block fails with
     */
    <X extends Throwable> void call(Action<X> body) throws X;

    /**
     * Calls a function on the very thread that the {@linkplain Builder#executor executor} lends to this loop, and
     * returns its result: for toolkits that look which thread calls them. A coroutine has that thread to itself while
     * it runs, but is another thread by identity.
     *
     * <pre>{@code
     * String name = ui.onExecutor(() -> {
     *     assert EventQueue.isDispatchThread();
     *     return field.getText();
     * });
     * }</pre>
     *
     * <p>The caller stays where it is, and nothing else runs on this loop meanwhile: this is no checkpoint, and is
     * allowed in {@code Weft.atomically}. The function is no coroutine. It must not wait for anything that this loop
     * has to do; waits of Weft are refused there. A modal dialog may be shown in it, which holds this loop up and the
     * window not. On a loop that has no executor the function is just called. Each side's actions happen-before what
     * the other does next.
     *
     * @param body the function
     * @param <T> its result
     * @param <X> the checked exception that it may throw
     * @return its result
     * @throws X what the function fails with, the same object
     * @throws IllegalStateException if the caller is no coroutine of this loop, nor such a function
     */
    <T extends @Nullable Object, X extends Throwable> T onExecutor(Body<T, X> body) throws X;

    /**
     * Calls a function without a result on the thread of the executor, as {@link #onExecutor(Body)}.
     *
     * @param body the function
     * @param <X> the checked exception that it may throw
     * @throws X what the function fails with
     */
    <X extends Throwable> void onExecutor(Action<X> body) throws X;

    /**
     * Runs a block on this loop and returns its result. If the loop was made by {@link #create} and does not run, the calling thread runs it until the block has ended, and other tasks of the loop with it; those
     * that have not ended then wait for the next run. In any other case this is {@link #call(Body)}.
     *
     * <p>An interrupt of the calling thread cancels the block.
     *
     * @param body the block
     * @param <T> its result
     * @param <X> the checked exception that it may throw
     * @return its result
     * @throws X what the block fails with
     * @throws dev.weft.Cancelled if the caller is cancelled
     * @throws java.util.concurrent.CancellationException if the block is cancelled
     * @throws IllegalStateException if called on a loop; if {@link #stop} was called before the block ended, which goes on in the next run; if the calling thread, since it is virtual, cannot run a loop
     * @throws RejectedExecutionException if the loop is closed
     */
    <T extends @Nullable Object, X extends Throwable> T run(Body<T, X> body) throws X;

    /**
     * Runs a block without a result, as {@link #run(Body)}.
     *
     * @param body the block
     * @param <X> the checked exception that it may throw
     * @throws X what the block fails with
     */
    <X extends Throwable> void run(Action<X> body) throws X;

    /**
     * Runs a loop that was made by {@link #create} on the calling thread until {@link #stop} is called or the thread is interrupted. If {@code stop} was called before, this makes exactly one
     * pass: what is ready runs, and what that adds waits for the next run.
     *
     * @throws IllegalStateException if something else runs this loop already, or the calling thread cannot: it runs a loop, or is virtual
     * @throws RejectedExecutionException if the loop is closed
     */
    void runForever();

    /**
     * Ends {@link #runForever} or {@link #run(Body)} after the current pass; nothing is cancelled, and the loop can run again. If the loop does not run, the next run makes one pass.
     *
     * @throws IllegalStateException if the loop was not made by {@link #create}: it has nobody who would run it again, and ends by {@link #close}
     */
    void stop();

    /**
     * {@return whether some thread runs this loop at the moment, or will as soon as there is work}
     */
    boolean isRunning();

    /**
     * Calls a function on the loop in its next pass, after what is ready now; never inside this call. Calls are made in the order in which they are asked for.
     * What the function throws goes to the exception handler, and the loop goes on.
     *
     * <p>The function is no task: it may wait, but not open groups or time limits, and nobody cancels it once it has begun.
     *
     * @param action the function
     * @return the handle
     * @throws RejectedExecutionException if the loop is closed
     */
    Handle callSoon(Runnable action);

    /**
     * Calls a function on the loop after a time, by a clock that only goes forward. Calls whose time is over are made in the order of their times, equal ones in the order in which they were asked for. What has not been called
     * when the loop ends never is.
     *
     * @param delay the time, not negative
     * @param action the function, as for {@link #callSoon}
     * @return the handle
     * @throws IllegalArgumentException if the delay is negative
     * @throws RejectedExecutionException if the loop is closed
     */
    Handle callLater(Duration delay, Runnable action);

    /**
     * Calls a function when the clock of this loop shows a time, as {@link #callLater}.
     *
     * <pre>{@code
     * Duration start = loop.time();
     * loop.callAt(start.plusSeconds(1), this::tick);
     * loop.callAt(start.plusSeconds(2), this::tick);   // no drift
     * }</pre>
     *
     * @param time on the clock that {@link #time} shows; one that is over means the next pass
     * @param action the function
     * @return the handle
     * @throws RejectedExecutionException if the loop is closed
     */
    Handle callAt(Duration time, Runnable action);

    /**
     * {@return the tasks that have begun and not ended; the list is put together while they go on}
     */
    List<Task<?>> tasks();

    /**
     * {@return what this loop is doing: exact if called on the loop, and put together while it goes on if called elsewhere}
     */
    Statistics statistics();

    // ---- the executor

    /**
     * {@inheritDoc}
     *
     * <p>The command runs as a task, of which only a failure is heard again, by the exception handler. {@link #callSoon} is cheaper.
     */
    @Override
    void execute(Runnable action);

    /**
     * {@inheritDoc}
     *
     * <p>The same as {@link #spawn(Callable)}.
     */
    @Override
    <T extends @Nullable Object> Task<T> submit(Callable<T> body);

    @Override
    Task<?> submit(Runnable body);

    @Override
    <T extends @Nullable Object> Task<T> submit(Runnable body, T result);

    /**
     * {@inheritDoc}
     *
     * <p>The command becomes a task when its time has come. {@link #shutdown} waits for it, {@link #close} cancels it.
     */
    @Override
    ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit);

    /**
     * {@inheritDoc}
     *
     * <p>The function becomes a task when its time has come. {@link #shutdown} waits for it, {@link #close} cancels it.
     */
    @Override
    <V extends @Nullable Object> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit);

    /**
     * {@inheritDoc}
     *
     * <p>All executions are made by one task, which {@link #shutdown} cancels between two of them.
     */
    @Override
    ScheduledFuture<?> scheduleAtFixedRate(Runnable command, long initialDelay, long period, TimeUnit unit);

    /**
     * {@inheritDoc}
     *
     * <p>All executions are made by one task, which {@link #shutdown} cancels between two of them.
     */
    @Override
    ScheduledFuture<?> scheduleWithFixedDelay(Runnable command, long initialDelay, long delay, TimeUnit unit);

    /**
     * Takes no more tasks and calls, lets the tasks of the loop come to their end, those with a delay included and periodic ones excepted, and then ends the loop. Does not wait; idempotent. A loop that nobody
     * runs ends when it is next run, or closed.
     *
     * @throws IllegalStateException if this is the loop of a {@link dev.weft.Weft#run}, which ends with its block
     */
    @Override
    void shutdown();

    /**
     * Takes no more tasks and calls, cancels all tasks, and ends the loop when they have ended. Does not wait; idempotent.
     *
     * @return an empty list: what never ran is a cancelled {@link Task}, not a {@code Runnable} to be run elsewhere
     * @throws IllegalStateException as for {@link #shutdown}
     */
    @Override
    List<Runnable> shutdownNow();

    /**
     * Cancels all tasks, waits until they have ended and ends the loop; a thread of its own ends too. Not cancellable itself; idempotent.
     *
     * @throws IllegalStateException if called on this loop, or on one made by {@link #create} that another thread runs
     */
    @Override
    void close();
}
