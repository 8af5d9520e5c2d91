package dev.weft.http.netty;

import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtension;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionData;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionUtil;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketServerExtension;
import io.netty.handler.codec.http.websocketx.extensions.compression.PerMessageDeflateClientExtensionHandshaker;
import io.netty.handler.codec.http.websocketx.extensions.compression.PerMessageDeflateServerExtensionHandshaker;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Agrees on permessage-deflate (RFC 7692), without context take-over: a connection that rests costs no window. */
public final class Deflate {
    private static final int LEVEL = 6;
    private static final int WINDOW = 15;

    private Deflate() {}

    /** {@return what a client asks for} */
    public static String offer() {
        return "permessage-deflate; client_no_context_takeover; server_no_context_takeover";
    }

    /**
     * {@return what a server agrees to, or null if nothing fits}
     *
     * @param offered the value of the client's header, or null
     * @param limit how large a message may be, decompressed
     */
    public static @Nullable WebSocketServerExtension accept(@Nullable String offered, int limit) {
        if (offered == null) {
            return null;
        }
        var handshaker = new PerMessageDeflateServerExtensionHandshaker(LEVEL, false, WINDOW, true, true, limit);
        for (WebSocketExtensionData data : WebSocketExtensionUtil.extractExtensions(offered)) {
            WebSocketServerExtension extension = handshaker.handshakeExtension(data);
            if (extension != null) {
                return extension;
            }
        }
        return null;
    }

    /**
     * {@return the value of the header that tells the client}
     *
     * @param extension what was agreed to
     */
    public static String answer(WebSocketServerExtension extension) {
        WebSocketExtensionData data = extension.newReponseData();
        var value = new StringBuilder(data.name());
        for (Map.Entry<String, String> parameter : data.parameters().entrySet()) {
            value.append("; ").append(parameter.getKey());
            if (parameter.getValue() != null) {
                value.append('=').append(parameter.getValue());
            }
        }
        return value.toString();
    }

    /**
     * {@return what a server agreed to, or null if it did not}
     *
     * @param answered the value of the server's header, or null
     * @param limit how large a message may be, decompressed
     */
    public static @Nullable WebSocketExtension confirm(@Nullable String answered, int limit) {
        if (answered == null) {
            return null;
        }
        var handshaker = new PerMessageDeflateClientExtensionHandshaker(LEVEL, false, WINDOW, true, true, limit);
        for (WebSocketExtensionData data : WebSocketExtensionUtil.extractExtensions(answered)) {
            WebSocketExtension extension = handshaker.handshakeExtension(data);
            if (extension != null) {
                return extension;
            }
        }
        return null;
    }
}
