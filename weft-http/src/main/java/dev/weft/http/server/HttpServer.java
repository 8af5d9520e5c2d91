package dev.weft.http.server;

import dev.weft.Cancelled;
import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.http.HttpException;
import dev.weft.loop.EventLoop;
import dev.weft.loop.kernel.Promise;
import dev.weft.net.netty.Names;
import dev.weft.net.netty.NettyIo;
import dev.weft.sync.Event;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Serves HTTP/1.1 and HTTP/2 on the loop of the coroutine that opens it: each request is a coroutine of its own.
 *
 * <pre>{@code
 * Weft.run(() -> {
 *     try (var server = HttpServer.open(request -> Response.text("Hello, " + request.parameter("name")))) {
 *         System.out.println("listening on " + server.uri());
 *         done.await();
 *     }
 * });
 * }</pre>
 *
 * <p>A loop has one thread. {@link ServerBuilder#loops} spreads a server over several, to use several cores.
 *
 * <p>It listens on the loopback address unless {@link ServerBuilder#host} says otherwise. Connections are kept alive,
 * and requests that a client sends ahead are answered in order. What clients control is limited: the size of headers
 * and bodies, the time for which a connection may be idle, and the time that a request may take to arrive and a
 * response to be taken. A request that breaks a limit or the protocol is answered with a status from 400 to 431, and
 * its connection closed.
 *
 * <p>A server is a block of the task that opens it, like a {@link TaskGroup}: that task closes it, and what was opened
 * inside it is closed before. If the task is cancelled, the handlers are cancelled too, and all sockets closed.
 */
public final class HttpServer implements AutoCloseable {
    private final ServerSettings settings;
    private final ServerPlaces places;
    private final ServerLoop here;

    /** Has a task for each of the other loops. */
    private final TaskGroup group;

    /** Tells those that the end has come. */
    private final Event end;

    private final @Nullable InetSocketAddress address;
    private boolean closed;

    private HttpServer(
            ServerSettings settings,
            ServerPlaces places,
            ServerLoop here,
            TaskGroup group,
            Event end,
            @Nullable InetSocketAddress address) {
        this.settings = settings;
        this.places = places;
        this.here = here;
        this.group = group;
        this.end = end;
        this.address = address;
    }

    /** Opens a server in the calling task. */
    static HttpServer open(ServerSettings settings, Handler handler) throws IOException {
        NettyIo.current(); // or says that the caller is no task of a loop
        var places = new ServerPlaces(settings);
        var end = new Event();
        TaskGroup group = TaskGroup.open();
        try {
            ServerLoop here = ServerLoop.open(settings, places, handler);
            try {
                List<Beside> others = new ArrayList<>();
                for (int i = 2; i <= settings.loops(); i++) {
                    String name = EventLoop.current().name() + "-http-" + i;
                    var opened = new Promise<Beside>("a server on loop '" + name + "'");
                    group.spawn(name, () -> serveBeside(name, settings, places, handler, opened, end));
                    others.add(opened.await());
                }
                return new HttpServer(settings, places, here, group, end, listen(settings, here, others));
            } catch (Throwable e) {
                here.close();
                throw e;
            }
        } catch (Throwable e) {
            group.close();
            throw e;
        }
    }

    /** A loop of the server beside that of the task that opened it. */
    private record Beside(EventLoop loop, ServerLoop server) {}

    /** Serves on a loop of its own until the end has come, and ends that loop. */
    private static Void serveBeside(
            String name,
            ServerSettings settings,
            ServerPlaces places,
            Handler handler,
            Promise<Beside> opened,
            Event end) {
        EventLoop loop = EventLoop.open(name);
        try {
            loop.call(() -> {
                try (var server = ServerLoop.open(settings, places, handler)) {
                    opened.keep(new Beside(loop, server));
                    end.await();
                    server.drain();
                }
            });
        } catch (RuntimeException e) {
            if (!opened.breakWith(e)) { // else it is thrown by open
                throw e;
            }
        } finally {
            Weft.shield(loop::close);
        }
        return null;
    }

    /**
     * Has the loops listen: each by itself, where the system spreads the connections to one port over several sockets,
     * or the first one for all.
     */
    private static @Nullable InetSocketAddress listen(ServerSettings settings, ServerLoop here, List<Beside> others)
            throws IOException {
        List<ServerLoop> all = new ArrayList<>(List.of(here));
        others.forEach(other -> all.add(other.server()));
        for (Beside other : others) {
            List<ServerLoop> rest =
                    all.stream().filter(loop -> loop != other.server()).toList();
            other.loop().call(() -> other.server().beside(rest));
        }
        here.beside(all.subList(1, all.size()));
        Path socket = settings.unixSocket();
        if (socket != null) {
            here.listen(socket, eventLoops(all), child(all));
            return null;
        }
        var where = new InetSocketAddress(Names.resolve(settings.host()).getFirst(), settings.port());
        if (others.isEmpty() || !spreadsConnections()) {
            return here.listen(where, false, eventLoops(all), child(all));
        }
        if (where.getPort() != 0) {
            here.requireFree(where);
        }
        InetSocketAddress bound = here.listen(where, true, eventLoops(List.of(here)), child(List.of(here)));
        for (Beside other : others) {
            List<ServerLoop> alone = List.of(other.server());
            other.loop().call(() -> other.server().listen(bound, true, eventLoops(alone), child(alone)));
        }
        return bound;
    }

    /**
     * {@return whether several sockets that listen at one port get connections by turns; elsewhere one of them gets
     * all}
     */
    private static boolean spreadsConnections() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux");
    }

    private static List<io.netty.channel.EventLoop> eventLoops(List<ServerLoop> loops) {
        return loops.stream().map(ServerLoop::eventLoop).toList();
    }

    /** {@return what begins to serve a connection on the loop that it was given to} */
    private static ChannelHandler child(List<ServerLoop> loops) {
        Map<io.netty.channel.EventLoop, ServerLoop> servers = new HashMap<>();
        loops.forEach(loop -> servers.put(loop.eventLoop(), loop));
        return new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                ServerLoop server = servers.get(channel.eventLoop());
                if (server == null) {
                    throw new AssertionError("a connection was given to a loop of somebody else");
                }
                server.accept(channel);
            }
        };
    }

    /**
     * Opens a server on a free port of the loopback address, with the defaults of the {@link ServerBuilder}.
     *
     * @param handler answers the requests
     * @return the server; close it
     * @throws HttpException if it cannot listen
     * @throws IllegalStateException if the caller is no task of an event loop
     */
    public static HttpServer open(Handler handler) {
        return builder().open(handler);
    }

    /**
     * {@return a builder for a server}
     */
    public static ServerBuilder builder() {
        return new ServerBuilder();
    }

    /**
     * {@return the address on which this server listens, with the port that the system chose if it was to choose; any
     * thread}
     *
     * @throws IllegalStateException if it listens at a Unix-domain socket, which has none
     */
    public InetSocketAddress address() {
        if (address == null) {
            throw new IllegalStateException(
                    "this server listens at the Unix-domain socket " + settings.unixSocket() + ", not on a port");
        }
        return address;
    }

    /**
     * {@return the port on which this server listens; any thread}
     *
     * @throws IllegalStateException if it listens at a Unix-domain socket, which has none
     */
    public int port() {
        return address().getPort();
    }

    /**
     * {@return the URL of this server's root; that of {@code localhost} if it listens at a Unix-domain socket, for
     * clients that know the socket. Any thread}
     */
    public URI uri() {
        String scheme = settings.tls() == null ? "http://" : "https://";
        if (address == null) {
            return URI.create(scheme + "localhost/");
        }
        String host = address.getAddress().getHostAddress();
        return URI.create(scheme + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort() + "/");
    }

    /**
     * {@return how many connections are open now, on all loops; any thread}
     */
    public int connections() {
        return places.connections();
    }

    /** {@return how many requests wait for one of those that are being answered to end; any thread} */
    int waiting() {
        return places.waiting();
    }

    /**
     * Stops listening, closes idle connections at once, lets requests that have begun end, for the grace period at
     * most, then cancels their handlers and closes all connections; on all loops at the same time. Idempotent.
     *
     * @throws Cancelled if the calling task is cancelled, in which case nothing is waited for; all is closed all the
     *     same
     * @throws IllegalStateException if the caller did not open this server, or a block that it opened inside is still
     *     open
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        end.set();
        try (group;
                Ending _ = group::join;
                here) {
            here.drain();
        } finally {
            closed = true;
        }
    }

    private interface Ending extends AutoCloseable {
        @Override
        void close();
    }

    @Override
    public String toString() {
        Path socket = settings.unixSocket();
        return "HttpServer[" + (socket == null ? uri().toString() : "unix:" + socket) + ", " + connections()
                + " connections" + (settings.loops() == 1 ? "]" : ", " + settings.loops() + " loops]");
    }
}
