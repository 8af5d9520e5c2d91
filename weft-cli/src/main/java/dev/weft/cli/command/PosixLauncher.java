package dev.weft.cli.command;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.weft.cli.text.RawText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Commands by {@code posix_spawn} and {@code wait4} of the C library of Linux. The JDK starts a helper program first, which then starts the
 * command: this takes half as long. It also passes names that are no text, puts each command into a process group of its own, so that
 * all that it started can be ended, and learns what the command took.
 *
 * <p>A pid is reused once it has been waited for; {@link PosixChild#lock} keeps signals from being sent later than that.
 */
@SuppressWarnings("restricted") // reads the variables of this process where the C library has them
final class PosixLauncher implements Launcher {
    private static final String OS = System.getProperty("os.name");
    private static final String ARCH = System.getProperty("os.arch");

    private static final int O_RDONLY = 0;
    private static final int O_CREATE_WRITE_TRUNCATE = 01101;
    private static final int OWNER_ONLY = 0600;
    private static final int FIRST_OTHER_DESCRIPTOR = 3;
    private static final short SET_GROUP = 0x02;
    private static final short SET_DEFAULT_SIGNALS = 0x04;
    private static final short SET_MASK = 0x08;

    /** Sizes of glibc's opaque structures, with room to spare. */
    private static final long ACTIONS_BYTES = 128;

    private static final long ATTRIBUTES_BYTES = 512;
    private static final long SIGNALS_BYTES = 128;
    private static final int SIGKILL = 9;
    private static final int SIGPIPE = 13;
    private static final int SIGSTOP = 19;

    /** The C library's own two, which it looks after by itself. */
    private static final int FIRST_INTERNAL = 32;

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String IGNORED = "SigIgn:";

    /**
     * The signals that a command finds as usual: all, but those that this process ignores since it was started so, as by nohup, which commands shall ignore
     * too. SIGPIPE it must not find ignored in any case. What this process handles would be reset anyway, but then the C library asks
     * for each signal first.
     */
    private static final MemorySegment DEFAULT_SIGNALS = defaultSignals();

    private static final int TOO_LONG = 7;
    private static final long USAGE_BYTES = 144;
    private static final long USAGE_SYSTEM = 16;

    /** Variables of this process without some; they stay where they are, since a JVM does not change its own. */
    private record Kept(Set<String> replaced, List<MemorySegment> variables) {}

    private volatile @Nullable Kept kept;

    static boolean isSupported() {
        return OS.equals("Linux")
                && (ARCH.equals("amd64") || ARCH.equals("aarch64"))
                && !Boolean.getBoolean("weft.command.jdk")
                && Posix.isAvailable();
    }

    @Override
    public Child start(Command command) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment actions = arena.allocate(ACTIONS_BYTES);
            MemorySegment attributes = arena.allocate(ATTRIBUTES_BYTES);
            check(Posix.actionsInit(actions), "prepare");
            check(Posix.attributesInit(attributes), "prepare");
            try {
                open(arena, actions, 0, command.input(), O_RDONLY);
                open(arena, actions, 1, command.output(), O_CREATE_WRITE_TRUNCATE);
                open(arena, actions, 2, command.error(), O_CREATE_WRITE_TRUNCATE);
                check(Posix.actionsCloseFrom(actions, FIRST_OTHER_DESCRIPTOR), "prepare");
                check(Posix.attributesSetDefault(attributes, DEFAULT_SIGNALS), "prepare");
                check(Posix.attributesSetMask(attributes, arena.allocate(SIGNALS_BYTES)), "prepare");
                check(Posix.attributesSetGroup(attributes, 0), "prepare");
                check(
                        Posix.attributesSetFlags(attributes, (short) (SET_GROUP | SET_DEFAULT_SIGNALS | SET_MASK)),
                        "prepare");
                MemorySegment pid = arena.allocate(JAVA_INT);
                MemorySegment words = strings(arena, command.words(), List.of());
                MemorySegment program = words.getAtIndex(ADDRESS, 0);
                int problem = Posix.spawn(
                        pid, program, actions, attributes, words, environment(arena, command.environment()));
                if (problem == TOO_LONG) {
                    throw new TooLongException(RawText.printable(command.words().getFirst()));
                }
                if (problem != 0) {
                    throw new IOException("cannot start '"
                            + RawText.printable(command.words().getFirst()) + "': " + Posix.message(problem));
                }
                return new PosixChild(pid.get(JAVA_INT, 0));
            } finally {
                Posix.actionsDestroy(actions);
                Posix.attributesDestroy(attributes);
            }
        }
    }

    private static void open(Arena arena, MemorySegment actions, int descriptor, Path file, int flags)
            throws IOException {
        if (!file.equals(Command.INHERIT)) {
            MemorySegment name = string(arena, file.toString());
            check(Posix.actionsOpen(actions, descriptor, name, flags, OWNER_ONLY), "open " + file + " for");
        }
    }

    private static void check(int problem, String what) throws IOException {
        if (problem != 0) {
            throw new IOException("cannot " + what + " a command: " + Posix.message(problem));
        }
    }

    private static MemorySegment defaultSignals() {
        MemorySegment set = Arena.global().allocate(SIGNALS_BYTES);
        long others = bit(SIGKILL) | bit(SIGSTOP) | bit(FIRST_INTERNAL) | bit(FIRST_INTERNAL + 1);
        set.set(JAVA_LONG, 0, (~ignored() & ~others) | bit(SIGPIPE));
        return set;
    }

    private static long bit(int signal) {
        return 1L << (signal - 1);
    }

    /** The set of signals that this process ignores; all, if the system does not say. */
    private static long ignored() {
        try (Stream<String> lines = Files.lines(STATUS, StandardCharsets.ISO_8859_1)) {
            return lines.filter(line -> line.startsWith(IGNORED))
                    .mapToLong(line -> Long.parseUnsignedLong(
                            line.substring(IGNORED.length()).strip(), 16))
                    .findFirst()
                    .orElse(-1);
        } catch (IOException | UncheckedIOException | NumberFormatException e) {
            return -1;
        }
    }

    /** The variables of this process but those that a command gets anew; looked up once for the same names. */
    private List<MemorySegment> kept(Set<String> replaced) {
        Kept known = kept;
        if (known != null && known.replaced.equals(replaced)) {
            return known.variables;
        }
        MemorySegment inherited = Posix.environment();
        List<MemorySegment> variables = new ArrayList<>();
        for (long i = 0; ; i++) {
            MemorySegment variable = inherited.getAtIndex(ADDRESS, i);
            if (variable.address() == 0) {
                break;
            }
            if (!replaced.contains(nameOf(variable.reinterpret(Long.MAX_VALUE)))) {
                variables.add(variable);
            }
        }
        kept = new Kept(Set.copyOf(replaced), List.copyOf(variables));
        return variables;
    }

    private MemorySegment environment(Arena arena, Map<String, String> more) {
        if (more.isEmpty()) {
            return Posix.environment();
        }
        return strings(
                arena,
                more.entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + entry.getValue())
                        .toList(),
                kept(more.keySet()));
    }

    private static String nameOf(MemorySegment variable) {
        var name = new StringBuilder();
        for (long i = 0; ; i++) {
            byte c = variable.get(JAVA_BYTE, i);
            if (c == 0 || c == '=') {
                return name.toString();
            }
            name.append((char) (c & 0xFF));
        }
    }

    private static MemorySegment strings(Arena arena, List<String> words, List<MemorySegment> more) {
        MemorySegment array = arena.allocate(ADDRESS, words.size() + more.size() + 1L);
        int i = 0;
        for (String word : words) {
            array.setAtIndex(ADDRESS, i++, string(arena, word));
        }
        for (MemorySegment other : more) {
            array.setAtIndex(ADDRESS, i++, other);
        }
        array.setAtIndex(ADDRESS, i, MemorySegment.NULL);
        return array;
    }

    private static MemorySegment string(Arena arena, String text) {
        byte[] bytes = RawText.encode(text);
        for (byte each : bytes) {
            if (each == 0) {
                throw new IllegalArgumentException("a word of a command cannot hold a NUL character, which ends it: '"
                        + RawText.printable(text) + "'");
            }
        }
        MemorySegment segment = arena.allocate(bytes.length + 1L);
        MemorySegment.copy(bytes, 0, segment, JAVA_BYTE, 0, bytes.length);
        return segment;
    }

    /** Running until {@link #await} has reaped it; {@code ended} and signals are under the lock. */
    private static final class PosixChild implements Child {
        private static final int SIGTERM = 15;
        private static final int WAIT_WITHOUT_REAPING = 0x01000000;
        private static final int WAIT_FOR_EXIT = 0x4;
        private static final int WAIT_FOR_PID = 1;
        private static final int SIGNAL_MASK = 0x7F;

        private final int pid;
        private final ReentrantLock lock = new ReentrantLock();
        private boolean ended;

        PosixChild(int pid) {
            this.pid = pid;
        }

        @Override
        public long pid() {
            return pid;
        }

        @Override
        public Exit await() {
            try (Arena arena = Arena.ofConfined()) {
                // Its number stays taken until it is reaped, which happens under the lock of those who send signals.
                MemorySegment information = arena.allocate(SIGNALS_BYTES);
                Posix.waitid(WAIT_FOR_PID, pid, information, WAIT_FOR_EXIT | WAIT_WITHOUT_REAPING);
                MemorySegment status = arena.allocate(JAVA_INT);
                MemorySegment usage = arena.allocate(USAGE_BYTES);
                lock.lock();
                try {
                    ended = true;
                    int reaped = Posix.wait4(pid, status, 0, usage);
                    if (reaped != pid) {
                        throw new IllegalStateException("expected to learn how process " + pid
                                + " ended, found that something else in this program had waited for it");
                    }
                } finally {
                    lock.unlock();
                }
                int word = status.get(JAVA_INT, 0);
                int signal = word & SIGNAL_MASK;
                return new Exit(
                        signal == 0 ? (word >> 8) & 0xFF : 0,
                        signal,
                        // Its memory is no use: until it runs the program, a process counts all of this JVM.
                        nanos(usage, 0) + nanos(usage, USAGE_SYSTEM));
            }
        }

        private static long nanos(MemorySegment usage, long offset) {
            return usage.get(JAVA_LONG, offset) * 1_000_000_000L + usage.get(JAVA_LONG, offset + 8) * 1_000L;
        }

        @Override
        public void terminate() {
            signal(SIGTERM);
        }

        @Override
        public void kill() {
            signal(SIGKILL);
        }

        private void signal(int number) {
            lock.lock();
            try {
                if (!ended) {
                    Posix.kill(-pid, number);
                }
            } finally {
                lock.unlock();
            }
        }
    }
}
