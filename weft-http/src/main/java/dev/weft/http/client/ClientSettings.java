package dev.weft.http.client;

import dev.weft.http.ContentCoding;
import dev.weft.http.Headers;
import dev.weft.http.HttpVersion;
import dev.weft.net.Resolver;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** What a session was built with. */
record ClientSettings(
        int limit,
        int limitPerHost,
        Duration poolTimeout,
        Duration connectTimeout,
        Duration tlsTimeout,
        Duration readTimeout,
        Duration totalTimeout,
        Duration keepAlive,
        int maxBodySize,
        int maxRedirects,
        @Nullable URI base,
        Headers headers,
        List<ContentCoding> codings,
        CookieJar cookies,
        RetryPolicy retry,
        @Nullable RateLimit rateLimit,
        List<Middleware> middlewares,
        List<RequestObserver> observers,
        @Nullable Proxy proxy,
        @Nullable SSLContext tls,
        @Nullable HttpVersion version,
        Resolver resolver,
        @Nullable Path unixSocket) {}
