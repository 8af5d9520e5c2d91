package dev.weft.cli.command;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.weft.cli.text.RawText;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Starts commands whose streams are the same. What the C library needs for that is written once; for each command its
 * words and the variables that are its own are written into memory that the next one uses again, in the form of
 * {@code execve}:
 *
 * <pre>
 *   the addresses of its words, 0 ; the addresses of its variables and those that it inherits, 0 ; the texts, each with its NUL
 * </pre>
 */
final class PosixStarter implements Launcher.Starter {
    private static final int O_RDONLY = 0;
    private static final int O_CREATE_WRITE_TRUNCATE = 01101;
    private static final int OWNER_ONLY = 0600;
    private static final int FIRST_OTHER_DESCRIPTOR = 3;

    /** The size of glibc's opaque structure, with room to spare. */
    private static final long ACTIONS_BYTES = 128;

    private static final int NOT_THERE = 2;
    private static final int TOO_LONG = 7;
    private static final int NOT_ALLOWED = 13;
    private static final int NO_DIRECTORY = 20;

    private final PosixLauncher launcher;

    /** Collected with this and the children that it has started. */
    private final Arena arena = Arena.ofAuto();

    private final MemorySegment actions = arena.allocate(ACTIONS_BYTES);
    private final MemorySegment pid = arena.allocate(JAVA_INT);
    private final MemorySegment ends = PosixChild.memory(arena);

    private byte[] texts = new byte[512];
    private int length;
    private long[] addresses = new long[64];
    private int count;
    private MemorySegment memory = arena.allocate(4096, Long.BYTES);

    private PosixStarter(PosixLauncher launcher) {
        this.launcher = launcher;
    }

    static PosixStarter open(PosixLauncher launcher, Path input, Path output, Path error) throws IOException {
        var starter = new PosixStarter(launcher);
        try {
            check(Posix.actionsInit(starter.actions.address()), "prepare");
            try {
                starter.open(0, input, O_RDONLY);
                starter.open(1, output, O_CREATE_WRITE_TRUNCATE);
                starter.open(2, error, O_CREATE_WRITE_TRUNCATE);
                check(Posix.actionsCloseFrom(starter.actions.address(), FIRST_OTHER_DESCRIPTOR), "prepare");
                return starter;
            } catch (IOException e) {
                starter.close();
                throw e;
            }
        } finally {
            Reference.reachabilityFence(starter.arena);
        }
    }

    private void open(int descriptor, Path file, int flags) throws IOException {
        if (!file.equals(Launcher.INHERIT)) {
            try (Arena brief = Arena.ofConfined()) { // the library copies it
                byte[] name = RawText.encode(file.toString());
                MemorySegment path = brief.allocate(name.length + 1L);
                MemorySegment.copy(name, 0, path, JAVA_BYTE, 0, name.length);
                check(
                        Posix.actionsOpen(actions.address(), descriptor, path.address(), flags, OWNER_ONLY),
                        "open " + file + " for");
            }
        }
    }

    private static void check(int problem, String what) throws IOException {
        if (problem != 0) {
            throw new IOException("cannot " + what + " a command: " + Posix.message(problem));
        }
    }

    @Override
    public Child start(List<String> words, Map<String, String> environment) throws IOException {
        String name = words.getFirst();
        String file = launcher.file(name);
        int problem = spawn(file, words, environment);
        if (!file.equals(name) && (problem == NOT_THERE || problem == NOT_ALLOWED || problem == NO_DIRECTORY)) {
            launcher.forget(); // it is elsewhere now
            problem = spawn(name, words, environment);
        }
        if (problem == TOO_LONG) {
            throw new TooLongException(RawText.printable(name));
        }
        if (problem != 0) {
            throw new IOException("cannot start '" + RawText.printable(name) + "': " + Posix.message(problem));
        }
        return new PosixChild(pid.get(JAVA_INT, 0), ends);
    }

    /** {@return 0, or why it cannot be started} */
    private int spawn(String file, List<String> words, Map<String, String> environment) {
        length = 0;
        count = 0;
        int program = length;
        text(file);
        for (String word : words) {
            address(length);
            text(word);
        }
        address(-1);
        int variables = count;
        environment.forEach((variable, value) -> {
            address(length);
            part(variable);
            part("=");
            text(value);
        });
        int own = count;
        long[] inherited = launcher.kept(environment.keySet());
        int all = own + inherited.length + 1;
        int begin = all * Long.BYTES;
        if (memory.byteSize() < begin + (long) length) {
            memory = arena.allocate(2 * (begin + (long) length), Long.BYTES);
        }
        long base = memory.address() + begin;
        for (int i = 0; i < own; i++) {
            addresses[i] = addresses[i] < 0 ? 0 : base + addresses[i];
        }
        MemorySegment.copy(addresses, 0, memory, JAVA_LONG, 0, own);
        MemorySegment.copy(inherited, 0, memory, JAVA_LONG, (long) own * Long.BYTES, inherited.length);
        memory.setAtIndex(JAVA_LONG, all - 1L, 0);
        MemorySegment.copy(texts, 0, memory, JAVA_BYTE, begin, length);
        try {
            return Posix.spawn(
                    pid.address(),
                    base + program,
                    actions.address(),
                    PosixLauncher.attributes().address(),
                    memory.address(),
                    memory.address() + (long) variables * Long.BYTES);
        } finally {
            Reference.reachabilityFence(arena);
        }
    }

    /** Adds the place of a text, or -1 for the end of a list. */
    private void address(int place) {
        if (count == addresses.length) {
            addresses = Arrays.copyOf(addresses, 2 * count);
        }
        addresses[count++] = place;
    }

    private void text(String text) {
        part(text);
        texts[length++] = 0;
    }

    private void part(String text) {
        byte[] bytes = RawText.encode(text);
        for (byte each : bytes) {
            if (each == 0) {
                throw new IllegalArgumentException("a word of a command cannot hold a NUL character, which ends it: '"
                        + RawText.printable(text) + "'");
            }
        }
        if (texts.length - length <= bytes.length) {
            texts = Arrays.copyOf(texts, Math.addExact(2 * length, bytes.length + 1));
        }
        System.arraycopy(bytes, 0, texts, length, bytes.length);
        length += bytes.length;
    }

    @Override
    public void close() {
        try {
            Posix.actionsDestroy(actions.address());
        } finally {
            Reference.reachabilityFence(arena);
        }
    }
}
