package dev.weft.http.server;

import dev.weft.http.ContentCoding;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** What a server was built with. */
record ServerSettings(
        @Nullable Path unixSocket,
        String host,
        int port,
        int loops,
        int backlog,
        int maxConnections,
        int maxHeaderSize,
        int maxHeaders,
        long maxBodySize,
        int maxConcurrent,
        int maxQueued,
        int minDataRate,
        boolean http2,
        int maxStreams,
        Duration idleTimeout,
        Duration requestTimeout,
        Duration grace,
        List<ContentCoding> codings,
        @Nullable AccessLog accessLog,
        @Nullable SSLContext tls) {}
