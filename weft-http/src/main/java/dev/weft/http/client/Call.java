package dev.weft.http.client;

import dev.weft.http.client.RequestException.Facts;
import dev.weft.http.client.RequestException.Kind;
import dev.weft.http.client.RequestException.Phase;
import dev.weft.loop.kernel.LoopCore;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How far one call of a session has got, for messages, events and time-outs. Loop thread only. */
final class Call {
    private final LoopCore loop;
    private final Events events;
    private final long started;
    private final long deadline;
    private final Duration total;
    private String method;
    private Target target;
    private Phase phase = Phase.POOL;
    private @Nullable String address;
    private int attempts;

    Call(LoopCore loop, Events events, String method, Target target, Duration total) {
        this.loop = loop;
        this.events = events;
        this.started = loop.now();
        this.total = total;
        this.deadline = started + total.toNanos();
        this.method = method;
        this.target = target;
    }

    /** {@return when the call as a whole is over} */
    long deadline() {
        return deadline;
    }

    /** {@return its total time-out, for messages} */
    Duration total() {
        return total;
    }

    long now() {
        return loop.now();
    }

    String method() {
        return method;
    }

    String url() {
        return target.text();
    }

    /** {@return where a complete URL leads: mostly where this call goes, unless a middleware has chosen another one} */
    Target target(String url) {
        return url.equals(target.uri().toString()) ? target : Target.of(url);
    }

    int attempts() {
        return attempts;
    }

    Duration elapsed() {
        return Duration.ofNanos(loop.now() - started);
    }

    /** Goes on to where a redirect led. */
    void follow(String nextMethod, Target next) {
        method = nextMethod;
        target = next;
        address = null;
        attempts = 0;
    }

    void attempt() {
        attempts++;
        address = null;
        enter(Phase.POOL);
    }

    void enter(Phase next) {
        phase = next;
        events.entered(this, next);
    }

    Phase phase() {
        return phase;
    }

    void uses(String nextAddress) {
        address = nextAddress;
    }

    @Nullable
    String address() {
        return address;
    }

    Facts facts() {
        return new Facts(phase, method, url(), address, elapsed(), attempts);
    }

    RequestException failed(Kind kind, String what, @Nullable Throwable cause) {
        return kind.make(facts(), what, cause);
    }

    RequestException late(String what, @Nullable Throwable cause) {
        return new RequestException.TimedOut(facts(), what, cause);
    }
}
