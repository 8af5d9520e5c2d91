package dev.weft.http.client;

import dev.weft.http.client.RequestException.Phase;
import dev.weft.loop.kernel.LoopCore;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How far one call of {@link ClientSession#get} has got, for the message if it fails. Loop thread only. */
final class Call {
    private final LoopCore loop;
    private final long started;
    private String url;
    private Phase phase = Phase.POOL;
    private @Nullable String address;
    private int attempts;

    Call(LoopCore loop, Target target) {
        this.loop = loop;
        this.started = loop.now();
        this.url = target.text();
    }

    long started() {
        return started;
    }

    /** Goes on to where a redirect led. */
    void follow(Target target) {
        url = target.text();
        address = null;
        attempts = 0;
    }

    void attempt() {
        attempts++;
        address = null;
        phase = Phase.POOL;
    }

    void enter(Phase next) {
        phase = next;
    }

    void uses(String nextAddress) {
        address = nextAddress;
    }

    RequestException failed(String what, @Nullable Throwable cause) {
        return exception(what, cause, false);
    }

    RequestException late(String what, @Nullable Throwable cause) {
        return exception(what, cause, true);
    }

    private RequestException exception(String what, @Nullable Throwable cause, boolean timeout) {
        return new RequestException(
                phase, url, address, Duration.ofNanos(loop.now() - started), attempts, timeout, what, cause);
    }
}
