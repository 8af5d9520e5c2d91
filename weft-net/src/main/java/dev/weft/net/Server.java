package dev.weft.net;

import static java.util.Objects.requireNonNull;

import dev.weft.Cancelled;
import dev.weft.Task;
import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.loop.kernel.Durations;
import dev.weft.loop.kernel.LoopCore;
import dev.weft.sync.Event;
import dev.weft.sync.Semaphore;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.net.SocketException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;

/**
 * Takes the connections of a listener and runs a coroutine for each.
 *
 * <pre>{@code
 * try (var server = Server.serve(TcpListener.open(7), stream -> {
 *     for (String line : stream.lines()) {
 *         stream.write(line + "\n");
 *     }
 * })) {
 *     server.await();
 * }
 * }</pre>
 *
 * <p>When the handler returns, its connection is closed, with what was written sent. When it throws, the connection is
 * aborted; the failure goes to the exception handler of the loop, unless the connection itself was broken, which is the
 * other side's affair (logged at DEBUG). The other connections go on.
 *
 * <p>A server ends in three steps, each a call, each implying the ones before: {@link #stop} takes no more connections;
 * {@link #drain} waits until those that there are have ended; {@link #abort} cancels their handlers. {@link #close}
 * does all, with the grace period for the second.
 *
 * <p>It is a block of the task that starts it, like a {@link TaskGroup}: that task closes it, and what was opened
 * inside is closed before. If the task is cancelled, so are the handlers. For coroutines of one loop.
 *
 * @param <S> the kind of connection
 */
public final class Server<S extends SocketStream> implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Server.class.getName());

    /**
     * What a server does with a connection.
     *
     * @param <S> the kind of connection
     */
    @FunctionalInterface
    public interface Handler<S extends SocketStream> {
        /**
         * Serves a connection from its beginning to its end.
         *
         * @param stream the connection, which is closed afterwards
         * @throws Exception whatever goes wrong
         */
        void handle(S stream) throws Exception;
    }

    private final Listener<S> listener;
    private final Handler<? super S> handler;
    private final Duration grace;
    private final Semaphore room;
    private final TaskGroup group;
    private final LoopCore loop;
    private final Set<S> connections = new LinkedHashSet<>();
    private final Event ended = new Event();
    private boolean stopped;
    private boolean closed;

    private Server(Builder<S> how, Handler<? super S> handler, TaskGroup group) {
        this.listener = how.listener;
        this.handler = handler;
        this.grace = how.grace;
        this.room = new Semaphore(how.maxConnections);
        this.group = group;
        this.loop = listener.io.loop();
    }

    /**
     * Starts a server with the defaults of the {@link Builder}.
     *
     * @param listener where connections come from; closed with the server
     * @param handler what to do with each
     * @param <S> the kind of connection
     * @return the server; close it
     * @throws IllegalStateException if the caller is no task of the listener's loop
     * @throws Cancelled if the calling task is cancelled; the listener is closed then
     */
    public static <S extends SocketStream> Server<S> serve(Listener<S> listener, Handler<? super S> handler) {
        return of(listener).serve(handler);
    }

    /**
     * Begins to set how to serve.
     *
     * @param listener where connections come from
     * @param <S> the kind of connection
     * @return the settings
     */
    public static <S extends SocketStream> Builder<S> of(Listener<S> listener) {
        return new Builder<>(listener);
    }

    private Void accept() throws IOException {
        try {
            while (!stopped) {
                room.acquire();
                boolean begun = false;
                try {
                    S stream = listener.accept();
                    begun = begin(stream);
                } catch (SocketException e) {
                    if (!stopped) {
                        throw e;
                    }
                } finally {
                    if (!begun) {
                        room.release();
                    }
                }
            }
        } finally {
            listener.close();
        }
        return null;
    }

    private boolean begin(S stream) {
        connections.add(stream);
        try {
            Task<?> task = group.spawn("connection of " + stream.remoteAddress(), () -> {
                handle(stream);
                return null;
            });
            task.whenDone(_ -> {
                if (connections.contains(stream)) { // cancelled before its first step
                    stream.drop();
                    ended(stream);
                }
            });
            return true;
        } catch (RejectedExecutionException | Cancelled e) {
            connections.remove(stream);
            stream.abort();
            if (e instanceof Cancelled cancelled) {
                throw cancelled;
            }
            return false;
        }
    }

    private void handle(S stream) {
        try {
            handler.handle(stream);
            stream.close();
        } catch (Cancelled e) {
            throw e;
        } catch (Throwable e) {
            if (e instanceof IOException && stream.wire.failure() != null) {
                LOG.log(Level.DEBUG, () -> "the connection of " + stream.remoteAddress() + " broke", e);
            } else {
                loop.report(
                        "the handler of the connection of " + stream.remoteAddress() + " at " + address() + " failed: "
                                + e,
                        e,
                        Task.current().orElse(null),
                        null);
            }
        } finally {
            stream.abort(); // nothing if it has been closed
            ended(stream);
        }
    }

    private void ended(S stream) {
        connections.remove(stream);
        room.release();
        tellIfEnded();
    }

    private void tellIfEnded() {
        if (stopped && connections.isEmpty()) {
            ended.set();
        }
    }

    /** {@return the address at which this listens} */
    public SocketAddress address() {
        return listener.address();
    }

    /** {@return how many connections are open} */
    public int connections() {
        return connections.size();
    }

    /**
     * Takes no more connections: the address is free when this returns. Connections that there are go on. Idempotent.
     */
    public void stop() {
        if (!stopped) {
            stopped = true;
            listener.close();
            tellIfEnded();
        }
    }

    /**
     * Takes no more connections, and waits until those that there are have ended by themselves.
     *
     * @param limit how long to wait at most
     * @return whether all have ended; the others go on
     * @throws IllegalArgumentException if the time is negative
     * @throws Cancelled if the calling task is cancelled
     */
    public boolean drain(Duration limit) {
        stop();
        Weft.moveOnAfter(limit, this::await);
        return connections.isEmpty();
    }

    /**
     * Waits until this server has been stopped and all its connections have ended.
     *
     * @throws Cancelled if the calling task is cancelled
     */
    public void await() {
        ended.await();
    }

    /**
     * Takes no more connections and cancels the handlers of those that there are, which aborts these; {@link #await}
     * waits until that is done. Idempotent.
     */
    public void abort() {
        stop();
        group.cancel("the server was aborted");
    }

    /**
     * Ends this server: {@link #stop}, {@link #drain} for the grace period, {@link #abort}. When it returns, all
     * handlers have ended and all connections are closed. Idempotent.
     *
     * @throws Cancelled if the calling task is cancelled; nobody is waited for then but all is closed all the same
     * @throws IllegalStateException if the caller did not start this server, or a block that it opened inside is still
     *     open
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            if (!drain(grace)) {
                LOG.log(
                        Level.DEBUG,
                        () -> "the server at " + address() + " cuts " + connections.size()
                                + " connections off after a grace period of " + Durations.text(grace));
            }
        } finally {
            try {
                abort();
            } finally {
                group.close();
            }
        }
    }

    @Override
    public String toString() {
        return "Server[" + address() + ", " + connections.size() + " connections" + (stopped ? ", stopped]" : "]");
    }

    /**
     * How to serve.
     *
     * @param <S> the kind of connection
     */
    public static final class Builder<S extends SocketStream> {
        private final Listener<S> listener;
        private int maxConnections = 10_000;
        private Duration grace = Duration.ofSeconds(10);

        private Builder(Listener<S> listener) {
            this.listener = requireNonNull(listener, "listener");
        }

        /**
         * Sets how many connections are served at once; more wait in the system's backlog. 10,000 unless set.
         *
         * @param value the number, positive
         * @return this
         */
        public Builder<S> maxConnections(int value) {
            if (value <= 0) {
                throw new IllegalArgumentException("the number of connections must be positive, and was " + value);
            }
            maxConnections = value;
            return this;
        }

        /**
         * Sets how long {@link Server#close} lets connections go on; 10 seconds unless set.
         *
         * @param value the time, not negative
         * @return this
         */
        public Builder<S> grace(Duration value) {
            Durations.nanos("the grace period", value);
            grace = value;
            return this;
        }

        /**
         * Starts the server.
         *
         * @param handler what to do with each connection
         * @return the server; close it
         * @throws IllegalStateException if the caller is no task of the listener's loop
         * @throws Cancelled if the calling task is cancelled; the listener is closed then
         */
        public Server<S> serve(Handler<? super S> handler) {
            requireNonNull(handler, "handler");
            TaskGroup group = TaskGroup.open();
            try {
                var server = new Server<>(this, handler, group);
                group.spawn("accept at " + listener.address(), server::accept);
                return server;
            } catch (Throwable e) {
                group.close();
                listener.close();
                throw e;
            }
        }
    }
}
