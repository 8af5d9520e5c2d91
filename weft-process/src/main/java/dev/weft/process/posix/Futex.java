package dev.weft.process.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Sleeping until another process changes a word: Linux's {@code futex} and {@code futex_waitv}, through the
 * foreign-function API.
 *
 * <p>It is there on Linux 5.16 or later (x86-64, AArch64), if this module (or the class path) has native access and
 * {@code -Dweft.process.native} is not {@code false}. Else {@link #get} is null, and callers poll. Access is asked for
 * before anything is linked, so that the JVM never warns.
 *
 * <p>Linking takes some 50 ms in a fresh JVM. The thread that sleeps does it.
 */
public final class Futex {
    /** How many words one call can wait for. */
    public static final int MOST_WORDS = 128;

    private static final long FUTEX_WAKE = 1;
    private static final long SYS_FUTEX_WAITV = 449; // the same on all machines since 5.0
    private static final int FUTEX2_SIZE_U32 = 2; // and not private: between processes
    private static final long CLOCK_MONOTONIC = 1;
    private static final int ENTRY_BYTES = 24;
    private static final int NANOS = 1_000_000_000;

    /** Whether it can be had, and how; made by the first who asks. */
    private static final class Found {
        static final @Nullable Futex FUTEX = find();
    }

    private static volatile @Nullable Futex linked;

    private final MethodHandle call;
    private final MethodHandle clock;
    private final long sysFutex;

    private Futex(MethodHandle call, MethodHandle clock, long sysFutex) {
        this.call = call;
        this.clock = clock;
        this.sysFutex = sysFutex;
    }

    /** {@return the calls, or null where there are none}; links them the first time. */
    public static @Nullable Futex get() {
        Futex found = Found.FUTEX;
        linked = found;
        return found;
    }

    /** {@return the calls if they have been linked, or null}; never takes long. */
    public static @Nullable Futex linked() {
        return linked;
    }

    /** {@return whether this JVM will be able to sleep, as far as can be told without linking} */
    public static boolean allowed() {
        return sysFutex() > 0
                && Futex.class.getModule().isNativeAccessEnabled()
                && !"false".equals(System.getProperty("weft.process.native"));
    }

    private static long sysFutex() {
        if (!System.getProperty("os.name").toLowerCase(Locale.ROOT).equals("linux")) {
            return 0;
        }
        return switch (System.getProperty("os.arch")) {
            case "amd64", "x86_64" -> 202;
            case "aarch64" -> 98;
            default -> 0;
        };
    }

    @SuppressWarnings("restricted")
    private static @Nullable Futex find() {
        if (!allowed()) {
            return null;
        }
        try {
            Linker linker = Linker.nativeLinker();
            var longs = ValueLayout.JAVA_LONG;
            var symbols = linker.defaultLookup();
            MethodHandle call = linker.downcallHandle(
                    symbols.findOrThrow("syscall"),
                    FunctionDescriptor.of(longs, longs, longs, longs, longs, longs, longs, longs),
                    Linker.Option.firstVariadicArg(1));
            MethodHandle clock = linker.downcallHandle(
                    symbols.findOrThrow("clock_gettime"),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, longs));
            Futex futex = new Futex(call, clock, sysFutex());
            return futex.works() ? futex : null;
        } catch (RuntimeException | LinkageError e) {
            return null; // another libc, or a sandbox: callers poll
        }
    }

    /** Waits for a word that has another value already, which returns at once where the kernel knows the call. */
    private boolean works() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment word = arena.allocate(ValueLayout.JAVA_INT);
            MemorySegment room = arena.allocate(ROOM_BYTES, 8);
            long before = System.nanoTime();
            // With another value expected the answer is EAGAIN; a call that is not known or not allowed gives another
            // error, also at once. So sleep for
            // a moment with the value that is there, and see whether time has passed.
            waitForChange(room, List.of(word), new int[] {0}, 2_000_000);
            return System.nanoTime() - before >= 1_000_000;
        }
    }

    /** How many bytes {@link #waitForChange} needs to work in. */
    public static final int ROOM_BYTES = MOST_WORDS * ENTRY_BYTES + 16;

    /**
     * Sleeps until one of several words has another value than expected and somebody has said so by {@link #wake}, or a
     * time is over; may return for no reason.
     *
     * @param room {@link #ROOM_BYTES} bytes that nobody else uses
     * @param words four bytes each, at most {@link #MOST_WORDS}; they must stay mapped
     * @param expected their values; if one differs already, this returns at once
     * @param nanos the longest sleep
     */
    public void waitForChange(MemorySegment room, List<MemorySegment> words, int[] expected, long nanos) {
        for (int i = 0; i < words.size(); i++) {
            long at = (long) i * ENTRY_BYTES;
            room.set(ValueLayout.JAVA_LONG, at, expected[i] & 0xffff_ffffL);
            room.set(ValueLayout.JAVA_LONG, at + 8, words.get(i).address());
            room.set(ValueLayout.JAVA_INT, at + 16, FUTEX2_SIZE_U32);
            room.set(ValueLayout.JAVA_INT, at + 20, 0);
        }
        MemorySegment time = room.asSlice((long) MOST_WORDS * ENTRY_BYTES, 16);
        try {
            int failed = (int) clock.invokeExact((int) CLOCK_MONOTONIC, time.address());
            long end = time.get(ValueLayout.JAVA_LONG, 8) + nanos;
            time.set(ValueLayout.JAVA_LONG, 0, time.get(ValueLayout.JAVA_LONG, 0) + end / NANOS);
            time.set(ValueLayout.JAVA_LONG, 8, end % NANOS);
            long ignored = failed != 0
                    ? 0
                    : (long) call.invokeExact(
                            SYS_FUTEX_WAITV,
                            room.address(),
                            (long) words.size(),
                            0L,
                            time.address(),
                            CLOCK_MONOTONIC,
                            0L);
        } catch (Throwable e) {
            throw new AssertionError("a native call that throws nothing has thrown", e);
        }
    }

    /**
     * Wakes all that sleep on a word, in any process; the word has been changed before.
     *
     * @param word four bytes
     */
    public void wake(MemorySegment word) {
        try {
            long ignored =
                    (long) call.invokeExact(sysFutex, word.address(), FUTEX_WAKE, (long) Integer.MAX_VALUE, 0L, 0L, 0L);
        } catch (Throwable e) {
            throw new AssertionError("a native call that throws nothing has thrown", e);
        }
    }
}
