package dev.weft.cluster.agent;

import dev.weft.cluster.wire.ManifestBody;
import dev.weft.cluster.wire.Message;
import dev.weft.cluster.wire.Relay;
import dev.weft.cluster.wire.StartBody;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One driver, seen from an agent.
 *
 * <pre>
 *   EMPTY ──PREPARE──► what its workers need is fetched ──► READY ──START──► workers
 *                               └──► cannot be: each START is refused
 *   any ──the driver has left──► CLOSED: workers are killed, the directory is removed
 * </pre>
 *
 * <p>{@code received} is called by one thread at a time, in the order of sending, and does not wait; {@code close} by
 * any.
 */
final class Session {
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private final Path directory;
    private final Places places;
    private final Relay.Peer driver;
    private final Shipment shipment;
    private final Map<Integer, AgentWorker> workers = new ConcurrentHashMap<>();

    private volatile @Nullable List<String> classes;
    private volatile String unready = "the driver has not said what its workers need";
    private volatile boolean closed;

    Session(Path parent, BlobStore store, Places places, Relay.Peer driver) {
        this.directory = parent.resolve("d" + NUMBERS.incrementAndGet());
        this.places = places;
        this.driver = driver;
        this.shipment = new Shipment(store, driver);
    }

    Path directory() {
        return directory;
    }

    void received(Message message) throws IOException {
        switch (message.type()) {
            case PREPARE -> prepare(ManifestBody.of(message));
            case BLOB -> shipment.arrived(message);
            case START -> start(message.worker(), StartBody.of(message));
            case KILL, TERMINATE, DATA, TAKEN, CLOSED -> {
                AgentWorker worker = workers.get(message.worker());
                if (worker != null) {
                    worker.received(message);
                }
            }
            default -> throw new IOException("expected what a driver says, found " + message.type());
        }
    }

    private void prepare(ManifestBody manifest) {
        Thread.ofVirtual().name("weft-shipment").start(() -> {
            try {
                int own = Runtime.version().feature();
                if (manifest.feature() > own) {
                    throw new IOException("the driver runs on Java " + manifest.feature() + ", and this agent on Java "
                            + own + ": an agent needs the same or a newer one");
                }
                Files.createDirectory(directory);
                classes = shipment.lay(manifest, directory);
            } catch (IOException | InterruptedException | RuntimeException e) {
                unready = "what its workers need is not there: " + e.getMessage();
            }
            driver.send(Message.of(Message.Verb.READY, 0));
            if (closed) {
                close();
            }
        });
    }

    private void start(int number, StartBody start) {
        List<String> where = classes;
        String refusal =
                where == null ? unready : closed ? "the driver has left" : places.take() ? null : places.full();
        if (where == null || refusal != null) {
            driver.send(Message.of(Message.Verb.REFUSED, number, String.valueOf(refusal)));
            return;
        }
        var worker = new AgentWorker(number, start, directory.resolve("w" + number), where, places, driver, () -> {
            workers.remove(number);
            places.free();
        });
        workers.put(number, worker);
        Thread.ofVirtual().name("weft-worker-" + number).start(worker);
        if (closed) {
            worker.kill();
        }
    }

    /** The driver has left: nothing of it stays. */
    void close() {
        closed = true;
        workers.values().forEach(AgentWorker::kill);
        Thread.ofVirtual().name("weft-session-end").start(() -> {
            try {
                for (AgentWorker worker : workers.values()) {
                    worker.awaitEnd();
                }
                delete(directory);
            } catch (IOException | InterruptedException e) {
                System.err.println(
                        "weft: " + directory + " of a driver that has left stays until this agent ends: " + e);
            }
        });
    }

    static void delete(Path tree) throws IOException {
        if (Files.isDirectory(tree, LinkOption.NOFOLLOW_LINKS)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(tree)) {
                for (Path file : files) {
                    delete(file);
                }
            }
        }
        Files.deleteIfExists(tree);
    }
}
