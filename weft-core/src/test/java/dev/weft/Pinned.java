package dev.weft;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.atomic.AtomicReference;

/** Runs code below a native frame, where a virtual thread cannot be unmounted: what waits there blocks its carrier. */
@SuppressWarnings({"restricted", "UnusedVariable"
}) // native access is granted to tests; a native signature is what it is
public final class Pinned {
    private static final FunctionDescriptor COMPARATOR =
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS);
    private static final MethodHandle QSORT = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().findOrThrow("qsort"),
                    FunctionDescriptor.ofVoid(
                            ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS));

    private Pinned() {}

    /** Runs an action as the comparator of the C library's sort of two elements. */
    public static void run(Runnable action) {
        var failure = new AtomicReference<Throwable>();
        try (Arena arena = Arena.ofConfined()) {
            MethodHandle compare = MethodHandles.lookup()
                    .findStatic(
                            Pinned.class,
                            "compare",
                            MethodType.methodType(
                                    int.class,
                                    Runnable.class,
                                    AtomicReference.class,
                                    MemorySegment.class,
                                    MemorySegment.class));
            MemorySegment comparator = Linker.nativeLinker()
                    .upcallStub(MethodHandles.insertArguments(compare, 0, action, failure), COMPARATOR, arena);
            QSORT.invokeExact(arena.allocate(2), 2L, 1L, comparator);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
        switch (failure.get()) {
            case null -> {}
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable e -> throw new AssertionError(e);
        }
    }

    @SuppressWarnings("UnusedMethod") // called by the C library
    private static int compare(
            Runnable action, AtomicReference<Throwable> failure, MemorySegment left, MemorySegment right) {
        try {
            action.run();
        } catch (Throwable e) { // would end the JVM
            failure.set(e);
        }
        return 0;
    }
}
