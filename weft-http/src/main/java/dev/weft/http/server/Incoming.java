package dev.weft.http.server;

import dev.weft.Task;
import dev.weft.http.Headers;
import dev.weft.http.netty.BodyQueue;
import io.netty.handler.codec.http.HttpUtil;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One request between the connection that receives it and the task that answers it. Loop thread only. */
final class Incoming {
    private final Carrier connection;
    private final String method;
    private final String target;
    private final Headers headers;
    private final BodyQueue body;
    private final boolean keepAlive;
    private final boolean oldClient;
    private final long announced;
    private final long started;
    private boolean expectsLeave;
    private RoutePolicy policy = RoutePolicy.DEFAULT;
    private @Nullable Task<?> task;

    Incoming(
            Carrier connection,
            io.netty.handler.codec.http.HttpRequest head,
            Headers headers,
            BodyQueue body,
            long now) {
        this.connection = connection;
        this.method = head.method().name();
        this.target = head.uri();
        this.headers = headers;
        this.body = body;
        this.keepAlive = HttpUtil.isKeepAlive(head);
        this.oldClient = head.protocolVersion().minorVersion() == 0;
        this.announced = HttpUtil.isTransferEncodingChunked(head) ? -1 : HttpUtil.getContentLength(head, 0L);
        this.expectsLeave = HttpUtil.is100ContinueExpected(head) && announced != 0;
        this.started = now;
    }

    Carrier connection() {
        return connection;
    }

    String method() {
        return method;
    }

    String target() {
        return target;
    }

    Headers headers() {
        return headers;
    }

    BodyQueue body() {
        return body;
    }

    boolean keepAlive() {
        return keepAlive;
    }

    boolean oldClient() {
        return oldClient;
    }

    /** {@return the length of the body, or -1 if it comes in chunks} */
    long announced() {
        return announced;
    }

    long started() {
        return started;
    }

    /** {@return whether the client waits for leave to send the body} */
    boolean expectsLeave() {
        return expectsLeave;
    }

    void leaveGiven() {
        expectsLeave = false;
    }

    RoutePolicy policy() {
        return policy;
    }

    void policy(RoutePolicy chosen) {
        policy = chosen;
        if (connection.isGone()) {
            clientLeft();
        }
    }

    void answeredBy(Task<?> handler) {
        task = handler;
    }

    void clientLeft() {
        Task<?> handler = task;
        if (policy.whenClientLeaves() == RoutePolicy.ClientLeaves.CANCEL && handler != null) {
            handler.cancel("the client has left before it was answered");
        }
    }

    /** Tells the access log what became of this request, if there is one. */
    void log(@Nullable AccessLog log, int status, long bytes, boolean complete) {
        if (log != null) {
            log.answered(new AccessLog.Entry(
                    connection.client(),
                    method,
                    target,
                    status,
                    bytes,
                    Duration.ofNanos(connection.now() - started),
                    headers.first("user-agent"),
                    complete));
        }
    }

    @Override
    public String toString() {
        return method + " " + target;
    }
}
