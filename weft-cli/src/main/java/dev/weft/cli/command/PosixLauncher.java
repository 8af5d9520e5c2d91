package dev.weft.cli.command;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.weft.cli.text.RawPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Commands by {@code posix_spawn} and {@code wait4} of the C library of Linux. The JDK starts a helper program first,
 * which then starts the command: this takes half as long. It also passes names that are no text, puts each command into
 * a process group of its own, so that all that it started can be ended, and learns what the command took.
 *
 * <p>What is the same for all commands is prepared here, once; what is the same for those of one {@link PosixStarter},
 * there.
 */
@SuppressWarnings("restricted") // reads the variables of this process where the C library has them
final class PosixLauncher implements Launcher {
    private static final String OS = System.getProperty("os.name");
    private static final String ARCH = System.getProperty("os.arch");

    private static final short SET_GROUP = 0x02;
    private static final short SET_DEFAULT_SIGNALS = 0x04;
    private static final short SET_MASK = 0x08;

    /** Sizes of glibc's opaque structures, with room to spare. */
    private static final long ATTRIBUTES_BYTES = 512;

    private static final long SIGNALS_BYTES = 128;
    private static final int SIGKILL = 9;
    private static final int SIGPIPE = 13;
    private static final int SIGSTOP = 19;

    /** The C library's own two, which it looks after by itself. */
    private static final int FIRST_INTERNAL = 32;

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String IGNORED = "SigIgn:";

    /** Where programs are looked for that are named without a directory, if the variable is not set. */
    private static final String USUAL_PATH = "/bin:/usr/bin";

    /** Variables of this process without some; they stay where they are, since a JVM does not change its own. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Kept(Set<String> replaced, long[] variables) {}

    /** Where a program was found. */
    private record Found(String name, String file) {}

    private volatile @Nullable Kept kept;
    private volatile @Nullable Found found;

    static boolean isSupported() {
        return OS.equals("Linux")
                && (ARCH.equals("amd64") || ARCH.equals("aarch64"))
                && !Boolean.getBoolean("weft.command.jdk")
                && Posix.isAvailable();
    }

    @Override
    public Starter starter(Path input, Path output, Path error) throws IOException {
        return PosixStarter.open(this, input, output, error);
    }

    /** {@return the attributes of all commands, which nothing changes} */
    static MemorySegment attributes() {
        return Attributes.ALL;
    }

    /** Made for the first command. */
    private static final class Attributes {
        static final MemorySegment ALL = make();

        private static MemorySegment make() {
            Arena arena = Arena.global();
            MemorySegment attributes = arena.allocate(ATTRIBUTES_BYTES);
            // None of these can fail: they only write into the structure.
            long address = attributes.address();
            Posix.attributesInit(address);
            Posix.attributesSetDefault(address, defaultSignals().address());
            Posix.attributesSetMask(address, arena.allocate(SIGNALS_BYTES).address());
            Posix.attributesSetGroup(address, 0);
            Posix.attributesSetFlags(address, (short) (SET_GROUP | SET_DEFAULT_SIGNALS | SET_MASK));
            return attributes;
        }

        /**
         * The signals that a command finds as usual: all, but those that this process ignores since it was started so,
         * as by nohup, which commands shall ignore too. SIGPIPE it must not find ignored in any case. What this process
         * handles would be reset anyway, but then the C library asks for each signal first.
         */
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
    }

    /**
     * {@return the addresses of the variables of this process but those that a command gets anew; looked up once for
     * the same names}
     */
    long[] kept(Set<String> replaced) {
        Kept known = kept;
        if (known != null && known.replaced.equals(replaced)) {
            return known.variables;
        }
        MemorySegment inherited = Posix.environment();
        List<Long> variables = new ArrayList<>();
        for (long i = 0; ; i++) {
            MemorySegment variable = inherited.getAtIndex(ADDRESS, i);
            if (variable.address() == 0) {
                break;
            }
            if (!replaced.contains(nameOf(variable.reinterpret(Long.MAX_VALUE)))) {
                variables.add(variable.address());
            }
        }
        long[] addresses = variables.stream().mapToLong(Long::longValue).toArray();
        kept = new Kept(Set.copyOf(replaced), addresses);
        return addresses;
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

    /**
     * Finds the file of a program that is named without a directory, as the C library does, which would try each
     * directory anew for each command. The one that was looked for last is known.
     *
     * @param name the first word of a command, as raw text
     * @return the file; the name itself if that has a directory, or there is no such file
     */
    String file(String name) {
        Found last = found;
        if (last != null && last.name.equals(name)) {
            return last.file;
        }
        String file = name.isEmpty() || name.indexOf('/') >= 0 ? name : search(name);
        found = new Found(name, file);
        return file;
    }

    private static String search(String name) {
        String path = System.getenv("PATH");
        for (String directory : (path == null ? USUAL_PATH : path).split(":", -1)) {
            if (!directory.startsWith("/") || directory.chars().anyMatch(c -> c >= 0x80)) {
                return name; // relative, or perhaps no text: for the library to find
            }
            String candidate = directory + "/" + name;
            try {
                Path place = RawPath.of(candidate);
                if (Files.isRegularFile(place) && Files.isExecutable(place)) {
                    return candidate;
                }
            } catch (RuntimeException e) {
                return name; // no path: the system says why
            }
        }
        return name;
    }

    /** Forgets where a program was, since it cannot be started there any more. */
    void forget() {
        found = null;
    }
}
