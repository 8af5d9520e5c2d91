package dev.weft.http.client;

import static dev.weft.http.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weft.http.Platform;
import dev.weft.http.ScriptedServer;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;

/** A test that runs on each platform which this system has. */
abstract class PlatformCase {
    static final Duration LONG = Duration.ofMinutes(10);
    static final Duration SHORT = Duration.ofMillis(60);

    @Parameter
    Platform platform;

    @BeforeEach
    void skipWhatThisSystemHasNotGot() {
        platform.assumeAvailable();
    }

    static RequestException failure(ClientSession session, String url) {
        RequestException e = catchThrowableOfType(RequestException.class, () -> session.get(url));
        assertThat(e).as("the failure of " + url).isNotNull();
        return e;
    }

    static void assertNothingHeld(ClientSession session) {
        ClientSession.Connections now = session.connections();
        assertThat(now.open()).as("open connections").isEqualTo(now.idle());
        assertThat(now.waiting()).as("waiting requests").isZero();
    }

    static void awaitEnd(ScriptedServer server) {
        await("the server sees the end of all connections", () -> server.open() == 0);
    }
}
