package dev.weft.bench.program;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The processor time that all threads of this process have used, to the nanosecond; the JDK's own figure moves in steps
 * of ten milliseconds.
 */
public final class ProcessorTime {
    private static final int CLOCK_PROCESS_CPUTIME_ID =
            System.getProperty("os.name").startsWith("Mac") ? 12 : 2;

    @SuppressWarnings("restricted") // one clock, no memory
    private static final MethodHandle CLOCK_GETTIME = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().findOrThrow("clock_gettime"),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));

    private static final MemorySegment TIMESPEC =
            Arena.global().allocate(MemoryLayout.sequenceLayout(2, ValueLayout.JAVA_LONG));

    private ProcessorTime() {}

    /** {@return nanoseconds since the process started} */
    public static synchronized long nanos() {
        try {
            int status = (int) CLOCK_GETTIME.invokeExact(CLOCK_PROCESS_CPUTIME_ID, TIMESPEC);
            if (status != 0) {
                throw new IllegalStateException("clock_gettime failed with status " + status);
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("clock_gettime throws nothing", e);
        }
        return TIMESPEC.getAtIndex(ValueLayout.JAVA_LONG, 0) * 1_000_000_000L
                + TIMESPEC.getAtIndex(ValueLayout.JAVA_LONG, 1);
    }
}
