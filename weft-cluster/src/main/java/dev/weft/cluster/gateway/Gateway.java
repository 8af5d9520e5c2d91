package dev.weft.cluster.gateway;

import dev.weft.cluster.engine.Engine;
import dev.weft.cluster.engine.Member;
import dev.weft.cluster.wire.ManifestBody;
import dev.weft.cluster.wire.Message;
import dev.weft.cluster.wire.Message.Verb;
import dev.weft.cluster.wire.NodeBody;
import dev.weft.cluster.wire.Relay;
import dev.weft.cluster.wire.StartBody;
import dev.weft.process.connection.Connection;
import dev.weft.process.connection.ConnectionException;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Stands between a driver and the cluster, in a process of its own: the driver need not know the engine, and what
 * goes wrong in that does not concern it.
 *
 * <p>What the driver says about workers goes on to their agents, and what agents say to the driver. Files that agents
 * lack are read here. Once a worker has connected there, this connects to the
 * pool in its name, and relays bytes.
 *
 * <p>One thread runs {@link #serve}, and reads what the driver says. The engine's threads call {@code joined}, {@code
 * left}, {@code received} and are not held up for longer than it takes to connect to a
 * local socket.
 */
public final class Gateway implements Engine.Listener {
    private static final int HASH = 64;

    private final Engine engine;
    private final Connection driver;
    private final Path directory;
    private final CompletableFuture<Wares> wares = new CompletableFuture<>();
    private final Map<String, Node> nodes = new ConcurrentHashMap<>();

    /** A worker on its way through this: where its pool is, and its stream once there is one. */
    private static final class Passage {
        private final Path pool;
        private volatile @Nullable Relay relay;

        Passage(Path pool) {
            this.pool = pool;
        }
    }

    /** An agent, and what concerns it. */
    private static final class Node {
        /**
         * Ends when the agent has what workers need, or has said that it has not; null until somebody wants a worker
         * there.
         */
        private final CompletableFuture<Boolean> ready = new CompletableFuture<>();

        private final Map<Integer, Passage> passages = new ConcurrentHashMap<>();
        /** The thread that reads what the driver says only. */
        private boolean told;
    }

    private Gateway(Engine engine, Connection driver, Path directory) {
        this.engine = engine;
        this.driver = driver;
        this.directory = directory;
    }

    /**
     * Joins the cluster and serves a driver, until that is gone.
     *
     * @param engine what connects with the cluster; closed at the end
     * @param driver the connection to the driver; closed at the end
     * @param directory for temporary files; only the user can enter it
     */
    public static void serve(Engine engine, Connection driver, Path directory) {
        var gateway = new Gateway(engine, driver, directory);
        try (engine;
                driver) {
            try {
                engine.start(gateway);
            } catch (IOException | RuntimeException e) {
                gateway.tell(Message.of(Verb.FAILED, 0, String.valueOf(e.getMessage())));
                return;
            }
            gateway.tell(Message.of(Verb.CONNECTED, 0));
            gateway.listen();
        } finally {
            gateway.nodes.values().forEach(node -> node.passages.values().forEach(Gateway::cut));
        }
    }

    private static void cut(Passage passage) {
        Relay relay = passage.relay;
        if (relay != null) {
            relay.close();
        }
    }

    private void tell(Message message) {
        try {
            driver.sendBytes(message.encode());
        } catch (ConnectionException | IllegalStateException e) {
            // the driver is gone, and the thread that reads what it says sees that
        }
    }

    private void listen() {
        try {
            while (true) {
                said(Message.decode(driver.receiveBytes()));
            }
        } catch (ConnectionException e) {
            return; // the driver is gone
        } catch (IOException e) {
            tell(Message.of(Verb.FAILED, 0, "the gateway has not understood its driver: " + e.getMessage()));
        }
    }

    // --- What the driver says

    private void said(Message message) throws IOException {
        if (message.type() == Verb.SHIP) {
            ManifestBody asked = ManifestBody.of(message);
            Thread.ofVirtual().name("weft-wares").start(() -> {
                try {
                    wares.complete(Wares.prepare(asked, directory));
                } catch (IOException | RuntimeException e) {
                    wares.completeExceptionally(e);
                }
            });
            return;
        }
        Node node = nodes.get(message.node());
        if (node == null) {
            return; // it has left, which the driver is being told
        }
        switch (message.type()) {
            case START -> start(message, node);
            case KILL, TERMINATE ->
                engine.send(
                        message.node(),
                        Message.of(message.type(), message.worker()).encode());
            default -> throw new IOException("expected what a driver says, found " + message.type());
        }
    }

    private void start(Message message, Node node) throws IOException {
        StartBody start = StartBody.of(message);
        String id = message.node();
        int worker = message.worker();
        node.passages.put(worker, new Passage(Path.of(start.socket())));
        if (!node.told) {
            node.told = true;
            Thread.ofVirtual().name("weft-prepare").start(() -> prepare(id, node));
        }
        byte[] forAgent =
                Message.of(Verb.START, worker, start.withoutSocket().bytes()).encode();
        // A worker that is killed before the agent is ready has to be killed after it was started, which this keeps in
        // order.
        if (node.ready.isDone()) {
            engine.send(id, forAgent);
        } else {
            node.ready.thenRun(() -> engine.send(id, forAgent));
        }
    }

    private void prepare(String id, Node node) {
        try {
            engine.send(
                    id,
                    Message.of(Verb.PREPARE, 0, wares.get().manifest().bytes()).encode());
        } catch (ExecutionException | InterruptedException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            node.passages.keySet().forEach(worker -> {
                node.passages.remove(worker);
                tell(Message.of(Verb.REFUSED, worker, "what it needs cannot be read here: " + cause)
                        .with(id));
            });
            node.ready.complete(false);
        }
    }

    // --- What the cluster says

    @Override
    public void joined(Member member) {
        if (member.role() == Member.Role.AGENT) {
            nodes.put(member.id(), new Node());
            var body = new NodeBody(member.name(), member.address(), member.slots());
            tell(Message.of(Verb.NODE_UP, 0, body.bytes()).with(member.id()));
        }
    }

    @Override
    public void left(String id) {
        Node node = nodes.remove(id);
        if (node != null) {
            node.passages.values().forEach(passage -> {
                Relay relay = passage.relay;
                if (relay != null) {
                    relay.end();
                }
            });
            tell(Message.of(Verb.NODE_DOWN, 0).with(id));
        }
    }

    @Override
    public void failed(String why) {
        tell(Message.of(Verb.FAILED, 0, why));
    }

    @Override
    public void received(String from, byte[] bytes) {
        Node node = nodes.get(from);
        if (node == null) {
            return; // not an agent
        }
        try {
            Message message = Message.decode(bytes);
            switch (message.type()) {
                case READY -> node.ready.complete(true);
                case ASK -> answer(from, message);
                case STARTED, OUT, ERR -> tell(message.with(from));
                case REFUSED, EXIT -> {
                    Passage passage = node.passages.remove(message.worker());
                    Relay relay = passage == null ? null : passage.relay;
                    if (relay != null) {
                        relay.end();
                    }
                    tell(message.with(from));
                }
                case OPEN -> open(from, node, message.worker());
                case DATA, TAKEN, CLOSED -> relay(node, message);
                default -> throw new IOException("expected what an agent says, found " + message.type());
            }
        } catch (IOException e) {
            System.err.println("weft: an agent has sent something unexpected: " + e.getMessage());
        }
    }

    private void answer(String from, Message message) throws IOException {
        DataInputStream in = message.in();
        String hash = new String(in.readNBytes(HASH), StandardCharsets.US_ASCII);
        long offset = in.readLong();
        byte[] piece = wares.join().read(hash, offset, in.readInt());
        engine.send(
                from,
                Message.of(Verb.BLOB, 0, Message.bytes(out -> {
                            out.write(hash.getBytes(StandardCharsets.US_ASCII));
                            out.writeLong(offset);
                            out.write(piece);
                        }))
                        .encode());
    }

    /** Connects to the pool in the name of a worker. */
    private void open(String from, Node node, int worker) {
        Passage passage = node.passages.get(worker);
        if (passage == null) {
            return;
        }
        try {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                channel.connect(UnixDomainSocketAddress.of(passage.pool));
            } catch (IOException e) {
                channel.close();
                throw e;
            }
            var relay = new Relay(worker, channel, message -> engine.send(from, message.encode()));
            passage.relay = relay;
            relay.start();
        } catch (IOException e) {
            engine.send(from, Message.of(Verb.KILL, worker).encode()); // the pool is gone
        }
    }

    private static void relay(Node node, Message message) throws IOException {
        Passage passage = node.passages.get(message.worker());
        Relay relay = passage == null ? null : passage.relay;
        if (relay != null) {
            switch (message.type()) {
                case DATA -> relay.data(message.body());
                case TAKEN -> relay.taken(message.in().readInt());
                default -> relay.end();
            }
        }
    }
}
