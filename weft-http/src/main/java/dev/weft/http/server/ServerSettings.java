package dev.weft.http.server;

import java.time.Duration;

/** What a server was built with. */
record ServerSettings(
        String host,
        int port,
        int backlog,
        int maxHeaderSize,
        int maxBodySize,
        Duration idleTimeout,
        Duration requestTimeout,
        Duration grace) {}
