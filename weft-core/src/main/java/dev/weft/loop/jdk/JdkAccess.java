package dev.weft.loop.jdk;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import org.jspecify.annotations.Nullable;

/**
 * The only place where Weft touches what the JDK does not publish: how to make a virtual thread with a scheduler of
 * one's own, which carrier the current thread is mounted on, and what a virtual thread that runs one task after the
 * other must forget in between.
 *
 * <p>All of it needs {@code java.lang} opened to Weft ({@link #FLAG}). Without the flag {@link #available()} is false,
 * {@link #unavailableBecause()} says why, and nothing else here may be called: loops then use the portable scheduler.
 * The names are those of JDK 25; each is looked up when this class is initialised, so that a JDK that has moved one is
 * found out at once and not half way.
 */
@SuppressWarnings("NullAway") // the handles are there whenever available() is true, as the contract above demands
public final class JdkAccess {
    /** The flag for programs on the class path. */
    public static final String FLAG = "--add-opens java.base/java.lang=ALL-UNNAMED";

    /** As {@code Thread.NO_INHERIT_THREAD_LOCALS}. */
    private static final int NO_INHERIT_THREAD_LOCALS = 1 << 2;

    private static final @Nullable MethodHandle NEW_VIRTUAL_THREAD;
    private static final @Nullable MethodHandle CURRENT_CARRIER;
    private static final @Nullable MethodHandle DEFAULT_SCHEDULER;
    private static final @Nullable MethodHandle BINDINGS;
    private static final @Nullable MethodHandle SET_BINDINGS;
    private static final @Nullable MethodHandle SET_BINDINGS_CACHE;
    private static final @Nullable MethodHandle RUN_WITH;
    private static final @Nullable VarHandle THREAD_LOCALS;
    private static final @Nullable VarHandle INHERITABLE_THREAD_LOCALS;
    private static final @Nullable String PROBLEM;

    static {
        MethodHandle newVirtualThread = null;
        MethodHandle currentCarrier = null;
        MethodHandle defaultScheduler = null;
        MethodHandle bindings = null;
        MethodHandle setBindings = null;
        MethodHandle setBindingsCache = null;
        MethodHandle runWith = null;
        VarHandle threadLocals = null;
        VarHandle inheritableThreadLocals = null;
        String problem = null;
        try {
            var lookup = MethodHandles.privateLookupIn(Thread.class, MethodHandles.lookup());
            newVirtualThread = lookup.findStatic(
                    Class.forName("java.lang.ThreadBuilders"),
                    "newVirtualThread",
                    MethodType.methodType(Thread.class, Executor.class, String.class, int.class, Runnable.class));
            currentCarrier =
                    lookup.findStatic(Thread.class, "currentCarrierThread", MethodType.methodType(Thread.class));
            defaultScheduler = lookup.findStatic(
                    Class.forName("java.lang.VirtualThread"),
                    "defaultScheduler",
                    MethodType.methodType(Executor.class));
            bindings = lookup.findStatic(Thread.class, "scopedValueBindings", MethodType.methodType(Object.class));
            setBindings = lookup.findStatic(
                    Thread.class, "setScopedValueBindings", MethodType.methodType(void.class, Object.class));
            setBindingsCache = lookup.findStatic(
                    Thread.class, "setScopedValueCache", MethodType.methodType(void.class, Object[].class));
            runWith = lookup.findVirtual(
                    Thread.class, "runWith", MethodType.methodType(void.class, Object.class, Runnable.class));
            Class<?> map = Class.forName("java.lang.ThreadLocal$ThreadLocalMap");
            threadLocals = lookup.findVarHandle(Thread.class, "threadLocals", map);
            inheritableThreadLocals = lookup.findVarHandle(Thread.class, "inheritableThreadLocals", map);
        } catch (IllegalAccessException e) {
            problem = "the JVM was started without " + flag();
        } catch (ReflectiveOperationException e) {
            problem = "JDK " + Runtime.version() + " has no longer what the loop scheduler of Weft uses: "
                    + e.getMessage();
        }
        NEW_VIRTUAL_THREAD = newVirtualThread;
        CURRENT_CARRIER = currentCarrier;
        DEFAULT_SCHEDULER = defaultScheduler;
        BINDINGS = bindings;
        SET_BINDINGS = setBindings;
        SET_BINDINGS_CACHE = setBindingsCache;
        RUN_WITH = runWith;
        THREAD_LOCALS = threadLocals;
        INHERITABLE_THREAD_LOCALS = inheritableThreadLocals;
        PROBLEM = problem;
    }

    private JdkAccess() {}

    /**
     * {@return whether the loop scheduler can be used}
     */
    public static boolean available() {
        return PROBLEM == null;
    }

    /**
     * {@return why it cannot, or null if it can}
     */
    public static @Nullable String unavailableBecause() {
        return PROBLEM;
    }

    /**
     * {@return the JVM flag that opens what Weft needs, for the way in which it was loaded: by name as a module, else
     * for the class path}
     */
    public static String flag() {
        Module module = JdkAccess.class.getModule();
        return module.isNamed() ? "--add-opens java.base/java.lang=" + module.getName() : FLAG;
    }

    /**
     * Makes an unstarted virtual thread that inherits nothing from its creator.
     *
     * @param scheduler runs its continuation; a {@link java.util.concurrent.ForkJoinPool} also gets its timed waits
     * @param body what it runs
     * @return the thread
     */
    public static Thread newVirtualThread(Executor scheduler, Runnable body) {
        return newVirtualThread(scheduler, NO_INHERIT_THREAD_LOCALS, body);
    }

    private static Thread newVirtualThread(Executor scheduler, int characteristics, Runnable body) {
        try {
            return (Thread) NEW_VIRTUAL_THREAD.invokeExact(scheduler, (String) null, characteristics, body);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * Makes an unstarted virtual thread on the JDK's own scheduler. Inside a coroutine {@link Thread#ofVirtual} does
     * not, since a thread inherits the scheduler of its creator. Works without the flag too: then no coroutine has
     * another scheduler.
     *
     * @param name its name
     * @param body what it runs
     * @return the thread
     */
    public static Thread newDefaultVirtualThread(String name, Runnable body) {
        if (!available()) {
            return Thread.ofVirtual().name(name).unstarted(body);
        }
        Thread thread = newVirtualThread(defaultScheduler(), 0, body);
        thread.setName(name);
        return thread;
    }

    /**
     * {@return the JDK's own scheduler of virtual threads; it also runs continuations and timed waits of threads that
     * had another one}
     */
    public static ForkJoinPool defaultScheduler() {
        try {
            return (ForkJoinPool) (Executor) DEFAULT_SCHEDULER.invokeExact();
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * {@return the platform thread on which the current thread runs: itself, or its carrier}
     */
    public static Thread currentCarrier() {
        try {
            return (Thread) CURRENT_CARRIER.invokeExact();
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * {@return the scoped values bound in the current thread, as an opaque object; null if none}
     */
    public static @Nullable Object scopedValues() {
        try {
            return (Object) BINDINGS.invokeExact();
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * Runs a body in the current thread with scoped values that were captured elsewhere; must not be nested in another
     * binding.
     *
     * @param bindings from {@link #scopedValues()}
     * @param body the body
     */
    public static void runWithScopedValues(@Nullable Object bindings, Runnable body) {
        try {
            // The cache may hold what an earlier task of this thread looked up.
            SET_BINDINGS_CACHE.invokeExact((Object[]) null);
            Object before = (Object) BINDINGS.invokeExact();
            SET_BINDINGS.invokeExact(bindings);
            try {
                RUN_WITH.invokeExact(Thread.currentThread(), bindings, body);
            } finally {
                SET_BINDINGS.invokeExact(before);
                SET_BINDINGS_CACHE.invokeExact((Object[]) null);
            }
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * Drops the thread-local values of the current virtual thread, so that the next task that it runs does not see
     * them.
     */
    public static void forgetThreadLocals() {
        Thread self = Thread.currentThread();
        if (THREAD_LOCALS.get(self) != null) {
            THREAD_LOCALS.set(self, null);
        }
        if (INHERITABLE_THREAD_LOCALS.get(self) != null) {
            INHERITABLE_THREAD_LOCALS.set(self, null);
        }
    }

    private static RuntimeException unexpected(Throwable e) {
        return switch (e) {
            case RuntimeException r -> r;
            case Error r -> throw r;
            default -> new IllegalStateException("a JDK method that throws no checked exception threw one", e);
        };
    }
}
