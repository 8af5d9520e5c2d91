package dev.weft.process.connection;

import dev.weft.Cancelled;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Accepts connections and finds out who calls. Each caller has a virtual thread of its own until it has shown that it
 * knows the key, so that none holds up another; at most {@value #MOST_STRANGERS} may be there without having done so,
 * and the oldest makes room.
 */
final class Door {
    static final int MOST_STRANGERS = 64;
    private static final Duration AFTER_FAILURE = Duration.ofMillis(50);

    /** Takes those who have shown it. */
    interface Host {
        /** Takes a caller, on a thread of its own. */
        void welcome(long id, Wire wire);

        /** Hears of one who was turned away. */
        void refused(AuthenticationException why);
    }

    private final ServerSocketChannel server;
    private final LongFunction<@Nullable AuthKey> keys;
    private final Duration patience;
    private final Host host;
    private final ReentrantLock lock = new ReentrantLock();
    /** Guarded by {@code lock}; oldest first. */
    private final ArrayDeque<Wire> strangers = new ArrayDeque<>();

    private volatile @Nullable Readiness waiting;

    Door(ServerSocketChannel server, LongFunction<@Nullable AuthKey> keys, Duration patience, Host host) {
        this.server = server;
        this.keys = keys;
        this.patience = patience;
        this.host = host;
    }

    /** Begins to accept. */
    void open(String name) throws IOException {
        server.configureBlocking(false);
        Thread.ofVirtual().name("weft-process-" + name + "-acceptor").start(this::accept);
    }

    /** Accepts nobody any more, and turns away who has not shown the key; idempotent. */
    void close() {
        try {
            server.close();
        } catch (IOException e) {
            System.getLogger("dev.weft.process").log(System.Logger.Level.DEBUG, "closing a listener failed", e);
        }
        Readiness wait = waiting;
        if (wait != null) {
            wait.come();
        }
        Poller.get().forgetClosed();
        lock.lock();
        try {
            strangers.forEach(Wire::close);
        } finally {
            lock.unlock();
        }
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                SocketChannel channel = server.accept();
                if (channel == null) {
                    var readiness = new Readiness("a caller");
                    waiting = readiness;
                    Poller.get().arm(server, SelectionKey.OP_ACCEPT, readiness);
                    if (!server.isOpen()) {
                        readiness.come();
                    }
                    readiness.await(Deadlines.NEVER);
                } else {
                    letIn(channel);
                }
            } catch (IOException e) {
                if (server.isOpen()) { // no file descriptor is left, and the system goes on reporting the connection
                    LockSupport.parkNanos(AFTER_FAILURE.toNanos());
                }
            } catch (Cancelled e) {
                Thread.interrupted(); // nobody has this thread to interrupt it
            }
        }
    }

    private void letIn(SocketChannel channel) throws IOException {
        try {
            if (channel.getRemoteAddress() instanceof InetSocketAddress) {
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            }
        } catch (IOException e) {
            channel.close(); // it has gone already; some systems say so here
            return;
        }
        Wire wire = new Wire(channel);
        admit(wire);
        Thread.ofVirtual().name("weft-process-greeting").start(() -> greet(wire));
    }

    private void admit(Wire wire) {
        lock.lock();
        try {
            if (strangers.size() == MOST_STRANGERS) {
                strangers.removeFirst().close();
            }
            strangers.addLast(wire);
            if (!server.isOpen()) {
                wire.close();
            }
        } finally {
            lock.unlock();
        }
    }

    private void greet(Wire wire) {
        boolean welcome = false;
        try {
            long id = Handshake.asListener(wire, keys, Deadlines.in(patience));
            lock.lock();
            try {
                welcome = strangers.remove(wire);
            } finally {
                lock.unlock();
            }
            if (welcome) {
                host.welcome(id, wire);
            }
        } catch (AuthenticationException e) {
            host.refused(e);
        } finally {
            if (!welcome) {
                lock.lock();
                try {
                    strangers.remove(wire);
                } finally {
                    lock.unlock();
                }
                wire.close();
            }
        }
    }
}
