package dev.weft.http.client;

import dev.weft.http.client.RequestException.Phase;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Sees what the requests of a session go through, for traces and statistics.
 *
 * <p>Called in line by the task that makes the request, on the loop: be quick, and do not wait. What an observer throws
 * fails the request.
 */
public interface RequestObserver {
    /**
     * Where a request is.
     *
     * @param method its method
     * @param url its URL, without credentials
     * @param phase what begins now
     * @param address the address in use, or null
     * @param elapsed the time since the call began
     * @param attempt the number of the attempt, from 1
     */
    record Moment(
            String method,
            String url,
            Phase phase,
            @Nullable String address,
            Duration elapsed,
            int attempt) {}

    /**
     * A phase begins. A phase may be left out: {@code DNS}, {@code CONNECT} and {@code TLS} on a connection that is
     * open already.
     *
     * @param moment where the request is
     */
    default void entered(Moment moment) {}

    /**
     * A redirect is followed.
     *
     * @param moment where the request is
     * @param hop the redirect
     */
    default void redirected(Moment moment, Hop hop) {}

    /**
     * The header of the final response is there.
     *
     * @param moment where the request is
     * @param status the status
     */
    default void answered(Moment moment, int status) {}

    /**
     * The request ended without a response.
     *
     * @param moment where the request is
     * @param cause a {@link RequestException}, or {@link dev.weft.Cancelled}, or what a middleware or body threw
     */
    default void failed(Moment moment, Throwable cause) {}
}
