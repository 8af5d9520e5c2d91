package dev.weft.loop.kernel;

import dev.weft.Cancelled;
import dev.weft.Task;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** The threads for calls that would hold a loop: file I/O, name look-ups, native code, plain computing. */
public final class Offload {
    private static final int DEFAULT_THREADS = 64;
    private static final ThreadPool THREADS =
            new ThreadPool("weft-offload", Integer.getInteger("weft.offload.threads", DEFAULT_THREADS));

    private Offload() {}

    /**
     * Does work on another thread while the calling coroutine is suspended; a caller that is no coroutine does it itself.
     *
     * @param work the work
     * @param <T> its result
     * @return its result
     * @throws Exception what it fails with
     */
    public static <T extends @Nullable Object> T call(Callable<T> work) throws Exception {
        if (LoopCore.currentOrNull() == null) {
            return work.call();
        }
        Task<T> task = THREADS.submit(work);
        try {
            return task.await(Exception.class);
        } catch (Cancelled e) {
            task.cancel(e.reason());
            throw e;
        }
    }
}
