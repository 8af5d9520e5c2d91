package dev.weft.process.manager;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * What clients and the manager send each other. A client sends one call after the other on a connection, and a single
 * byte to interrupt the one that runs.
 */
final class Messages {
    static final byte[] INTERRUPT = {1};

    private Messages() {}

    /**
     * The first message on each connection.
     *
     * @param session a random number of the client; all its connections have the same
     * @param pid its process
     */
    record Hello(long session, long pid) implements Serializable {}

    /**
     * The answer to that.
     *
     * @param manager a random number of the manager
     * @param pid its process
     */
    record Welcome(long manager, long pid) implements Serializable {}

    /**
     * A call of a method.
     *
     * @param object the number of the object, 0 for the manager itself
     * @param method its name
     * @param types the names of the types of its parameters
     * @param arguments the arguments
     * @param thread who calls, in the client
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Call(
            long object,
            String method,
            String[] types,
            @Nullable Object[] arguments,
            long thread) implements Serializable {}

    /**
     * The answer to a call.
     *
     * @param value the result, or the encoded exception
     * @param failed which of them
     */
    record Answer(@Nullable Object value, boolean failed) implements Serializable {}
}
