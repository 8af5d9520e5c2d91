package dev.weft.cluster.agent;

import dev.weft.cluster.engine.Engine;
import dev.weft.cluster.engine.Member;
import dev.weft.cluster.wire.Message;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The node of a cluster that runs workers. It starts worker JVMs when drivers ask for them, carries bytes between
 * them and their pools without reading them, and tells how they end. The code of users
 * runs in the workers only.
 *
 * <p>Each driver has a {@link Session} of its own here, with its directory and its workers, which ends when the
 * driver leaves the cluster, however it does.
 *
 * <p>The engine's threads call {@code joined}, {@code left}, {@code received}; they are not held up. Any thread may
 * close.
 */
public final class Agent implements Engine.Listener, AutoCloseable {
    private final Engine engine;
    private final Path directory;
    private final BlobStore store;
    private final Places places;
    private final Consumer<String> failed;
    private final Map<String, Session> sessions = new ConcurrentHashMap<>();

    private Agent(Engine engine, Path directory, BlobStore store, Places places, Consumer<String> failed) {
        this.engine = engine;
        this.directory = directory;
        this.store = store;
        this.places = places;
        this.failed = failed;
    }

    /**
     * Starts an agent.
     *
     * @param engine what connects it with the others; closed with the agent
     * @param directory where drivers have their directories; only the user can enter it
     * @param slots how many workers it runs for each driver
     * @param most how many workers it runs for all of them
     * @param failed told why this node is out of the cluster, if that happens
     * @return the agent, which has joined
     * @throws IOException if it cannot join, or has no place for what drivers ship
     */
    public static Agent start(Engine engine, Path directory, int slots, int most, Consumer<String> failed)
            throws IOException {
        return start(engine, directory, BlobStore.open(), slots, most, failed);
    }

    /** Starts an agent with a store of its own. */
    static Agent start(Engine engine, Path directory, BlobStore store, int slots, int most, Consumer<String> failed)
            throws IOException {
        var agent = new Agent(engine, directory, store, new Places(slots, most), failed);
        engine.start(agent);
        return agent;
    }

    /**
     * Starts an agent that keeps what drivers ship in a place of its own.
     *
     * @param engine what connects it with the others; closed with the agent
     * @param directory where drivers have their directories; only the user can enter it
     * @param store where the files are kept
     * @param slots how many workers it runs for each driver
     * @param most how many workers it runs for all of them
     * @param failed told why this node is out of the cluster, if that happens
     * @return the agent, which has joined
     * @throws IOException if it cannot join, or others can write to the store
     */
    public static Agent start(Engine engine, Path directory, Path store, int slots, int most, Consumer<String> failed)
            throws IOException {
        return start(engine, directory, BlobStore.in(store), slots, most, failed);
    }

    @Override
    public void joined(Member member) {
        if (member.role() == Member.Role.DRIVER) {
            sessions.computeIfAbsent(
                    member.id(),
                    id -> new Session(directory, store, places, message -> engine.send(id, message.encode())));
        }
    }

    @Override
    public void left(String id) {
        Session session = sessions.remove(id);
        if (session != null) {
            session.close();
        }
    }

    @Override
    public void received(String from, byte[] bytes) {
        Session session = sessions.get(from);
        if (session == null) {
            return; // no driver, or one that has left
        }
        try {
            session.received(Message.decode(bytes));
        } catch (IOException e) {
            System.err.println("weft: the driver " + from
                    + " has sent something unexpected, and its workers are ended: " + e.getMessage());
            left(from);
        }
    }

    @Override
    public void failed(String why) {
        sessions.keySet().forEach(this::left);
        failed.accept(why);
    }

    /** Ends all workers, and leaves the cluster. */
    @Override
    public void close() {
        sessions.keySet().forEach(this::left);
        engine.close();
    }
}
