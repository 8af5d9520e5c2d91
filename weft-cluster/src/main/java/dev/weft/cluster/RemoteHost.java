package dev.weft.cluster;

import dev.weft.cluster.wire.ManifestBody;
import dev.weft.cluster.wire.Message;
import dev.weft.cluster.wire.Message.Verb;
import dev.weft.cluster.wire.NodeBody;
import dev.weft.cluster.wire.StartBody;
import dev.weft.process.ProcessPool;
import dev.weft.process.connection.Connection;
import dev.weft.process.connection.ConnectionException;
import dev.weft.process.internal.HostedProcess;
import dev.weft.process.internal.WorkerHost;
import dev.weft.process.internal.WorkerStart;
import java.io.DataInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Starts the workers of one pool on the nodes of a cluster: knows which nodes there are and which worker is where.
 * What workers do is the pool's business, which has as many of them as the nodes
 * have slots.
 *
 * <p>A worker goes to the node with the most free slots. Where none is free it waits for one, until its time is over;
 * where an agent refuses it, it is tried again after a moment. A node that has left
 * takes its workers with it, and the pool becomes smaller once it has counted them.
 *
 * <h2>Who calls</h2>
 *
 * <ul>
 *   <li>The keeper of each worker, and the pool's closer and timer: {@code start}, {@code place}, {@code end}, {@code
 * counted}, {@code close}.
 *   <li>A thread of its own, which reads what the gateway says: {@code said}.
 *   <li>Whoever opens the pool: {@code awaitNode}, {@code serve}.
 * </ul>
 *
 * <p>One lock guards all. Nothing is told to the pool, and nothing sent, while it is held, but for messages to the
 * gateway, whose order is that of the decisions.
 */
final class RemoteHost implements WorkerHost {
    /** How long a worker may take to come, the shipping of code included. */
    private static final Duration START_LIMIT = Duration.ofMinutes(10);

    private static final Duration AFTER_REFUSAL = Duration.ofSeconds(1);

    /** An agent. Guarded by {@code lock}. */
    private static final class Node {
        final String id;
        final NodeBody body;
        final Set<Integer> workers = new HashSet<>();
        /** Until when no worker goes there, since it has refused one. */
        long restsUntil = System.nanoTime();

        Node(String id, NodeBody body) {
            this.id = id;
            this.body = body;
        }

        String words() {
            return "node '" + body.name() + "' (" + body.address() + ")";
        }

        int free() {
            return body.slots() - workers.size();
        }
    }

    private final String cluster;
    private final Connection gateway;
    private final Duration patience;
    private final Runnable closer;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /** Guarded by {@code lock}. */
    private final Map<String, Node> nodes = new LinkedHashMap<>();
    /** Guarded by {@code lock}: those with an agent, by number. */
    private final Map<Integer, RemoteProcess> placed = new HashMap<>();
    /** Guarded by {@code lock}: which node has a worker, by number. */
    private final Map<Integer, Node> homes = new HashMap<>();
    /** Guarded by {@code lock}: those that no agent has. */
    private final ArrayDeque<RemoteProcess> waiting = new ArrayDeque<>();
    /** Guarded by {@code lock}: workers that were lost with their node, and that the pool has not counted. */
    private final Set<Integer> uncounted = new HashSet<>();
    /** Guarded by {@code lock}: at most so many workers. */
    private int most;
    /** Guarded by {@code lock}. */
    private boolean connected;
    /** Guarded by {@code lock}: why no worker can be started any more. */
    private @Nullable String broken;
    /** Guarded by {@code lock}: the last reason of an agent for refusing a worker. */
    private String refusal = "";
    /** Guarded by {@code lock}. */
    private boolean closed;

    private volatile @Nullable ProcessPool pool;

    /**
     * Makes a host.
     *
     * @param cluster where the cluster is, in words
     * @param gateway the connection to the gateway
     * @param most how many workers at most
     * @param patience how long a worker waits for a node
     * @param closer ends the gateway, once its connection is closed
     */
    RemoteHost(String cluster, Connection gateway, int most, Duration patience, Runnable closer) {
        this.cluster = cluster;
        this.gateway = gateway;
        this.most = most;
        this.patience = patience;
        this.closer = closer;
    }

    /** Begins to listen to the gateway, and tells it what workers need. */
    void begin(String name, ManifestBody manifest) {
        send(Message.of(Verb.SHIP, 0, manifest.bytes()));
        Thread.ofPlatform().daemon().name("weft-cluster-" + name).start(this::listen);
    }

    /**
     * Waits until there is a node.
     *
     * @param limit how long at most once the cluster is joined
     * @return how many workers there can be
     * @throws ClusterException if there is none in time
     */
    int awaitNode(Duration limit) {
        lock.lock();
        try {
            long left = limit.toNanos();
            while (nodes.isEmpty()) {
                if (broken != null) {
                    throw new ClusterException(broken, null);
                }
                if (left <= 0) {
                    throw new ClusterException(
                            "no agent has joined the cluster at " + cluster + " within " + limit.toMillis() / 1000.0
                                    + " s: start one with weft cluster agent",
                            null);
                }
                if (connected) {
                    left = changed.awaitNanos(left);
                } else {
                    changed.await();
                }
            }
            return size();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClusterException("interrupted while it waited for an agent of the cluster at " + cluster, e);
        } finally {
            lock.unlock();
        }
    }

    /** Serves a pool from now on. */
    void serve(ProcessPool opened) {
        pool = opened;
        resize();
    }

    /** Sets how many workers there are to be at most. */
    void limit(int workers) {
        lock.lock();
        try {
            most = workers;
        } finally {
            lock.unlock();
        }
        resize();
    }

    /** {@return the nodes, in the order of their coming} */
    List<ClusterNode> nodes() {
        lock.lock();
        try {
            return nodes.values().stream()
                    .map(node -> new ClusterNode(
                            node.body.name(), node.body.address(), node.body.slots(), node.workers.size()))
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    private int size() {
        int slots = nodes.values().stream().mapToInt(node -> node.body.slots()).sum();
        return Math.clamp(slots, 1, most);
    }

    private void resize() {
        ProcessPool served = pool;
        if (served != null) {
            int size;
            lock.lock();
            try {
                size = size();
            } finally {
                lock.unlock();
            }
            served.resize(size);
        }
    }

    // --- What the pool wants

    @Override
    public HostedProcess start(WorkerStart start) throws IOException {
        lock.lock();
        try {
            if (broken != null) {
                throw new IOException(broken);
            }
        } finally {
            lock.unlock();
        }
        return new RemoteProcess(this, start);
    }

    @Override
    public Duration startLimit() {
        return START_LIMIT;
    }

    /** Puts a worker in line for a node. */
    void place(RemoteProcess process) {
        String why;
        lock.lock();
        try {
            why = broken;
            if (why == null && process.isAlive()) {
                waiting.add(process);
                assign();
            }
        } finally {
            lock.unlock();
        }
        if (why != null) {
            process.lost(why, RemoteProcess.NEVER_STARTED);
        } else {
            after(patience, () -> giveUp(process));
        }
    }

    private void giveUp(RemoteProcess process) {
        String reason;
        lock.lock();
        try {
            if (!waiting.remove(process)) {
                return;
            }
            reason = nodes.isEmpty()
                    ? "no agent of the cluster at " + cluster + " is there"
                    : "none of its agents ("
                            + String.join(
                                    ", ",
                                    nodes.values().stream().map(Node::words).toList()) + ") has taken it"
                            + (refusal.isEmpty() ? "" : "; the last one said: " + refusal);
        } finally {
            lock.unlock();
        }
        process.lost(
                "could not be started within " + patience.toMillis() / 1000.0 + " s: " + reason,
                RemoteProcess.NEVER_STARTED);
    }

    /** Gives workers to nodes as long as there are both; under the lock. */
    private void assign() {
        for (Iterator<RemoteProcess> line = waiting.iterator(); line.hasNext(); ) {
            Node node = freest();
            if (node == null) {
                return;
            }
            RemoteProcess process = line.next();
            line.remove();
            int number = process.start().number();
            node.workers.add(number);
            placed.put(number, process);
            homes.put(number, node);
            process.placed(node.words());
            send(Message.of(Verb.START, number, body(process).bytes()).with(node.id));
        }
    }

    private @Nullable Node freest() {
        Node best = null;
        long now = System.nanoTime();
        for (Node node : nodes.values()) {
            if (node.free() > 0 && node.restsUntil - now <= 0 && (best == null || node.free() > best.free())) {
                best = node;
            }
        }
        return best;
    }

    private static StartBody body(RemoteProcess process) {
        WorkerStart start = process.start();
        List<String> environment = new ArrayList<>();
        start.environment().forEach((name, value) -> {
            environment.add(name);
            environment.add(value);
        });
        return new StartBody(
                start.flags(),
                start.heap(),
                start.main(),
                start.longestAnswer(),
                start.pool(),
                environment,
                process.input(),
                start.socket().toString());
    }

    /** Ends a worker; one that no process is known of yet is told when there is one, and has ended for the pool. */
    void end(RemoteProcess process, boolean forcibly) {
        if (!process.isAlive()) {
            return;
        }
        int number = process.start().number();
        boolean over;
        lock.lock();
        try {
            Node home = homes.get(number);
            over = waiting.remove(process) || home == null || process.pid() < 0;
            if (home != null) {
                send(Message.of(forcibly || over ? Verb.KILL : Verb.TERMINATE, number)
                        .with(home.id));
            }
        } finally {
            lock.unlock();
        }
        if (over) {
            process.lost("was killed before it had begun", RemoteProcess.KILLED);
        }
    }

    @Override
    public void counted(int number) {
        boolean all;
        lock.lock();
        try {
            all = uncounted.remove(number) && uncounted.isEmpty();
        } finally {
            lock.unlock();
        }
        if (all) {
            resize();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        gateway.close();
        closer.run();
    }

    private void send(Message message) {
        try {
            gateway.sendBytes(message.encode());
        } catch (ConnectionException | IllegalStateException e) {
            // the gateway is gone, and the thread that reads what it says sees that
        }
    }

    private static void after(Duration time, Runnable action) {
        CompletableFuture.delayedExecutor(time.toMillis(), TimeUnit.MILLISECONDS, Thread::startVirtualThread)
                .execute(action);
    }

    // --- What the gateway says

    private void listen() {
        String why;
        try {
            while (true) {
                said(Message.decode(gateway.receiveBytes()));
            }
        } catch (ConnectionException | IllegalStateException e) {
            why = "the gateway to the cluster at " + cluster + " has ended";
        } catch (IOException | RuntimeException e) {
            why = "the gateway to the cluster at " + cluster + " has said something unexpected: " + e.getMessage();
        }
        fail(why);
    }

    private void said(Message message) throws IOException {
        switch (message.type()) {
            case CONNECTED -> {
                lock.lock();
                try {
                    connected = true;
                    changed.signalAll();
                } finally {
                    lock.unlock();
                }
            }
            case FAILED -> fail(message.text());
            case NODE_UP -> up(new Node(message.node(), NodeBody.of(message)));
            case NODE_DOWN -> down(message.node());
            case REFUSED -> refused(message);
            default -> worker(message);
        }
    }

    private void up(Node node) {
        lock.lock();
        try {
            nodes.put(node.id, node);
            changed.signalAll();
            assign();
        } finally {
            lock.unlock();
        }
        resize();
    }

    private void down(String id) {
        List<RemoteProcess> lost = new ArrayList<>();
        Node node;
        lock.lock();
        try {
            node = nodes.remove(id);
            if (node == null) {
                return;
            }
            for (int number : node.workers) {
                RemoteProcess process = placed.remove(number);
                homes.remove(number);
                if (process != null && process.isAlive()) {
                    lost.add(process);
                    uncounted.add(number);
                }
            }
        } finally {
            lock.unlock();
        }
        String why =
                "was lost with " + node.words() + ", which has left the cluster or cannot be reached any more: what it"
                        + " was given may have been done or not";
        lost.forEach(process -> process.lost(why, RemoteProcess.KILLED));
        if (lost.isEmpty()) {
            resize();
        }
    }

    private void refused(Message message) {
        RemoteProcess process;
        lock.lock();
        try {
            process = take(message);
            Node node = nodes.get(message.node());
            refusal = message.text();
            if (node != null) {
                node.restsUntil = System.nanoTime() + AFTER_REFUSAL.toNanos();
            }
            if (process == null || !process.isAlive()) {
                return;
            }
            if (process.pid() < 0) {
                waiting.addFirst(process);
                after(AFTER_REFUSAL, () -> {
                    lock.lock();
                    try {
                        assign();
                    } finally {
                        lock.unlock();
                    }
                });
                assign();
                after(patience, () -> giveUp(process));
                return;
            }
        } finally {
            lock.unlock();
        }
        process.lost("was lost by its agent: " + message.text(), RemoteProcess.NEVER_STARTED);
    }

    /** Takes a worker from its node, which has a free slot from now on; under the lock. */
    private @Nullable RemoteProcess take(Message message) {
        Node home = homes.get(message.worker());
        if (home == null || !home.id.equals(message.node())) {
            return null;
        }
        homes.remove(message.worker());
        home.workers.remove(message.worker());
        return placed.remove(message.worker());
    }

    private void worker(Message message) throws IOException {
        RemoteProcess process;
        lock.lock();
        try {
            process = placed.get(message.worker());
            if (message.type() == Verb.STARTED && (process == null || !process.isAlive())) {
                send(Message.of(Verb.KILL, message.worker()).with(message.node())); // it was killed meanwhile
            }
            if (message.type() == Verb.EXIT) {
                process = take(message);
                assign();
            }
        } finally {
            lock.unlock();
        }
        if (process == null) {
            return;
        }
        switch (message.type()) {
            case STARTED -> process.started(message.in().readLong());
            case OUT -> process.out(message.body());
            case ERR -> process.err(message.body());
            case EXIT -> {
                DataInputStream in = message.in();
                process.ended(in.readInt(), in.readAllBytes());
            }
            default -> throw new IOException("expected what concerns a worker, found " + message.type());
        }
    }

    private void fail(String why) {
        List<RemoteProcess> lost;
        lock.lock();
        try {
            if (closed) {
                return;
            }
            if (broken == null) {
                broken = why;
            }
            lost = new ArrayList<>(placed.values());
            placed.clear();
            homes.clear();
            nodes.clear();
            lost.addAll(waiting);
            waiting.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        lost.forEach(process -> process.lost("was lost: " + why, RemoteProcess.KILLED));
    }
}
