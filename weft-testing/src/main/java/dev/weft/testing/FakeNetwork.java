package dev.weft.testing;

import dev.weft.Weft;
import dev.weft.loop.kernel.Durations;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * A network in memory between hosts that are only names: with latency, loss and partitions that a seed determines, by
 * the clock of the test.
 *
 * <pre>{@code
 * @LoopTest(schedules = 1000)
 * void aClientSurvivesAPartition(RandomGenerator random) throws IOException {
 *     var network = new FakeNetwork(random).latency(ofMillis(1), ofMillis(20)).loss(0.05);
 *     try (var listener = network.listen("server", 80); var group = TaskGroup.open()) {
 *         group.spawn(() -> serve(listener));
 *         var connection = network.connect("client", "server", 80);
 *         network.partition("client", "server");
 *         ...
 *         network.heal();
 *     }
 * }
 * }</pre>
 *
 * <p>{@link FakeConnection} carries bytes as TCP does: in order and complete, so that loss and partitions only make
 * them late. {@link FakeEndpoint} carries messages as UDP does: each may be lost, and overtake others.
 *
 * <p>For coroutines of one loop.
 */
public final class FakeNetwork {
    private static final long NANOS_TO_RETRANSMIT = Duration.ofMillis(200).toNanos();
    private static final int MOST_RETRANSMISSIONS = 10;

    private record Address(String host, int port) {}

    private record Pair(String one, String other) {
        static Pair of(String a, String b) {
            return a.compareTo(b) <= 0 ? new Pair(a, b) : new Pair(b, a);
        }
    }

    private final RandomGenerator random;
    private final Map<Address, FakeListener> listeners = new HashMap<>();
    private final Map<String, FakeEndpoint<?>> endpoints = new HashMap<>();
    private final Set<Pair> partitions = new HashSet<>();
    private final List<FakeConnection> connections = new ArrayList<>();
    private long least;
    private long most;
    private double loss;

    /**
     * Makes a network without latency and loss.
     *
     * @param random makes latency and loss; that of the test, so that they replay
     */
    public FakeNetwork(RandomGenerator random) {
        this.random = random;
    }

    /**
     * Sets how long everything takes from now on: each time anew, between two bounds.
     *
     * @param shortest the lower bound
     * @param longest the upper bound
     * @return this network
     * @throws IllegalArgumentException if one is negative, or the longest is shorter than the shortest
     */
    public FakeNetwork latency(Duration shortest, Duration longest) {
        long from = Durations.nanos("a latency", shortest);
        long to = Durations.nanos("a latency", longest);
        if (to < from) {
            throw new IllegalArgumentException(
                    "the longest latency must not be shorter than the shortest, and they were "
                            + Durations.text(longest) + " and " + Durations.text(shortest));
        }
        least = from;
        most = to;
        return this;
    }

    /**
     * Sets how likely it is from now on that a message is lost; a piece of a stream is sent again then, 200 ms later.
     *
     * @param probability from 0 to 1
     * @return this network
     * @throws IllegalArgumentException if it is no probability
     */
    public FakeNetwork loss(double probability) {
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException("a probability of loss is from 0 to 1, and was " + probability);
        }
        loss = probability;
        return this;
    }

    /**
     * Cuts two hosts off from each other. What is on its way arrives; messages sent from now on are lost, and streams
     * stand still until {@link #heal}.
     *
     * @param one a host
     * @param other another host
     */
    public void partition(String one, String other) {
        partitions.add(Pair.of(one, other));
    }

    /** Ends all partitions. */
    public void heal() {
        partitions.clear();
        List.copyOf(connections).forEach(FakeConnection::healed);
    }

    boolean parted(String one, String other) {
        return partitions.contains(Pair.of(one, other));
    }

    /** {@return when a piece of a stream arrives that is sent now} */
    long arrivalInStream() {
        long arrival = Inbox.now() + latency();
        for (int i = 0; i < MOST_RETRANSMISSIONS && lost(); i++) {
            arrival += NANOS_TO_RETRANSMIT;
        }
        return arrival;
    }

    long latency() {
        return least == most ? least : random.nextLong(least, most + 1);
    }

    boolean lost() {
        return loss > 0 && random.nextDouble() < loss;
    }

    /**
     * Listens at an address.
     *
     * @param host the host
     * @param port the port
     * @return the listener
     * @throws IllegalStateException if another one listens there
     */
    public FakeListener listen(String host, int port) {
        var address = new Address(host, port);
        if (listeners.containsKey(address)) {
            throw new IllegalStateException(
                    "another listener is at " + host + ":" + port + " of this network; close it first");
        }
        var listener = new FakeListener(host + ":" + port, () -> listeners.remove(address));
        listeners.put(address, listener);
        return listener;
    }

    /**
     * Connects to a listener; takes the time of a round trip, and waits as long as the hosts are parted.
     *
     * @param from the host that connects
     * @param host the host of the listener
     * @param port its port
     * @return the connection
     * @throws ConnectException if nobody listens there
     * @throws dev.weft.Cancelled if the calling task is cancelled
     */
    public FakeConnection connect(String from, String host, int port) throws ConnectException {
        do {
            Weft.sleep(Duration.ofNanos(latency()));
            while (parted(from, host) || lost()) {
                Weft.sleep(Duration.ofNanos(NANOS_TO_RETRANSMIT));
            }
            Weft.sleep(Duration.ofNanos(latency()));
        } while (parted(from, host));
        FakeListener listener = listeners.get(new Address(host, port));
        if (listener == null) {
            throw new ConnectException("nobody listens at " + host + ":" + port + " of this network");
        }
        var client = new FakeConnection(this, from, host);
        var server = new FakeConnection(this, host, from);
        client.join(server);
        connections.add(client);
        connections.add(server);
        listener.arrived(server);
        return client;
    }

    void ended(FakeConnection connection) {
        connections.remove(connection);
    }

    /**
     * Opens an endpoint for messages.
     *
     * @param host its host, of which each has one
     * @param type the type of the messages that it receives
     * @param <T> the messages that it receives
     * @return the endpoint
     * @throws IllegalStateException if the host has one
     */
    public <T> FakeEndpoint<T> endpoint(String host, Class<T> type) {
        if (endpoints.containsKey(host)) {
            throw new IllegalStateException("host '" + host + "' of this network has an endpoint already; share it");
        }
        var endpoint = new FakeEndpoint<>(this, host, type);
        endpoints.put(host, endpoint);
        return endpoint;
    }

    void deliver(String from, String to, Object message) {
        FakeEndpoint<?> receiver = endpoints.get(to);
        if (receiver == null) {
            throw new IllegalArgumentException(
                    "no host '" + to + "' of this network has an endpoint; there are " + endpoints.keySet());
        }
        if (!parted(from, to) && !lost()) {
            receiver.send(from, message, Inbox.now() + latency());
        }
    }
}
