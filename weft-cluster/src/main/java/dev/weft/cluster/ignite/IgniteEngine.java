package dev.weft.cluster.ignite;

import dev.weft.cluster.engine.Engine;
import dev.weft.cluster.engine.Member;
import dev.weft.cluster.security.Credentials;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteException;
import org.apache.ignite.IgniteMessaging;
import org.apache.ignite.IgniteState;
import org.apache.ignite.Ignition;
import org.apache.ignite.cluster.ClusterNode;
import org.apache.ignite.configuration.DataRegionConfiguration;
import org.apache.ignite.configuration.DataStorageConfiguration;
import org.apache.ignite.configuration.IgniteConfiguration;
import org.apache.ignite.events.DiscoveryEvent;
import org.apache.ignite.events.Event;
import org.apache.ignite.events.EventType;
import org.apache.ignite.plugin.segmentation.SegmentationPolicy;
import org.apache.ignite.spi.communication.tcp.TcpCommunicationSpi;
import org.apache.ignite.spi.discovery.tcp.TcpDiscoverySpi;
import org.apache.ignite.spi.discovery.tcp.ipfinder.vm.TcpDiscoveryVmIpFinder;
import org.apache.ignite.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;

/**
 * The engine on Apache Ignite: an agent is a server node without caches, a driver's gateway a client node. What is
 * used of Ignite is who is there, and ordered messages of bytes.
 *
 * <p><b>What is closed.</b> All connections are TLS 1.3, and both sides show a certificate that the cluster's
 * authority has signed. The two listeners that know no such thing, for memcached and REST
 * (11211) and for thin clients (10800), are off, and so is peer class loading. An agent listens on one address, on
 * its port and the one above.
 *
 * <p>{@code lock} orders what the listener is told: that a member has joined before what it sends, and that it has
 * left after that.
 */
public final class IgniteEngine implements Engine {
    private static final String TOPIC = "weft";
    private static final String ROLE = "weft.role";
    private static final String NAME = "weft.name";
    private static final String ADDRESS = "weft.address";
    private static final String SLOTS = "weft.slots";

    private static final long JOIN_MILLIS = 20_000;
    private static final long FAILURE_MILLIS = 10_000;
    /**
     * How long a message may be out of order before Ignite gives up on the one before it: as long as the member is
     * there.
     */
    private static final long ORDER_MILLIS = 3_600_000;

    private static final int FIRST_DRIVER_PORT = 47_700;
    private static final int DRIVER_PORTS = 300;
    private static final long MEMORY = 32L << 20;

    private final Credentials credentials;
    private final Member self;
    private final Path directory;
    private final @Nullable InetSocketAddress bind;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<UUID, IgniteMessaging> ways = new ConcurrentHashMap<>();
    /** Guarded by {@code lock}: those that the listener knows. */
    private final Map<UUID, Member> members = new ConcurrentHashMap<>();

    private volatile @Nullable Ignite ignite;
    private volatile boolean closing;

    /**
     * Makes the engine of a driver.
     *
     * @param credentials what it shows to the others
     * @param self itself
     * @param directory for files that nobody reads; only the user can enter it
     */
    public IgniteEngine(Credentials credentials, Member self, Path directory) {
        this(credentials, self, directory, null);
    }

    /**
     * Makes the engine of an agent.
     *
     * @param credentials what it shows to the others
     * @param self itself
     * @param directory for files that nobody reads; only the user can enter it
     * @param bind the address of one interface, and the port to listen on, beside the one above it
     */
    public IgniteEngine(Credentials credentials, Member self, Path directory, @Nullable InetSocketAddress bind) {
        this.credentials = credentials;
        this.self = self;
        this.directory = directory;
        this.bind = bind;
    }

    @Override
    public void start(Listener listener) throws IOException {
        Ignition.addListener((name, state) -> {
            if (!closing && (state == IgniteState.STOPPED_ON_SEGMENTATION || state == IgniteState.STOPPED_ON_FAILURE)) {
                listener.failed("this node has lost the cluster (" + state + ")");
            }
        });
        try {
            Ignite started = Ignition.start(configuration());
            ignite = started;
            started.events()
                    .localListen(
                            event -> happened(started, event, listener),
                            EventType.EVT_NODE_JOINED,
                            EventType.EVT_NODE_LEFT,
                            EventType.EVT_NODE_FAILED,
                            EventType.EVT_CLIENT_NODE_DISCONNECTED,
                            EventType.EVT_CLIENT_NODE_RECONNECTED);
            started.message().localListen(TOPIC, (from, message) -> {
                if (message instanceof byte[] bytes) {
                    received(started, from, bytes, listener);
                }
                return true;
            });
            arrive(started, listener);
        } catch (IgniteException e) {
            throw new IOException(
                    "cannot join the cluster at " + String.join(", ", credentials.addresses())
                            + " within " + JOIN_MILLIS / 1000 + " s: " + reason(e)
                            + ". Does an agent run there, can it be reached, and are these credentials those of its cluster?",
                    e);
        }
    }

    private static String reason(Throwable failure) {
        Throwable last = failure;
        while (last.getCause() != null && last.getCause() != last) {
            last = last.getCause();
        }
        String text = String.valueOf(last.getMessage()).lines().findFirst().orElse("");
        return text.isEmpty() ? last.toString() : text;
    }

    private IgniteConfiguration configuration() throws IOException {
        InetSocketAddress place = bind;
        InetAddress local = place == null ? towards(credentials.addresses().getFirst()) : place.getAddress();
        var discovery = new TcpDiscoverySpi();
        discovery.setLocalAddress(local.getHostAddress());
        discovery.setIpFinder(new TcpDiscoveryVmIpFinder().setAddresses(credentials.addresses()));
        discovery.setJoinTimeout(JOIN_MILLIS);
        var communication = new TcpCommunicationSpi();
        communication.setLocalAddress(local.getHostAddress());
        if (place != null) {
            discovery.setLocalPort(place.getPort());
            discovery.setLocalPortRange(0);
            communication.setLocalPort(place.getPort() + 1);
            communication.setLocalPortRange(0);
        } else {
            communication.setLocalPort(FIRST_DRIVER_PORT);
            communication.setLocalPortRange(DRIVER_PORTS);
        }
        var region = new DataRegionConfiguration()
                .setName("none")
                .setInitialSize(MEMORY)
                .setMaxSize(MEMORY);
        return new IgniteConfiguration()
                .setIgniteInstanceName("weft-" + UUID.randomUUID())
                .setClientMode(place == null)
                .setLocalHost(local.getHostAddress())
                .setWorkDirectory(Files.createTempDirectory(directory, "e").toString())
                .setGridLogger(new ErrorLogger())
                .setUserAttributes(Map.of(
                        ROLE, self.role().name(), NAME, self.name(), ADDRESS, self.address(), SLOTS, self.slots()))
                .setSslContextFactory(tls())
                .setConnectorConfiguration(null)
                .setClientConnectorConfiguration(null)
                .setPeerClassLoadingEnabled(false)
                .setDiscoverySpi(discovery)
                .setCommunicationSpi(communication)
                .setDataStorageConfiguration(new DataStorageConfiguration().setDefaultDataRegionConfiguration(region))
                .setIncludeEventTypes(
                        EventType.EVT_NODE_JOINED,
                        EventType.EVT_NODE_LEFT,
                        EventType.EVT_NODE_FAILED,
                        EventType.EVT_CLIENT_NODE_DISCONNECTED,
                        EventType.EVT_CLIENT_NODE_RECONNECTED)
                .setFailureDetectionTimeout(FAILURE_MILLIS)
                .setClientFailureDetectionTimeout(FAILURE_MILLIS)
                .setSegmentationPolicy(SegmentationPolicy.STOP)
                .setMetricsLogFrequency(0);
    }

    private SslContextFactory tls() {
        var factory = new SslContextFactory();
        factory.setProtocol("TLSv1.3");
        factory.setProtocols("TLSv1.3");
        factory.setKeyStoreType("PKCS12");
        factory.setKeyStoreFilePath(credentials.keys().toString());
        factory.setKeyStorePassword(credentials.password().toCharArray());
        factory.setTrustStoreType("PKCS12");
        factory.setTrustStoreFilePath(credentials.trust().toString());
        factory.setTrustStorePassword(credentials.password().toCharArray());
        return factory;
    }

    /** {@return the address of this machine from which an agent is reached; nothing is sent} */
    private static InetAddress towards(String agent) throws IOException {
        int colon = agent.lastIndexOf(':');
        var address = new InetSocketAddress(agent.substring(0, colon), Integer.parseInt(agent.substring(colon + 1)));
        if (address.isUnresolved()) {
            throw new IOException("there is no machine of the name " + address.getHostString()
                    + ", which the credentials give as the address of an agent");
        }
        try (var socket = new DatagramSocket()) {
            socket.connect(address);
            return socket.getLocalAddress();
        }
    }

    // --- What happens

    private boolean happened(Ignite started, Event event, Listener listener) {
        switch (event.type()) {
            case EventType.EVT_NODE_JOINED -> joined(((DiscoveryEvent) event).eventNode(), listener);
            case EventType.EVT_CLIENT_NODE_RECONNECTED -> arrive(started, listener);
            case EventType.EVT_CLIENT_NODE_DISCONNECTED -> members.keySet().forEach(id -> left(id, listener));
            default -> left(((DiscoveryEvent) event).eventNode().id(), listener);
        }
        return true;
    }

    private void arrive(Ignite started, Listener listener) {
        started.cluster().forRemotes().nodes().forEach(node -> joined(node, listener));
    }

    private void joined(ClusterNode node, Listener listener) {
        lock.lock();
        try {
            String role = node.attribute(ROLE);
            String name = node.attribute(NAME);
            String address = node.attribute(ADDRESS);
            Integer slots = node.attribute(SLOTS);
            if (node.isLocal() || role == null || name == null || address == null || slots == null) {
                return;
            }
            var member = new Member(node.id().toString(), Member.Role.valueOf(role), name, address, slots);
            if (members.putIfAbsent(node.id(), member) == null) {
                listener.joined(member);
            }
        } finally {
            lock.unlock();
        }
    }

    private void left(UUID id, Listener listener) {
        lock.lock();
        try {
            ways.remove(id);
            if (members.remove(id) != null) {
                listener.left(id.toString());
            }
        } finally {
            lock.unlock();
        }
    }

    /** Messages and news of members come by different threads. */
    private void received(Ignite started, UUID from, byte[] message, Listener listener) {
        if (!members.containsKey(from)) {
            ClusterNode node = started.cluster().node(from);
            if (node == null) {
                return;
            }
            joined(node, listener);
        }
        listener.received(from.toString(), message);
    }

    // --- What is done

    @Override
    public void send(String to, byte[] message) {
        Ignite started = ignite;
        if (started == null || closing) {
            return;
        }
        try {
            ways.computeIfAbsent(
                            UUID.fromString(to),
                            id -> started.message(started.cluster().forNodeId(id)))
                    .sendOrdered(TOPIC, message, ORDER_MILLIS);
        } catch (IgniteException | IllegalStateException e) {
            ways.remove(UUID.fromString(to)); // it has left, which the listener is told
        }
    }

    @Override
    public void close() {
        closing = true;
        Ignite started = ignite;
        if (started != null) {
            Ignition.stop(started.name(), true);
        }
    }
}
