package dev.weft.loop.kernel;

import static java.util.Objects.requireNonNull;

import dev.weft.Cancelled;
import dev.weft.Task;
import dev.weft.TaskFailedException;
import dev.weft.loop.jdk.JdkAccess;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The threads for calls that would hold a loop: file I/O, name look-ups, native code, plain computing. */
public final class Offload {
    private static final int DEFAULT_THREADS = 64;
    private static final ThreadPool THREADS =
            new ThreadPool("weft-offload", Integer.getInteger("weft.offload.threads", DEFAULT_THREADS));

    private Offload() {}

    /**
     * Does work on another thread while the calling coroutine is suspended; a caller that is no coroutine does it
     * itself. The thread sees the scoped values of the caller.
     *
     * @param work the work
     * @param <T> its result
     * @return its result
     * @throws Exception what it fails with
     */
    public static <T extends @Nullable Object> T call(Callable<T> work) throws Exception {
        return call(work, null);
    }

    /**
     * Does work as {@link #call(Callable)}, and tells when no thread does it any more: also if the caller has been
     * cancelled and has left it to itself.
     *
     * @param work the work
     * @param whenEnded called once, by whichever thread ends the work or its last hope to begin
     * @param <T> its result
     * @return its result
     * @throws Exception what it fails with
     */
    public static <T extends @Nullable Object> T call(Callable<T> work, @Nullable Runnable whenEnded) throws Exception {
        requireNonNull(work, "work");
        if (LoopCore.currentOrNull() == null) {
            try {
                return work.call();
            } finally {
                if (whenEnded != null) {
                    whenEnded.run();
                }
            }
        }
        Task<T> task;
        try {
            task = THREADS.submit(withContext(work));
        } catch (Throwable e) { // no memory for a thread
            if (whenEnded != null) {
                whenEnded.run();
            }
            throw e;
        }
        if (whenEnded != null) {
            task.whenDone(_ -> whenEnded.run());
        }
        try {
            return task.await(Exception.class);
        } catch (Cancelled e) {
            task.cancel(e.reason());
            throw e;
        }
    }

    /**
     * Opens something on another thread, as {@link #call(Callable)} does work. If the caller is cancelled meanwhile,
     * what comes of it all the same is given up, and not left open.
     *
     * @param work opens it
     * @param giveUp closes what nobody takes; called once at most, by the caller or by the thread that has opened it
     * @param <T> what is opened
     * @return what has been opened
     * @throws Exception what the work fails with
     */
    public static <T> T open(Callable<T> work, Consumer<? super T> giveUp) throws Exception {
        Object left = new Object();
        var place = new AtomicReference<@Nullable Object>();
        try {
            return call(() -> {
                T opened = work.call();
                if (!place.compareAndSet(null, opened)) {
                    giveUp.accept(opened);
                }
                return opened;
            });
        } catch (Throwable e) {
            @SuppressWarnings("unchecked") // only the work puts anything else there
            T opened = (T) place.getAndSet(left);
            if (opened != null) {
                giveUp.accept(opened);
            }
            throw e;
        }
    }

    /** Binds the scoped values of the caller around the work. */
    private static <T extends @Nullable Object> Callable<T> withContext(Callable<T> work) {
        Object context = JdkAccess.available() ? JdkAccess.scopedValues() : null;
        if (context == null) {
            return work;
        }
        return () -> {
            if (context == JdkAccess.scopedValues()) {
                return work.call();
            }
            var outcome = new FutureTask<>(work);
            JdkAccess.runWithScopedValues(context, outcome);
            if (outcome.state() != Future.State.SUCCESS) {
                switch (outcome.exceptionNow()) {
                    case Exception e -> throw e;
                    case Error e -> throw e;
                    default -> throw new TaskFailedException("offloaded work", outcome.exceptionNow());
                }
            }
            return outcome.resultNow();
        };
    }
}
