package dev.weft.process.connection;

import static java.util.Objects.requireNonNull;

import dev.weft.Cancelled;
import dev.weft.process.internal.ProcessSupport;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Waits for other processes that know a key, and gives a {@link Connection} to each.
 *
 * <pre>{@code
 * AuthKey key = AuthKey.random();
 * try (var listener = Listener.open(key)) {
 *     start(listener.address(), key);
 *     try (var connection = listener.accept()) { ... }
 * }
 * }</pre>
 *
 * <p>Both sides prove that they know the key before either reads anything else: by HMAC-SHA256 over random bytes of
 * both and the role of who proves, so that the key is not sent, and no proof can be used again or sent back. Who does
 * not prove it in time is turned away, and neither {@link #accept} nor other callers notice. What is sent afterwards is
 * not encrypted; a listener is on a Unix-domain socket, or on a loopback address unless
 * {@linkplain Builder#remote() asked otherwise}.
 *
 * <p>All methods may be called by any thread. Those that wait suspend a coroutine and block any other thread.
 */
public final class Listener implements Waitable, AutoCloseable {
    /** How many who have been let in may wait to be accepted; more wait at the door. */
    private static final int MOST_WAITING = 128;

    private static final AtomicLong NUMBERS = new AtomicLong();

    private final SocketAddress address;
    private final int longest;
    private final Door door;
    private final ReentrantLock lock = new ReentrantLock();
    /** Guarded by {@code lock}. */
    private final ArrayDeque<Connection> callers = new ArrayDeque<>();
    /** Guarded by {@code lock}. */
    private final Set<Readiness> waiting = new HashSet<>();

    private final AtomicLong refused = new AtomicLong();
    private volatile boolean closed;

    private Listener(ServerSocketChannel server, SocketAddress address, AuthKey key, Builder settings) {
        this.address = address;
        this.longest = settings.longest;
        this.door = new Door(server, id -> id == 0 ? key : null, settings.patience, new Door.Host() {
            @Override
            public void welcome(long id, Wire wire) {
                arrived(wire);
            }

            @Override
            public void refused(AuthenticationException why) {
                refused.incrementAndGet();
            }
        });
    }

    /**
     * Listens on a new Unix-domain socket that only processes of the same user can reach.
     *
     * @param key what callers must know
     * @return the listener
     * @throws ConnectionException if the socket cannot be made
     */
    public static Listener open(AuthKey key) {
        return builder(key).open();
    }

    /**
     * Listens on an address.
     *
     * @param address a Unix-domain address, or a loopback address with a port, 0 for any
     * @param key what callers must know
     * @return the listener
     * @throws ConnectionException if the address is in use, or cannot be used
     * @throws IllegalArgumentException if other machines could reach the address
     */
    public static Listener open(SocketAddress address, AuthKey key) {
        return builder(key).open(address);
    }

    /**
     * {@return a builder with the default settings}
     *
     * @param key what callers must know
     */
    public static Builder builder(AuthKey key) {
        return new Builder(requireNonNull(key, "key"));
    }

    private void arrived(Wire wire) {
        var connection = Bound.connection(
                "from a caller of " + Addresses.words(address), new Connection.Terms(true, true, longest), wire);
        lock.lock();
        try {
            if (closed || callers.size() == MOST_WAITING) {
                connection.close();
                return;
            }
            callers.add(connection);
            tell();
        } finally {
            lock.unlock();
        }
    }

    private void tell() {
        waiting.forEach(Readiness::come);
        waiting.clear();
    }

    /**
     * Waits for the next caller that has shown that it knows the key.
     *
     * @return the connection to it
     * @throws IllegalStateException if this listener is closed, also while it waits
     * @throws Cancelled if the caller is cancelled, or its thread interrupted; nobody is lost by that
     */
    public Connection accept() {
        Connection next = accept(Deadlines.NEVER);
        if (next == null) {
            throw new AssertionError("the time was over that has no end");
        }
        return next;
    }

    /**
     * Waits for the next caller as {@link #accept()}, at most for a time.
     *
     * @param timeout how long at most
     * @return the connection to it, or null if the time is over first
     */
    public @Nullable Connection accept(Duration timeout) {
        return accept(Deadlines.in(timeout));
    }

    private @Nullable Connection accept(long deadline) {
        boolean inTime = true;
        while (true) {
            var readiness = new Readiness("a caller of " + Addresses.words(address));
            lock.lock();
            try {
                checkOpen();
                Connection next = callers.poll();
                if (next != null || !inTime) {
                    return next;
                }
                waiting.add(readiness);
            } finally {
                lock.unlock();
            }
            try {
                inTime = readiness.await(deadline);
            } finally {
                disarm(readiness);
            }
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the listener on " + Addresses.words(address) + " is closed");
        }
    }

    boolean isReady() {
        lock.lock();
        try {
            checkOpen();
            return !callers.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    boolean arm(Readiness readiness) {
        lock.lock();
        try {
            waiting.add(readiness);
            return callers.isEmpty() && !closed;
        } finally {
            lock.unlock();
        }
    }

    void disarm(Readiness readiness) {
        lock.lock();
        try {
            waiting.remove(readiness);
        } finally {
            lock.unlock();
        }
    }

    /**
     * {@return where this listens, with the port that the system chose; give it to a {@link Client}}
     */
    public SocketAddress address() {
        return address;
    }

    /**
     * {@return how many callers were turned away since they did not show that they know the key}
     */
    public long refused() {
        return refused.get();
    }

    /**
     * Accepts nobody any more, closes connections that nobody has accepted, and removes the socket file. Connections
     * that were accepted go on. Idempotent.
     */
    @Override
    public void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            callers.forEach(Connection::close);
            callers.clear();
            tell();
        } finally {
            lock.unlock();
        }
        door.close();
        if (address instanceof UnixDomainSocketAddress unix) {
            try {
                Files.deleteIfExists(unix.getPath());
            } catch (IOException e) {
                System.getLogger("dev.weft.process")
                        .log(System.Logger.Level.DEBUG, "the socket " + unix.getPath() + " stays behind", e);
            }
        }
    }

    @Override
    public String toString() {
        return "Listener[" + Addresses.words(address) + (closed ? ", closed]" : "]");
    }

    /** Settings of a listener. Not thread-safe. */
    public static final class Builder {
        private final AuthKey key;
        private Duration patience = Duration.ofSeconds(10);
        private int longest = ProcessSupport.get().longestMessage();
        private boolean remote;

        private Builder(AuthKey key) {
            this.key = key;
        }

        /**
         * Sets how long a caller may take to show that it knows the key; by default 10 s.
         *
         * @param limit more than zero
         * @return this
         */
        public Builder greetingTimeout(Duration limit) {
            if (limit.isNegative() || limit.isZero()) {
                throw new IllegalArgumentException("the time for a greeting must be more than zero, and was " + limit);
            }
            patience = limit;
            return this;
        }

        /**
         * Sets the most bytes in a message, both ways; by default a third of the heap.
         *
         * @param bytes at least 1
         * @return this
         */
        public Builder longestMessage(int bytes) {
            longest = checkedLongest(bytes);
            return this;
        }

        static int checkedLongest(int bytes) {
            if (bytes < 1) {
                throw new IllegalArgumentException("messages need room for 1 byte or more, and were given " + bytes);
            }
            return bytes;
        }

        /**
         * Allows addresses that other machines can reach. Callers must know the key all the same, but what is sent is
         * neither encrypted nor protected against who can change packets on their way.
         *
         * @return this
         */
        public Builder remote() {
            remote = true;
            return this;
        }

        /**
         * Listens on a new Unix-domain socket that only processes of the same user can reach.
         *
         * @return the listener
         * @throws ConnectionException if the socket cannot be made
         */
        public Listener open() {
            Path directory;
            try {
                directory = ProcessSupport.get().directory();
            } catch (IOException e) {
                throw new ConnectionException("there is no place for a socket: " + e.getMessage(), e);
            }
            return open(UnixDomainSocketAddress.of(directory.resolve("l" + NUMBERS.incrementAndGet())));
        }

        /**
         * Listens on an address.
         *
         * @param address where
         * @return the listener
         * @throws ConnectionException if the address is in use, or cannot be used
         * @throws IllegalArgumentException if other machines could reach the address and {@link #remote()} was not said
         */
        public Listener open(SocketAddress address) {
            Addresses.check(address, remote);
            try {
                ServerSocketChannel server = address instanceof UnixDomainSocketAddress
                        ? ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                        : ServerSocketChannel.open();
                try {
                    bind(server, address);
                    var listener = new Listener(server, server.getLocalAddress(), key, this);
                    listener.door.open("listener");
                    return listener;
                } catch (IOException e) {
                    server.close();
                    throw e;
                }
            } catch (IOException e) {
                throw new ConnectionException(
                        "cannot listen on " + Addresses.words(address) + ": " + e.getMessage() + Addresses.hint(address)
                                + ". Another listener may be there; choose another address",
                        e);
            }
        }

        private static void bind(ServerSocketChannel server, SocketAddress address) throws IOException {
            if (address instanceof InetSocketAddress) {
                server.bind(address, MOST_WAITING);
                return;
            }
            Path path = ((UnixDomainSocketAddress) address).getPath();
            if (Files.exists(path) && isLeftOver(path)) {
                Files.delete(path);
            }
            server.bind(address, MOST_WAITING);
            if (Files.getFileStore(path).supportsFileAttributeView("posix")) {
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
            }
        }

        /** {@return whether a file is the socket of a process that has ended} */
        private static boolean isLeftOver(Path path) throws IOException {
            if (Files.isRegularFile(path) || Files.isDirectory(path)) {
                return false;
            }
            try (SocketChannel _ = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
                return false;
            } catch (ConnectException e) {
                return true;
            }
        }
    }
}
