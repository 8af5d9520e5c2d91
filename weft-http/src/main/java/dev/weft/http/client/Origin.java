package dev.weft.http.client;

import org.jspecify.annotations.Nullable;

/**
 * What connections are kept by.
 *
 * @param tls whether they are encrypted, for this host and no other
 * @param host where they lead
 * @param port where they lead
 * @param via the proxy on the way, or null
 */
record Origin(boolean tls, String host, int port, @Nullable Proxy via) {
    Origin(boolean tls, String host, int port) {
        this(tls, host, port, null);
    }

    Origin via(@Nullable Proxy proxy) {
        return proxy == null ? this : new Origin(tls, host, port, proxy);
    }

    /** {@return whether the proxy on the way opens a way for everything, and is not sent plain requests} */
    boolean isThroughSocks() {
        ProxyServer proxy = proxy();
        return proxy != null && proxy.kind().isSocks();
    }

    /** {@return the proxy on the way, or null} */
    @Nullable
    ProxyServer proxy() {
        return via == null ? null : via.serverFor(this);
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
