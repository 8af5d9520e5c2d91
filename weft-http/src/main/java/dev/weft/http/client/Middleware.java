package dev.weft.http.client;

/**
 * Stands between a session and the network, around each hop of a call: each redirect and each attempt passes through it
 * again.
 *
 * <pre>{@code
 * Middleware stamp = (request, next) -> next.send(request.header("X-Request-Id", id()));
 * }</pre>
 *
 * <p>It may change the request, ask several times, or answer without asking; it runs in the task that makes the
 * request. A response that it does not return it must close. Asking the session itself from within would go through
 * this again, and again: use {@code next}.
 */
@FunctionalInterface
public interface Middleware {
    /** What lies behind: the next middleware, and last the network. */
    @FunctionalInterface
    interface Next {
        /**
         * Sends a request.
         *
         * @param request the request; its URL is complete
         * @return the response, not yet read
         * @throws RequestException if there is none
         * @throws dev.weft.Cancelled if the calling task is cancelled
         */
        StreamedResponse send(ClientRequest request);
    }

    /**
     * Handles one hop.
     *
     * @param request the request; its URL is complete
     * @param next what lies behind
     * @return the response
     */
    StreamedResponse handle(ClientRequest request, Next next);
}
