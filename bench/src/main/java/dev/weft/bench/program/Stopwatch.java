package dev.weft.bench.program;

import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Warms up, measures and prints, in the same way for all programs in Java. */
public final class Stopwatch {
    private Stopwatch() {}

    /**
     * Prints what runs, and how much.
     *
     * @param runtime what runs, beside the JVM
     * @param arguments what is measured
     */
    public static void describe(String runtime, Arguments arguments) {
        IO.println("runtime " + runtime + " on JDK " + Runtime.version());
        IO.println("operations " + arguments.operations());
    }

    /**
     * Warms up and then runs the body once for each iteration, by the clock on the wall and by that of the processor.
     *
     * @param arguments what is measured
     * @param body does all operations of an iteration
     */
    public static void measure(Arguments arguments, Consumer<Arguments> body) {
        warmUp(arguments, body);
        var wall = new StringBuilder("wall");
        var cpu = new StringBuilder("cpu");
        for (int i = 0; i < arguments.iterations(); i++) {
            long cpuStart = ProcessorTime.nanos();
            long start = System.nanoTime();
            body.accept(arguments);
            long end = System.nanoTime();
            wall.append(' ').append(end - start);
            cpu.append(' ').append(ProcessorTime.nanos() - cpuStart);
        }
        IO.println(wall);
        IO.println(cpu);
    }

    /**
     * Runs the body until the process has used the processor for the time of the warm-up: a busy machine does not
     * shorten it.
     */
    static void warmUp(Arguments arguments, Consumer<Arguments> body) {
        warmUp(arguments, body, ProcessorTime::nanos);
    }

    /**
     * Measures as {@link #measure}, where most of the work is in other processes and the processor time of this one
     * says nothing.
     */
    static void measureWall(Arguments arguments, Consumer<Arguments> body) {
        warmUp(arguments, body, System::nanoTime);
        var wall = new StringBuilder("wall");
        for (int i = 0; i < arguments.iterations(); i++) {
            long start = System.nanoTime();
            body.accept(arguments);
            wall.append(' ').append(System.nanoTime() - start);
        }
        IO.println(wall);
    }

    private static void warmUp(Arguments arguments, Consumer<Arguments> body, LongSupplier clock) {
        long end = clock.getAsLong() + arguments.warmUpMillis() * 1_000_000L;
        do {
            body.accept(arguments.forWarmUp());
        } while (clock.getAsLong() - end < 0);
    }

    /** {@return the bytes of live objects in the heap} */
    static long liveBytes() {
        Runtime memory = Runtime.getRuntime();
        // The second collection takes what the first one only found out to be dead, such as cleared references.
        System.gc();
        System.gc();
        return memory.totalMemory() - memory.freeMemory();
    }

    static void printBytes(Arguments arguments, long before, long after) {
        IO.println("bytes " + (double) (after - before) / arguments.operations());
    }
}
