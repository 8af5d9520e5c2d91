package dev.weft.cli.command;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * The calls of the C library that start commands and wait for them, and nothing else.
 *
 * <p>All are made as calls with six words, of which a function takes what it has parameters for: the systems where this
 * is used pass six words in registers. A form for each function would take a fresh JVM some ten milliseconds each to
 * make. Memory is passed as its address: whoever calls keeps it alive.
 */
@SuppressWarnings("restricted") // native access is what this class is for
final class Posix {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final SymbolLookup LIBRARY = LINKER.defaultLookup();

    private static final MethodHandle CALL = LINKER.downcallHandle(
            FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));

    private static final MemorySegment SPAWN = find("posix_spawnp");
    private static final MemorySegment ACTIONS_INIT = find("posix_spawn_file_actions_init");
    private static final MemorySegment ACTIONS_DESTROY = find("posix_spawn_file_actions_destroy");
    private static final MemorySegment ACTIONS_OPEN = find("posix_spawn_file_actions_addopen");
    private static final MemorySegment ACTIONS_CLOSE_FROM = find("posix_spawn_file_actions_addclosefrom_np");
    private static final MemorySegment ATTRIBUTES_INIT = find("posix_spawnattr_init");
    private static final MemorySegment SET_FLAGS = find("posix_spawnattr_setflags");
    private static final MemorySegment SET_GROUP = find("posix_spawnattr_setpgroup");
    private static final MemorySegment SET_DEFAULT = find("posix_spawnattr_setsigdefault");
    private static final MemorySegment SET_MASK = find("posix_spawnattr_setsigmask");
    private static final MemorySegment WAITID = find("waitid");
    private static final MemorySegment WAIT4 = find("wait4");
    private static final MemorySegment KILL = find("kill");
    private static final MemorySegment VARIABLES = find("environ");

    private Posix() {}

    /** {@return whether the library has all that is needed} */
    static boolean isAvailable() {
        return ACTIONS_CLOSE_FROM.address() != 0 && VARIABLES.address() != 0;
    }

    /** {@return where a function is; nowhere if the library has none of that name} */
    private static MemorySegment find(String name) {
        return LIBRARY.find(name).orElse(MemorySegment.NULL);
    }

    /** {@return the variables of this process, as {@code environ} has them} */
    static MemorySegment environment() {
        return VARIABLES.reinterpret(ADDRESS.byteSize()).get(ADDRESS, 0).reinterpret(Long.MAX_VALUE);
    }

    static String message(int problem) {
        MethodHandle handle =
                LINKER.downcallHandle(find("strerror"), FunctionDescriptor.of(ADDRESS, JAVA_INT)); // for failures only
        try {
            return ((MemorySegment) handle.invokeExact(problem))
                    .reinterpret(1024)
                    .getString(0);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int spawn(long pid, long program, long actions, long attributes, long words, long environment) {
        return call(SPAWN, pid, program, actions, attributes, words, environment);
    }

    static int actionsInit(long actions) {
        return call(ACTIONS_INIT, actions, 0, 0, 0, 0, 0);
    }

    static void actionsDestroy(long actions) {
        call(ACTIONS_DESTROY, actions, 0, 0, 0, 0, 0);
    }

    static int actionsOpen(long actions, int descriptor, long file, int flags, int mode) {
        return call(ACTIONS_OPEN, actions, descriptor, file, flags, mode, 0);
    }

    static int actionsCloseFrom(long actions, int descriptor) {
        return call(ACTIONS_CLOSE_FROM, actions, descriptor, 0, 0, 0, 0);
    }

    static int attributesInit(long attributes) {
        return call(ATTRIBUTES_INIT, attributes, 0, 0, 0, 0, 0);
    }

    static int attributesSetFlags(long attributes, short flags) {
        return call(SET_FLAGS, attributes, flags, 0, 0, 0, 0);
    }

    static int attributesSetGroup(long attributes, int group) {
        return call(SET_GROUP, attributes, group, 0, 0, 0, 0);
    }

    static int attributesSetDefault(long attributes, long signals) {
        return call(SET_DEFAULT, attributes, signals, 0, 0, 0, 0);
    }

    static int attributesSetMask(long attributes, long signals) {
        return call(SET_MASK, attributes, signals, 0, 0, 0, 0);
    }

    /** Waits; a signal of the JVM's own that interrupts the wait is no reason to stop it. */
    static void waitid(int kind, int pid, long information, int options) {
        while (call(WAITID, kind, pid, information, options, 0, 0) != 0 && isAlive(pid)) {
            Thread.onSpinWait();
        }
    }

    static int wait4(int pid, long status, int options, long usage) {
        return call(WAIT4, pid, status, options, usage, 0, 0);
    }

    static void kill(int pid, int signal) {
        call(KILL, pid, signal, 0, 0, 0, 0);
    }

    private static boolean isAlive(int pid) {
        return call(KILL, pid, 0, 0, 0, 0, 0) == 0;
    }

    private static int call(
            MemorySegment function, long first, long second, long third, long fourth, long fifth, long sixth) {
        try {
            return (int) CALL.invokeExact(function, first, second, third, fourth, fifth, sixth);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    private static IllegalStateException impossible(Throwable e) {
        return new IllegalStateException("a call of the C library could not be made", e);
    }
}
