package dev.weft.http.client;

import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** What a session was built with. */
record ClientSettings(
        int limit,
        int limitPerHost,
        Duration connectTimeout,
        Duration readTimeout,
        Duration totalTimeout,
        Duration keepAlive,
        int maxBodySize,
        int maxRedirects,
        String userAgent,
        @Nullable SSLContext tls) {

    long readTimeoutNanos() {
        return readTimeout.toNanos();
    }
}
