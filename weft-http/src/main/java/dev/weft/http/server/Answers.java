package dev.weft.http.server;

import dev.weft.Cancelled;
import dev.weft.http.netty.BodyWriter;
import dev.weft.net.netty.NettyIo;
import io.netty.channel.Channel;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.UUID;

/** Runs the handler of one request in its task, and writes what it answers. */
final class Answers {
    private static final System.Logger LOG = System.getLogger(HttpServer.class.getName());

    /**
     * Up to this size a body is handed to the system at once; a larger one in pieces, so that a client which takes it
     * too slowly is noticed.
     */
    private static final int AT_ONCE = 64 * 1024;

    private final NettyIo io;
    private final ServerSettings settings;
    private final Handler handler;
    private final ServerLoop server;

    Answers(NettyIo io, ServerSettings settings, Handler handler, ServerLoop server) {
        this.io = io;
        this.settings = settings;
        this.handler = handler;
        this.server = server;
    }

    /** Answers a request; the body of its task. */
    void answer(Incoming incoming) {
        Carrier connection = incoming.connection();
        try {
            var request = new Request(incoming, settings, server);
            Response response = respond(request);
            Response.Upgrade upgrade = response.upgrade();
            if (upgrade != null) {
                Response refusal = Upgrades.refusal(request, upgrade.options());
                if (refusal == null) {
                    new Upgrades(io).talk(request, response.headers(), upgrade);
                    return;
                }
                response = refusal;
            }
            boolean atOnce = response.streaming() == null && response.length() <= AT_ONCE;
            if (atOnce || incoming.method().equals("HEAD") || hasNoBody(response.status())) {
                Response whole = response;
                io.soon(() -> connection.respond(incoming, whole));
            } else {
                stream(incoming, response);
            }
        } catch (Cancelled e) {
            io.eventLoop().execute(connection.channel()::close);
            throw e;
        }
    }

    private static boolean hasNoBody(int status) {
        return status == 204 || status == 304;
    }

    private Response respond(Request request) {
        try {
            Response response = handler.handle(request);
            if (response == null) {
                throw new IllegalStateException("the handler returned null; it must return a Response");
            }
            return response;
        } catch (Cancelled e) {
            throw e;
        } catch (ErrorResponse e) {
            return e.response();
        } catch (ClientGoneException e) {
            LOG.log(Level.DEBUG, "nobody waits for the answer to " + request, e);
            return Response.status(400).withHeader("Connection", "close");
        } catch (Throwable e) {
            String id = UUID.randomUUID().toString();
            LOG.log(Level.ERROR, "the handler failed to answer " + request + ", id " + id, e);
            return Response.text("the server failed to answer; its log says why under id " + id + "\n")
                    .withStatus(500);
        }
    }

    private void stream(Incoming incoming, Response response) {
        Carrier connection = incoming.connection();
        io.eventLoop().execute(() -> connection.begin(incoming, response));
        var out = new Body(io, connection, incoming, response.length(), settings);
        try {
            Response.Streaming streaming = response.streaming();
            if (streaming == null) {
                out.sendAll(response.body());
            } else {
                streaming.writer().writeTo(out);
            }
            out.close();
            if (response.length() >= 0 && out.written() != response.length()) {
                throw new IOException(
                        "the body was announced with " + response.length() + " bytes, and has " + out.written());
            }
        } catch (Cancelled e) {
            throw e;
        } catch (ClientGoneException e) {
            LOG.log(Level.DEBUG, "the client did not take the answer to " + incoming, e);
            io.eventLoop().execute(() -> connection.breakOff(incoming, out.written()));
            return;
        } catch (Throwable e) {
            LOG.log(
                    Level.ERROR,
                    "the body of the answer to " + incoming + " failed after " + out.written()
                            + " bytes; the connection is cut, id " + UUID.randomUUID(),
                    e);
            io.eventLoop().execute(() -> connection.breakOff(incoming, out.written()));
            return;
        }
        io.eventLoop().execute(() -> connection.end(incoming, out.written()));
    }

    /** The body of a response on its way. */
    private static final class Body extends BodyWriter {
        private final Carrier connection;
        private final Incoming incoming;
        private final ServerSettings settings;

        Body(NettyIo io, Carrier connection, Incoming incoming, long announced, ServerSettings settings) {
            super(io, connection.channel(), announced);
            this.connection = connection;
            this.incoming = incoming;
            this.settings = settings;
        }

        @Override
        protected void checkOpen() {
            Channel channel = connection.channel();
            if (!channel.isActive()) {
                throw new ClientGoneException(
                        "the client left after " + written() + " bytes of the answer to " + incoming, null);
            }
        }

        @Override
        protected long deadline() {
            return connection.now() + settings.requestTimeout().toNanos();
        }

        @Override
        protected RuntimeException late() {
            return new ClientGoneException(
                    "the client took nothing for " + settings.requestTimeout().toMillis() + " ms, after " + written()
                            + " bytes of the answer to " + incoming,
                    null);
        }

        @Override
        protected RuntimeException broken(Throwable cause) {
            return new ClientGoneException(
                    "the connection broke after " + written() + " bytes of the answer to " + incoming, cause);
        }
    }
}
