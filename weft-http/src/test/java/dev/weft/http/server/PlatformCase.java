package dev.weft.http.server;

import dev.weft.http.Platform;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;

/** A test that runs on each platform which this system has. */
abstract class PlatformCase {
    static final Duration SHORT = Duration.ofMillis(100);

    @Parameter
    Platform platform;

    @BeforeEach
    void skipWhatThisSystemHasNotGot() {
        platform.assumeAvailable();
    }

    static Response echo(Request request) {
        return Response.text(
                request.method() + " " + request.path() + " " + request.parameters() + " " + request.text());
    }

    static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n";
    }
}
