package dev.weft.cli.map.store;

import dev.weft.cli.text.JsonText;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * What a run was begun with. Can be read while the run goes on.
 *
 * @param path the directory of the run
 * @param created when it was begun; null if that is not known
 * @param command the name of the command that began it
 * @param arguments the command line, behind that name
 * @param workingDirectory the directory that it was begun in
 */
public record RunSettings(
        Path path, @Nullable Instant created, String command, List<String> arguments, Path workingDirectory) {
    /** The version of the files in a run's directory; members and files may be added without another number. */
    static final int VERSION = 1;

    /**
     * Reads what a run was begun with.
     *
     * @param directory the directory of the run
     * @return it
     * @throws IOException if there is no such run, or a version of Weft made it that is not known here
     */
    public static RunSettings read(Path directory) throws IOException {
        JsonNode json;
        try {
            json = Json.MAPPER.readTree(Files.readString(directory.resolve("run.json")));
        } catch (NoSuchFileException e) {
            throw new IOException("there is no run in " + directory + "; weft runs lists what there is", e);
        } catch (JacksonException e) {
            throw new IOException(
                    "expected the settings of a run in " + directory.resolve("run.json") + ", found: "
                            + e.getOriginalMessage(),
                    e);
        }
        int version = json.path("version").asInt(0);
        if (version != VERSION) {
            throw new IOException("expected a run of version " + VERSION + " in " + directory + ", found version "
                    + version + ": take it up with the Weft that made it, or begin a new run");
        }
        List<String> arguments = new ArrayList<>();
        json.path("arguments").forEach(word -> arguments.add(word.asString()));
        return new RunSettings(
                directory,
                instant(json.path("created").asString("")),
                json.path("command").asString("map"),
                arguments,
                Path.of(json.path("directory").asString("")));
    }

    /** Writes them into the directory; whoever reads them meanwhile finds these or those before. */
    void write() throws IOException {
        var json = new JsonText().object().name("version").value(VERSION);
        if (created != null) {
            json.name("created").value(created.toString());
        }
        json.name("directory").value(workingDirectory.toString());
        json.name("command").value(command);
        json.name("arguments").array();
        arguments.forEach(json::value);
        json.endArray().endObject();
        Path unfinished = path.resolve("run.json.new");
        Files.writeString(unfinished, json + "\n");
        Files.move(unfinished, path.resolve("run.json"), StandardCopyOption.ATOMIC_MOVE);
    }

    RunSettings withArguments(List<String> line) {
        return new RunSettings(path, created, command, line, workingDirectory);
    }

    private static @Nullable Instant instant(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            return null;
        }
    }

    /**
     * {@return the name of the run}
     */
    public String name() {
        return String.valueOf(path.toAbsolutePath().normalize().getFileName());
    }

    /**
     * {@return the file of inputs}
     */
    public Path inputs() {
        return path.resolve("inputs.jsonl");
    }

    /**
     * {@return the file of outcomes}
     */
    public Path outcomes() {
        return path.resolve("outcomes.jsonl");
    }

    /**
     * {@return the file of sessions}
     */
    public Path sessions() {
        return path.resolve("sessions.jsonl");
    }

    /**
     * Tells whether somebody works on the run. To be asked by no process that does so itself: the system takes its
     * lock away when it closes the file here.
     *
     * @return whether the run goes on
     * @throws IOException if that cannot be found out
     */
    public boolean isLive() throws IOException {
        try (FileChannel channel = FileChannel.open(path.resolve("lock"), StandardOpenOption.READ)) {
            // A shared lock is refused only by a holder of the exclusive one; it is given up at once.
            FileLock lock = channel.tryLock(0, Long.MAX_VALUE, true);
            return lock == null;
        } catch (OverlappingFileLockException e) {
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }
}
