package dev.weft.http.server;

/**
 * Answers requests. Each call is a coroutine of its own on the loop of the server, so that it may wait, and others go
 * on meanwhile.
 */
@FunctionalInterface
public interface Handler {
    /**
     * Answers a request.
     *
     * <p>If the client leaves, this goes on, and its response is dropped, unless the {@link RoutePolicy} of its route
     * says otherwise. If the server is closed and the grace period is over, it is cancelled.
     *
     * @param request the request
     * @return the response
     * @throws Exception whatever goes wrong: the client gets a 500 with an id, and the log the exception with the same
     *     id
     */
    Response handle(Request request) throws Exception;
}
