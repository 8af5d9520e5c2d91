package dev.weft.bench.map;

import dev.weft.bench.program.Arguments;
import dev.weft.bench.program.Stopwatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Measures a {@link MapTool}, in a process of its own for each iteration. Prints {@code wall}: the time that all
 * operations took beyond what one input takes, so that the start is not in it; and {@code bytes}: the most that the
 * process had resident.
 */
final class MapProgram {
    private static final long KIB = 1024;
    private static final long LOOK_MILLIS = 20;
    private static final String FUNCTION = "class Next { static long next(long number) { return number + 1; } }\n";

    private final List<String> command;
    private final Path directory;
    private long mostBytes;

    private MapProgram(List<String> command, Path directory) {
        this.command = command;
        this.directory = directory;
    }

    public static void main(String[] given) throws Exception {
        MapTool tool = MapTool.valueOf(given[0].toUpperCase(Locale.ROOT).replace('-', '_'));
        Arguments arguments = Arguments.parse(Arrays.copyOfRange(given, 2, given.length));
        Stopwatch.describe(given[0], arguments);
        Path directory = Files.createTempDirectory("weft-bench-map-");
        try {
            Path function = Files.writeString(directory.resolve("Next.java"), FUNCTION);
            new MapProgram(tool.command(given[1], function), directory).measure(arguments);
        } finally {
            delete(directory);
        }
    }

    private void measure(Arguments arguments) throws IOException, InterruptedException {
        Path one = inputs(1);
        Path all = inputs(arguments.operations());
        run(one); // builds the program, compiles the function, reads files from the disk
        var wall = new StringBuilder("wall");
        var bytes = new StringBuilder("bytes");
        for (int i = 0; i < arguments.iterations(); i++) {
            long start = run(one);
            long whole = run(all);
            wall.append(' ').append(whole - start);
            bytes.append(' ').append(mostBytes);
        }
        IO.println(wall);
        IO.println(bytes);
    }

    private Path inputs(int number) throws IOException {
        return Files.write(
                directory.resolve("inputs-" + number),
                IntStream.range(0, number).mapToObj(Integer::toString).toList());
    }

    /** {@return how long the tool took for all lines of a file, in nanoseconds} */
    private long run(Path inputs) throws IOException, InterruptedException {
        Path runs = Files.createDirectory(directory.resolve("runs"));
        Path said = directory.resolve("said");
        mostBytes = 0;
        try {
            var builder = new ProcessBuilder(command)
                    .redirectInput(inputs.toFile())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(said.toFile());
            builder.environment().put("WEFT_RUNS", runs.toString());
            builder.environment().put("WEFT_CONFIG", "");
            long begin = System.nanoTime();
            Process process = builder.start();
            try {
                while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                    mostBytes = Math.max(mostBytes, mostResident(process.pid()));
                }
                long nanos = System.nanoTime() - begin;
                if (process.exitValue() != 0) {
                    throw new IOException(
                            command + " ended with " + process.exitValue() + ", expected 0: " + Files.readString(said));
                }
                return nanos;
            } finally {
                process.destroyForcibly();
            }
        } finally {
            delete(runs);
        }
    }

    /** {@return the most that a process has had in memory, in bytes; 0 if the system does not say, or it has ended} */
    private static long mostResident(long pid) {
        try (Stream<String> lines =
                Files.lines(Path.of("/proc", Long.toString(pid), "status"), StandardCharsets.UTF_8)) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * KIB)
                    .findFirst()
                    .orElse(0);
        } catch (IOException | UncheckedIOException e) {
            return 0;
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
