package dev.weft.process.isolated;

import dev.weft.Job;
import dev.weft.loop.kernel.AbstractPool;
import dev.weft.loop.kernel.TaskCore;
import dev.weft.loop.kernel.ThreadPool;
import dev.weft.process.BrokenPoolException;
import dev.weft.process.TransferException;
import dev.weft.process.codec.Codec;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The pool: threads, and as many isolates, of which each task takes one that is free for as long as it runs.
 *
 * <pre>
 *   submit ──► copied to bytes ──► a thread ──► takes an isolate, or makes one ──► copied in, run, copied out ──► gives it back
 * </pre>
 */
final class Isolates extends AbstractPool implements IsolatedPool {
    /** Which pool's task a thread runs. */
    private static final ThreadLocal<@Nullable Isolates> RUNNING_HERE = new ThreadLocal<>();

    private final int number;
    private final URL[] classPath;
    private final List<String> shared;
    private final @Nullable Codec codec;
    private final byte @Nullable [] initializer;
    /** Writes work, and keeps nothing of isolates. */
    private final Copier outgoing;

    private final ThreadPool threads;
    private final ConcurrentLinkedDeque<Isolate> idle = new ConcurrentLinkedDeque<>();
    private final AtomicInteger made = new AtomicInteger();
    private volatile @Nullable String broken;

    Isolates(
            String name,
            int number,
            List<Path> classPath,
            List<String> shared,
            @Nullable Codec codec,
            @Nullable Job<?> initializer) {
        super(name);
        this.number = number;
        this.classPath = IsolateLoader.urls(classPath);
        this.shared = List.copyOf(shared);
        this.codec = codec;
        this.outgoing = copier();
        this.initializer = initializer == null ? null : bytes(initializer);
        this.threads = new ThreadPool(name, number);
    }

    private Copier copier() {
        return new Copier(codec == null ? null : codec.open());
    }

    private byte[] bytes(Callable<?> work) {
        try {
            return outgoing.write(work);
        } catch (Throwable e) {
            throw new TransferException(
                    "the work cannot be copied into an isolate: " + e
                            + ". What it captures must be serializable, or what the codec of the pool can write",
                    e);
        }
    }

    @Override
    public int parallelism() {
        return number;
    }

    @Override
    @SuppressWarnings({"unchecked", "NullAway"}) // what comes out is a copy of what a task of T returned
    protected <T extends @Nullable Object> TaskCore<T> dispatch(Callable<T> work) {
        ClassLoader own = work.getClass().getClassLoader();
        ClassLoader outside = own == null ? ClassLoader.getSystemClassLoader() : own;
        byte[] bytes;
        try {
            bytes = bytes(work);
        } catch (TransferException e) {
            return (TaskCore<T>) threads.submit((Callable<T>) () -> {
                throw e;
            });
        }
        return (TaskCore<T>) threads.submit((Callable<T>) () -> (T) run(bytes, outside));
    }

    private @Nullable Object run(byte[] work, ClassLoader outside) throws Exception {
        RUNNING_HERE.set(this);
        try {
            Isolate isolate = take();
            try {
                return isolate.run(work, outside);
            } finally {
                idle.addFirst(isolate);
            }
        } finally {
            RUNNING_HERE.remove();
        }
    }

    private Isolate take() throws Exception {
        checkBroken();
        Isolate isolate = idle.pollFirst();
        if (isolate != null) {
            return isolate;
        }
        String id = name() + "-" + made.incrementAndGet();
        var fresh = new Isolate(new IsolateLoader(id, classPath, shared, ClassLoader.getSystemClassLoader()), copier());
        try {
            if (initializer != null) {
                Object _ = fresh.run(initializer, IsolateLoader.class.getClassLoader());
            }
            return fresh;
        } catch (InterruptedException e) {
            fresh.close();
            throw e;
        } catch (Throwable e) {
            broken = "the initializer of pool '" + name() + "' failed in isolate " + id + " with " + e
                    + "; the pool runs no more tasks: mend the initializer and open another one";
            fresh.close();
            checkBroken();
            throw e;
        }
    }

    private void checkBroken() {
        String why = broken;
        if (why != null) {
            throw new BrokenPoolException(why);
        }
    }

    @Override
    protected boolean runsCaller() {
        return RUNNING_HERE.get() == this;
    }

    @Override
    protected void release() {
        threads.shutdown();
        for (Isolate isolate = idle.pollFirst(); isolate != null; isolate = idle.pollFirst()) {
            try {
                isolate.close();
            } catch (IOException e) {
                System.getLogger("dev.weft")
                        .log(System.Logger.Level.DEBUG, "a jar of an isolate could not be closed", e);
            }
        }
    }
}
