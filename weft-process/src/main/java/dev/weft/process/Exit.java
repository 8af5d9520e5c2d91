package dev.weft.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How a worker process ended.
 *
 * @param pid the process, or -1 if there never was one
 * @param code its exit code; 128 and the number of a signal where one ended it
 * @param lastLines the last lines that it printed to its standard error
 * @param crashFile what the JVM wrote about its crash, or null
 * @param why why the pool killed it or could not start it, or null
 * @param place where it ran, in words that follow "on", or null for this machine
 * @param unknown whether nothing is known about what it has done
 */
record Exit(
        long pid,
        int code,
        List<String> lastLines,
        @Nullable Path crashFile,
        @Nullable String why,
        @Nullable String place,
        boolean unknown) {
    /** For a process of this machine. */
    Exit(long pid, int code, List<String> lastLines, @Nullable Path crashFile, @Nullable String why) {
        this(pid, code, lastLines, crashFile, why, null, false);
    }

    /** How a worker ends whose initializer threw. */
    static final int NOT_INITIALIZED = 93;

    /** {@code -XX:+ExitOnOutOfMemoryError}. */
    private static final int OUT_OF_MEMORY = 3;

    private static final Map<Integer, String> SIGNALS = Map.ofEntries(
            Map.entry(1, "SIGHUP"),
            Map.entry(2, "SIGINT"),
            Map.entry(3, "SIGQUIT"),
            Map.entry(4, "SIGILL"),
            Map.entry(6, "SIGABRT"),
            Map.entry(7, "SIGBUS"),
            Map.entry(8, "SIGFPE"),
            Map.entry(9, "SIGKILL"),
            Map.entry(11, "SIGSEGV"),
            Map.entry(13, "SIGPIPE"),
            Map.entry(14, "SIGALRM"),
            Map.entry(15, "SIGTERM"),
            Map.entry(24, "SIGXCPU"),
            Map.entry(25, "SIGXFSZ"));

    /** {@return which process it was: its number, and where that is another machine, where} */
    String who() {
        return "process " + pid + (place == null ? "" : " on " + place);
    }

    /** {@return the name of the signal that ended the process, or null} */
    @Nullable
    String signal() {
        return SIGNALS.get(code - 128);
    }

    /** {@return how it ended, in words that follow its name} */
    String words() {
        String signal = signal();
        return why != null
                ? why
                : signal != null
                        ? "was ended by " + signal + " (exit code " + code + ")"
                        : code == NOT_INITIALIZED
                                ? "failed in the initializer of the pool (exit code " + code + ")"
                                : "exited with code " + code;
    }

    /** {@return the likely cause and the remedy if it ran a task, in words that follow {@link #words}, or nothing} */
    String hint() {
        String signal = signal();
        if (why != null || (signal == null && crashFile != null)) {
            return "";
        }
        if (signal == null) {
            return code == OUT_OF_MEMORY
                    ? ": OutOfMemoryError. Give the workers more heap with heap(...) of the pool's builder, or the task less to hold"
                    : ": the task, or code that it called, ended the JVM (System.exit)";
        }
        return switch (signal) {
            case "SIGKILL" -> ", as by kill -9 or by the system when memory is short";
            case "SIGABRT" -> ": the JVM crashed";
            default -> "";
        };
    }

    /** {@return the crash file and the last lines, each in a line of its own, or nothing} */
    String details() {
        String crash = crashFile == null ? "" : "\n  crash report: " + crashFile + headline(crashFile);
        String lines = lastLines.isEmpty()
                ? ""
                : lastLines.stream()
                        .collect(Collectors.joining("\n    ", "\n  last lines of its standard error:\n    ", ""));
        return crash + lines;
    }

    private static String headline(Path crashFile) {
        try (Stream<String> lines = Files.lines(crashFile, StandardCharsets.ISO_8859_1)) { // it quotes any bytes
            return lines.limit(30)
                    .filter(line -> line.startsWith("#  SIG")
                            || line.startsWith("#  Internal Error")
                            || line.startsWith("# C  "))
                    .map(line -> "\n    " + line)
                    .collect(Collectors.joining());
        } catch (IOException | UncheckedIOException e) {
            return " (which cannot be read: " + e + ")";
        }
    }
}
