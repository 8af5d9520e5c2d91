package dev.weft.http.ws;

import dev.weft.loop.kernel.Durations;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a websocket behaves. Immutable; each method returns a changed copy.
 *
 * @param maxMessageSize how many bytes a message may have, decompressed; a larger one closes the websocket with 1009. 4
 *     MiB by default
 * @param heartbeat after how long without anything from the other side it is asked for a sign of life, which has to
 *     come within half that time; null for never, which is the default
 * @param timeout for how long the other side may take nothing, and how long its answer to a close is waited for; 10 s
 *     by default
 * @param compression whether messages are compressed where the other side can (permessage-deflate); true by default
 * @param protocols the sub-protocols that this side speaks, the preferred one first; none by default
 * @param origins on a server, the values of the Origin header that are let in, {@code *} for all; by default that of
 *     the server's own pages, and clients that send none. Browsers open websockets from any page to any server, with
 *     the user's cookies: this is what stops strangers' pages
 */
public record WebSocketOptions(
        int maxMessageSize,
        @Nullable Duration heartbeat,
        Duration timeout,
        boolean compression,
        List<String> protocols,
        Set<String> origins) {
    /** The defaults. */
    public static final WebSocketOptions DEFAULT =
            new WebSocketOptions(4 * 1024 * 1024, null, Duration.ofSeconds(10), true, List.of(), Set.of());

    /** Checks the values. */
    public WebSocketOptions {
        if (maxMessageSize < 1) {
            throw new IllegalArgumentException("maxMessageSize must be at least 1, and was " + maxMessageSize);
        }
        if (heartbeat != null) {
            Durations.positive("heartbeat", heartbeat);
        }
        Durations.positive("timeout", timeout);
        protocols = List.copyOf(protocols);
        origins = Set.copyOf(origins);
    }

    /**
     * {@return these options with another limit}
     *
     * @param bytes the limit, decompressed
     */
    public WebSocketOptions maxMessageSize(int bytes) {
        return new WebSocketOptions(bytes, heartbeat, timeout, compression, protocols, origins);
    }

    /**
     * {@return these options with a heartbeat}
     *
     * @param interval after how long without anything the other side is asked
     */
    public WebSocketOptions heartbeat(Duration interval) {
        return new WebSocketOptions(maxMessageSize, interval, timeout, compression, protocols, origins);
    }

    /**
     * {@return these options with another time-out}
     *
     * @param time the time
     */
    public WebSocketOptions timeout(Duration time) {
        return new WebSocketOptions(maxMessageSize, heartbeat, time, compression, protocols, origins);
    }

    /** {@return these options without compression} */
    public WebSocketOptions withoutCompression() {
        return new WebSocketOptions(maxMessageSize, heartbeat, timeout, false, protocols, origins);
    }

    /**
     * {@return these options with sub-protocols}
     *
     * @param names their names, the preferred one first
     */
    public WebSocketOptions protocols(String... names) {
        return new WebSocketOptions(maxMessageSize, heartbeat, timeout, compression, List.of(names), origins);
    }

    /**
     * {@return these options with origins that are let in}
     *
     * @param values values of the Origin header, such as {@code https://example.org}, or {@code *} for all
     */
    public WebSocketOptions origins(String... values) {
        return new WebSocketOptions(maxMessageSize, heartbeat, timeout, compression, protocols, Set.of(values));
    }
}
