package dev.weft.cli.map.store;

import dev.weft.cli.machine.Host;
import dev.weft.cli.machine.RunQueue;
import dev.weft.cli.text.JsonText;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * The file of the times that somebody worked on a run: it is begun once, and taken up again as often as it takes. A
 * session that has no end was killed, or goes on. Thread-safe.
 */
public final class SessionLog implements AutoCloseable {
    /** A limit that changes all the time is not kept to its end. */
    private static final int MOST_CHANGES = 10_000;

    private static final String DECIMAL = "\\d{1,9}(\\.\\d{1,9})?";

    /** Often enough for a run of a second, and so rarely that it costs nothing. */
    private static final Duration LOOK = Duration.ofMillis(100);

    private final LineFile file;
    private @Nullable RunQueue queue; // of the session that goes on; guarded by this
    private int jobs;
    private int changes;

    private SessionLog(LineFile file) {
        this.file = file;
    }

    /**
     * Opens the file.
     *
     * @param path the file; made if there is none
     * @return the log
     * @throws IOException if it cannot be written
     */
    public static SessionLog open(Path path) throws IOException {
        return new SessionLog(LineFile.open(path));
    }

    /**
     * Notes that a session begins.
     *
     * @param command what began it: {@code map}, {@code resume}
     * @param weft the version of the program
     * @param host what it runs on
     * @throws IOException if it cannot be written
     */
    public synchronized void begin(String command, String weft, Host host) throws IOException {
        queue = RunQueue.watch(LOOK);
        var json = new JsonText().object().name("began").value(Instant.now().toString());
        json.name("pid").value(ProcessHandle.current().pid());
        json.name("command").value(command).name("weft").value(weft);
        json.name("os").value(host.os()).name("arch").value(host.arch());
        json.name("cpu").value(host.cpu()).name("cores").value(host.cores());
        if (host.cgroupCpus() != null) {
            json.name("cgroupCpus").value(host.cgroupCpus().toString());
        }
        json.name("memoryBytes").value(host.memoryBytes());
        json.name("jdk").value(host.jdk()).name("vendor").value(host.vendor());
        json.name("flags").array();
        host.flags().forEach(json::value);
        append(json.endArray().endObject());
    }

    /**
     * Notes how many may run at once, if that has changed.
     *
     * @param limit the number
     * @throws IOException if it cannot be written
     */
    public synchronized void jobs(int limit) throws IOException {
        if (limit != jobs && changes++ < MOST_CHANGES) {
            jobs = limit;
            append(new JsonText()
                    .object()
                    .name("at")
                    .value(Instant.now().toString())
                    .name("jobs")
                    .value(limit)
                    .endObject());
        }
    }

    /**
     * Notes that the session ends.
     *
     * @param ending how: {@code finished}, {@code halted}, {@code time-over}, {@code interrupted}, {@code
     *     reader-gone}, {@code failed}
     * @throws IOException if it cannot be written
     */
    public synchronized void end(String ending) throws IOException {
        var json = new JsonText().object().name("ended").value(Instant.now().toString());
        json.name("ending").value(ending);
        OptionalDouble wanted = queue == null ? OptionalDouble.empty() : queue.forEachProcessor();
        if (wanted.isPresent()) {
            long hundredths = Math.round(Math.max(0, wanted.getAsDouble()) * 100);
            json.name("runnable").value(hundredths / 100 + "." + hundredths / 10 % 10 + hundredths % 10);
        }
        append(json.endObject());
    }

    private void append(JsonText json) throws IOException {
        file.append(json.endLine());
    }

    @Override
    public synchronized void close() throws IOException {
        if (queue != null) {
            queue.close();
        }
        file.close();
    }

    /**
     * Reads the sessions of a run, also while it goes on.
     *
     * @param path the file
     * @return the sessions in their order; none if the file is not there, as in runs of older versions. Lines that
     *     cannot be understood are left out
     * @throws IOException if the file cannot be read
     */
    public static List<Session> read(Path path) throws IOException {
        List<Session> sessions = new ArrayList<>();
        if (!Files.exists(path)) {
            return sessions;
        }
        try (BufferedReader lines = Files.newBufferedReader(path, StandardCharsets.ISO_8859_1)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                try {
                    take(Json.MAPPER.readTree(line), sessions);
                } catch (JacksonException | DateTimeException e) {
                    // torn, or written by a later version
                }
            }
        }
        return sessions;
    }

    private static void take(JsonNode json, List<Session> sessions) {
        if (json.has("began")) {
            List<String> flags = new ArrayList<>();
            json.path("flags").forEach(flag -> flags.add(flag.asString()));
            String cpus = json.path("cgroupCpus").asString("");
            Host host = new Host(
                    json.path("os").asString("unknown"),
                    json.path("arch").asString("unknown"),
                    json.path("cpu").asString("unknown"),
                    json.path("cores").asInt(0),
                    cpus.matches(DECIMAL) ? Double.valueOf(cpus) : null,
                    json.path("memoryBytes").asLong(0),
                    json.path("jdk").asString("unknown"),
                    json.path("vendor").asString("unknown"),
                    flags);
            sessions.add(new Session(
                    Instant.parse(json.path("began").asString("")),
                    json.path("pid").asLong(0),
                    json.path("command").asString(""),
                    json.path("weft").asString("unknown"),
                    host,
                    new ArrayList<>(),
                    null,
                    null,
                    null));
        } else if (!sessions.isEmpty() && json.has("jobs")) {
            Instant at = Instant.parse(json.path("at").asString(""));
            sessions.getLast().limits().add(new Limit(at, json.path("jobs").asInt(1)));
        } else if (!sessions.isEmpty() && json.has("ended")) {
            Session last = sessions.removeLast();
            Instant ended = Instant.parse(json.path("ended").asString(""));
            String runnable = json.path("runnable").asString("");
            sessions.add(last.ended(
                    ended,
                    json.path("ending").asString(""),
                    runnable.matches(DECIMAL) ? Double.valueOf(runnable) : null));
        }
    }

    /**
     * A session.
     *
     * @param began when it began
     * @param pid its process
     * @param command what began it
     * @param weft the version of the program
     * @param host what it ran on
     * @param limits how many might run at once, and from when on
     * @param ended when it ended; null if nobody has noted that
     * @param ending how it ended; null if nobody has noted that
     * @param runnable how many threads of all programs there were that ran or could, for each processor; null if that
     *     is not known
     */
    public record Session(
            Instant began,
            long pid,
            String command,
            String weft,
            Host host,
            List<Limit> limits,
            @Nullable Instant ended,
            @Nullable String ending,
            @Nullable Double runnable) {
        private Session ended(Instant when, String how, @Nullable Double queue) {
            return new Session(began, pid, command, weft, host, limits, when, how, queue);
        }
    }

    /**
     * How many might run at once from then on.
     *
     * @param at when
     * @param jobs how many
     */
    public record Limit(Instant at, int jobs) {}
}
