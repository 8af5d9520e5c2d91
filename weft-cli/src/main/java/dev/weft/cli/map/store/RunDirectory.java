package dev.weft.cli.map.store;

import dev.weft.cli.CliException;
import dev.weft.cli.text.AsciiText;
import dev.weft.process.internal.UserCache;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The directory of one run, and the lock that says that the run goes on.
 *
 * <p>{@code run.json} has the command line, {@code inputs.jsonl} every input that was read, {@code outcomes.jsonl}
 * every try that ended, {@code sessions.jsonl} who worked on it when, {@code output/} what running commands have
 * written so far. All lines are appended by single writes, so that only the end of the machine can tear one; a torn
 * last line is cut off.
 */
public final class RunDirectory implements AutoCloseable {
    private final RunSettings settings;
    private final FileChannel lockFile;

    @SuppressWarnings("unused") // held until this is closed
    private final FileLock lock;

    private @Nullable SessionLog sessions;

    private RunDirectory(RunSettings settings, FileChannel lockFile, FileLock lock) {
        this.settings = settings;
        this.lockFile = lockFile;
        this.lock = lock;
    }

    /**
     * {@return where runs are kept: {@code WEFT_RUNS}, or {@code weft/runs} in the user's directory for state}
     */
    public static Path root() {
        return Optional.ofNullable(System.getenv("WEFT_RUNS"))
                .filter(path -> !path.isEmpty())
                .map(Path::of)
                .orElseGet(() -> Optional.ofNullable(System.getenv("XDG_STATE_HOME"))
                        .filter(path -> path.startsWith("/"))
                        .map(Path::of)
                        .orElseGet(() -> Path.of(System.getProperty("user.home"), ".local", "state"))
                        .resolve("weft/runs"));
    }

    /**
     * Begins a run.
     *
     * @param root where runs are kept
     * @param command the name of the command
     * @param arguments the command line, behind the name
     * @return its directory, locked
     * @throws IOException if it cannot be made
     */
    public static RunDirectory create(Path root, String command, List<String> arguments) throws IOException {
        Path directory;
        try {
            directory = createUnder(root);
        } catch (IOException e) {
            throw new IOException(
                    "cannot keep runs in " + root + " (" + CliException.reason(e)
                            + "): name another directory in the variable WEFT_RUNS",
                    e);
        }
        var settings = new RunSettings(
                directory, Instant.now(), command, arguments, Path.of("").toAbsolutePath());
        settings.write();
        return open(settings);
    }

    private static Path createUnder(Path root) throws IOException {
        FileAttribute<?>[] ownerOnly = UserCache.ownerOnly();
        Files.createDirectories(root, ownerOnly);
        String time = text(LocalDateTime.now(ZoneId.systemDefault()));
        while (true) {
            Path directory = root.resolve(
                    time + "-" + Integer.toString(ThreadLocalRandom.current().nextInt(36, 36 * 36), 36));
            try {
                Files.createDirectory(directory, ownerOnly); // whatever the one above it allows
            } catch (FileAlreadyExistsException e) {
                continue;
            }
            Files.createDirectory(directory.resolve("output"));
            return directory;
        }
    }

    /** Such as 20260301-120000. A formatter of the JDK takes a fresh JVM longer than all else that is done here. */
    private static String text(LocalDateTime time) {
        return new AsciiText(15)
                .add(time.getYear(), 4)
                .add(time.getMonthValue(), 2)
                .add(time.getDayOfMonth(), 2)
                .add('-')
                .add(time.getHour(), 2)
                .add(time.getMinute(), 2)
                .add(time.getSecond(), 2)
                .toString();
    }

    /**
     * Has the run go on by another command line, when it is taken up.
     *
     * @param line the command line, behind the name of the command
     * @throws IOException if it cannot be written; then the old one stays
     */
    public void goOnBy(List<String> line) throws IOException {
        settings.withArguments(line).write();
    }

    /**
     * Takes up a run that has ended.
     *
     * @param directory its directory
     * @return the same, locked
     * @throws IOException if there is no such run, it goes on, or a version of Weft made it that is not known here
     */
    public static RunDirectory open(Path directory) throws IOException {
        return open(RunSettings.read(directory));
    }

    private static RunDirectory open(RunSettings settings) throws IOException {
        Path directory = settings.path();
        FileChannel channel =
                FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            channel.close();
            throw new IOException(
                    "the run in " + directory + " goes on in another process: wait for it, or stop it first");
        }
        return new RunDirectory(settings, channel, lock);
    }

    /**
     * Finds a run.
     *
     * @param root where runs are kept
     * @param name the name of its directory, a beginning of it that only one has, or {@code last}
     * @return its directory
     * @throws IOException if there is no such run, or more than one
     */
    public static Path find(Path root, String name) throws IOException {
        List<Path> all = all(root);
        if (name.equals("last")) {
            return all.stream()
                    .reduce((_, later) -> later)
                    .orElseThrow(() -> new IOException("there is no run in " + root));
        }
        if (name.contains("/")) {
            return Path.of(name);
        }
        List<Path> fitting = all.stream()
                .filter(run -> run.getFileName().toString().startsWith(name))
                .toList();
        if (fitting.size() != 1) {
            throw new IOException((fitting.isEmpty() ? "there is no run " : "more than one run begins with ") + name
                    + " in " + root + "; weft runs lists what there is");
        }
        return fitting.getFirst();
    }

    /**
     * Lists the runs.
     *
     * @param root where runs are kept
     * @return their directories, oldest first
     * @throws IOException if the directory cannot be read
     */
    public static List<Path> all(Path root) throws IOException {
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        try (Stream<Path> found = Files.list(root)) {
            return found.filter(path -> Files.exists(path.resolve("run.json")))
                    .sorted(Comparator.comparing(path -> path.getFileName().toString()))
                    .toList();
        }
    }

    /**
     * {@return the name of the run}
     */
    public String name() {
        return settings.name();
    }

    /**
     * {@return the directory}
     */
    public Path path() {
        return settings.path();
    }

    /**
     * {@return the name of the command that began it}
     */
    public String command() {
        return settings.command();
    }

    /**
     * {@return the command line, behind the name of the command}
     */
    public List<String> arguments() {
        return settings.arguments();
    }

    /**
     * {@return the directory that the run was begun in}
     */
    public Path workingDirectory() {
        return settings.workingDirectory();
    }

    /**
     * {@return the file of inputs}
     */
    public Path inputs() {
        return settings.inputs();
    }

    /**
     * {@return the file of outcomes}
     */
    public Path outcomes() {
        return settings.outcomes();
    }

    /**
     * {@return the log of the sessions of this run}
     *
     * @throws IOException if it cannot be opened
     */
    public synchronized SessionLog sessions() throws IOException {
        if (sessions == null) {
            sessions = SessionLog.open(settings.sessions());
        }
        return sessions;
    }

    /**
     * {@return the file of what was expected of the model that was chosen, and what came of it}
     */
    public Path advice() {
        return settings.path().resolve("advice.json");
    }

    /**
     * {@return the file of what inputs have written to standard output, of a run that was not to print}
     */
    public Path keptOutput() {
        return settings.path().resolve("kept.stdout");
    }

    /**
     * {@return the file of what inputs have written to standard error, of a run that was not to print}
     */
    public Path keptError() {
        return settings.path().resolve("kept.stderr");
    }

    /**
     * Prints what was kept, and keeps it no longer.
     *
     * @param out where standard output goes
     * @param err where standard error goes
     * @throws IOException if it cannot be read or printed
     */
    public void printKept(OutputStream out, OutputStream err) throws IOException {
        if (Files.exists(keptOutput())) {
            Files.copy(keptOutput(), out);
            out.flush();
            Files.delete(keptOutput());
        }
        if (Files.exists(keptError())) {
            Files.copy(keptError(), err);
            err.flush();
            Files.delete(keptError());
        }
    }

    /**
     * {@return the directory for what running commands have written so far}
     */
    public Path output() {
        return settings.path().resolve("output");
    }

    /**
     * Removes what commands had written so far.
     *
     * @throws IOException if a file cannot be removed
     */
    public void clearOutput() throws IOException {
        try (Stream<Path> files = Files.list(output())) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }

    /** Gives the run up to whoever wants to take it up. */
    @Override
    public synchronized void close() throws IOException {
        try (lockFile) {
            if (sessions != null) {
                sessions.close();
            }
        }
    }
}
