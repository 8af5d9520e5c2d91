package dev.weft.http.server;

/**
 * What holds for the requests of one route. Immutable.
 *
 * @param maxBodySize how long a body may be, decompressed; negative for what the server says
 * @param whenClientLeaves what becomes of the handler
 */
public record RoutePolicy(long maxBodySize, ClientLeaves whenClientLeaves) {
    /** The server's limits; handlers go on when the client leaves. */
    public static final RoutePolicy DEFAULT = new RoutePolicy(-1, ClientLeaves.GO_ON);

    /** What becomes of a handler whose client has left. */
    public enum ClientLeaves {
        /** It goes on, and its response is dropped: for what must be done once it has been asked for. */
        GO_ON,
        /** Its task is cancelled: for what only the client wanted, such as an expensive search. */
        CANCEL
    }

    /**
     * {@return this policy with another limit}
     *
     * @param bytes the limit, decompressed
     */
    public RoutePolicy maxBodySize(long bytes) {
        return new RoutePolicy(bytes, whenClientLeaves);
    }

    /** {@return this policy, but for handlers that are cancelled when the client leaves} */
    public RoutePolicy cancelWhenClientLeaves() {
        return new RoutePolicy(maxBodySize, ClientLeaves.CANCEL);
    }
}
