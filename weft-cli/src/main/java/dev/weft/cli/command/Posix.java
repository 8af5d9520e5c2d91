package dev.weft.cli.command;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The calls of the C library that start commands and wait for them, and nothing else. */
@SuppressWarnings("restricted") // native access is what this class is for
final class Posix {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final SymbolLookup LIBRARY = LINKER.defaultLookup();

    private static final MethodHandle SPAWN =
            find("posix_spawnp", ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    private static final MethodHandle ACTIONS_INIT = find("posix_spawn_file_actions_init", ADDRESS);
    private static final MethodHandle ACTIONS_DESTROY = find("posix_spawn_file_actions_destroy", ADDRESS);
    private static final MethodHandle ACTIONS_OPEN =
            find("posix_spawn_file_actions_addopen", ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
    private static final @Nullable MethodHandle ACTIONS_CLOSE_FROM =
            findIfThere("posix_spawn_file_actions_addclosefrom_np", ADDRESS, JAVA_INT);
    private static final MethodHandle ATTRIBUTES_INIT = find("posix_spawnattr_init", ADDRESS);
    private static final MethodHandle ATTRIBUTES_DESTROY = find("posix_spawnattr_destroy", ADDRESS);
    private static final MethodHandle SET_FLAGS = find("posix_spawnattr_setflags", ADDRESS, JAVA_SHORT);
    private static final MethodHandle SET_GROUP = find("posix_spawnattr_setpgroup", ADDRESS, JAVA_INT);
    private static final MethodHandle SET_DEFAULT = find("posix_spawnattr_setsigdefault", ADDRESS, ADDRESS);
    private static final MethodHandle SET_MASK = find("posix_spawnattr_setsigmask", ADDRESS, ADDRESS);
    private static final MethodHandle WAITID = find("waitid", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle WAIT4 = find("wait4", JAVA_INT, ADDRESS, JAVA_INT, ADDRESS);
    private static final MethodHandle KILL = find("kill", JAVA_INT, JAVA_INT);
    private static final MethodHandle MESSAGE =
            LINKER.downcallHandle(LIBRARY.find("strerror").orElseThrow(), FunctionDescriptor.of(ADDRESS, JAVA_INT));

    private Posix() {}

    /** {@return whether the library has all that is needed} */
    static boolean isAvailable() {
        return ACTIONS_CLOSE_FROM != null && LIBRARY.find("environ").isPresent();
    }

    private static MethodHandle find(String name, MemoryLayout... arguments) {
        return Optional.ofNullable(findIfThere(name, arguments))
                .orElseThrow(() -> new IllegalStateException("the C library has no " + name));
    }

    private static @Nullable MethodHandle findIfThere(String name, MemoryLayout... arguments) {
        return LIBRARY.find(name)
                .map(address -> LINKER.downcallHandle(address, FunctionDescriptor.of(JAVA_INT, arguments)))
                .orElse(null);
    }

    /** {@return the variables of this process, as {@code environ} has them} */
    static MemorySegment environment() {
        return LIBRARY.find("environ")
                .orElseThrow()
                .reinterpret(ADDRESS.byteSize())
                .get(ADDRESS, 0)
                .reinterpret(Long.MAX_VALUE);
    }

    static String message(int problem) {
        try {
            return ((MemorySegment) MESSAGE.invokeExact(problem))
                    .reinterpret(1024)
                    .getString(0);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int spawn(
            MemorySegment pid,
            MemorySegment program,
            MemorySegment actions,
            MemorySegment attributes,
            MemorySegment words,
            MemorySegment environment) {
        try {
            return (int) SPAWN.invokeExact(pid, program, actions, attributes, words, environment);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int actionsInit(MemorySegment actions) {
        return call(ACTIONS_INIT, actions);
    }

    static void actionsDestroy(MemorySegment actions) {
        call(ACTIONS_DESTROY, actions);
    }

    static int actionsOpen(MemorySegment actions, int descriptor, MemorySegment file, int flags, int mode) {
        try {
            return (int) ACTIONS_OPEN.invokeExact(actions, descriptor, file, flags, mode);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int actionsCloseFrom(MemorySegment actions, int descriptor) {
        try {
            return (int) Objects.requireNonNull(ACTIONS_CLOSE_FROM).invokeExact(actions, descriptor);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int attributesInit(MemorySegment attributes) {
        return call(ATTRIBUTES_INIT, attributes);
    }

    static void attributesDestroy(MemorySegment attributes) {
        call(ATTRIBUTES_DESTROY, attributes);
    }

    static int attributesSetFlags(MemorySegment attributes, short flags) {
        try {
            return (int) SET_FLAGS.invokeExact(attributes, flags);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int attributesSetGroup(MemorySegment attributes, int group) {
        try {
            return (int) SET_GROUP.invokeExact(attributes, group);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int attributesSetDefault(MemorySegment attributes, MemorySegment signals) {
        return call(SET_DEFAULT, attributes, signals);
    }

    static int attributesSetMask(MemorySegment attributes, MemorySegment signals) {
        return call(SET_MASK, attributes, signals);
    }

    /** Waits; a signal of the JVM's own that interrupts the wait is no reason to stop it. */
    static void waitid(int kind, int pid, MemorySegment information, int options) {
        try {
            while ((int) WAITID.invokeExact(kind, pid, information, options) != 0 && isAlive(pid)) {
                Thread.onSpinWait();
            }
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int wait4(int pid, MemorySegment status, int options, MemorySegment usage) {
        try {
            return (int) WAIT4.invokeExact(pid, status, options, usage);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static void kill(int pid, int signal) {
        try {
            int _ = (int) KILL.invokeExact(pid, signal);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    private static boolean isAlive(int pid) throws Throwable {
        return (int) KILL.invokeExact(pid, 0) == 0;
    }

    private static int call(MethodHandle function, MemorySegment argument) {
        try {
            return (int) function.invokeExact(argument);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    private static int call(MethodHandle function, MemorySegment first, MemorySegment second) {
        try {
            return (int) function.invokeExact(first, second);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    private static IllegalStateException impossible(Throwable e) {
        return new IllegalStateException("a call of the C library could not be made", e);
    }
}
