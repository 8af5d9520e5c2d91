package dev.weft.process.connection;

import static java.util.Objects.requireNonNull;

import dev.weft.Cancelled;
import dev.weft.process.internal.ProcessSupport;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;

/**
 * Connects to a {@link Listener} of another process, which must know the same key.
 *
 * <pre>{@code
 * try (var connection = Client.connect(address, key)) {
 *     connection.send("hello");
 * }
 * }</pre>
 */
public final class Client {
    private final AuthKey key;
    private Duration patience = Duration.ofSeconds(10);
    private int longest = ProcessSupport.get().longestMessage();
    private boolean remote;

    private Client(AuthKey key) {
        this.key = key;
    }

    /**
     * Connects to a listener, and shows that both know the key.
     *
     * @param address where it listens
     * @param key the key
     * @return the connection
     * @throws AuthenticationException if the listener does not know the key or accept this one, is none, or does not
     *     answer in time
     * @throws ConnectionException if nobody listens there
     * @throws IllegalArgumentException if the address is on another machine
     * @throws Cancelled if the caller is cancelled, or its thread interrupted
     */
    public static Connection connect(SocketAddress address, AuthKey key) {
        return with(key).connect(address);
    }

    /**
     * {@return a client with the default settings}
     *
     * @param key the key
     */
    public static Client with(AuthKey key) {
        return new Client(requireNonNull(key, "key"));
    }

    /**
     * Sets how long connecting and greeting may take; by default 10 s.
     *
     * @param limit more than zero
     * @return this
     */
    public Client timeout(Duration limit) {
        if (limit.isNegative() || limit.isZero()) {
            throw new IllegalArgumentException("the time to connect must be more than zero, and was " + limit);
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
    public Client longestMessage(int bytes) {
        longest = Listener.Builder.checkedLongest(bytes);
        return this;
    }

    /**
     * Allows listeners on other machines; see {@link Listener.Builder#remote()}.
     *
     * @return this
     */
    public Client remote() {
        remote = true;
        return this;
    }

    /**
     * Connects as {@link #connect(SocketAddress, AuthKey)}, with the settings of this client.
     *
     * @param address where the listener is
     * @return the connection
     */
    public Connection connect(SocketAddress address) {
        Addresses.check(address, remote);
        String where = Addresses.words(address);
        long deadline = Deadlines.in(patience);
        Wire wire = null;
        boolean good = false;
        try {
            wire = Sockets.connect(address, deadline);
            Handshake.asClient(wire, 0, key, deadline, where);
            good = true;
            return Bound.connection("to " + where, new Connection.Terms(true, true, longest), wire);
        } catch (IOException e) {
            throw new ConnectionException(
                    "cannot connect to " + where + ": " + e.getMessage() + Addresses.hint(address)
                            + ". Is there a listener, with this address?",
                    e);
        } finally {
            if (!good && wire != null) {
                wire.close();
            }
        }
    }
}
