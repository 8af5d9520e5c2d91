package dev.weft.cluster.engine;

import java.io.IOException;

/**
 * What carries bytes between the nodes of a cluster, and knows who belongs to it. It knows nothing of pools, workers
 * and tasks, and reads nothing of what it
 * carries; what is above it needs no more than this.
 *
 * <p>{@link #start} and {@link #close} are called once, in this order; {@link #send} by any thread in between.
 */
public interface Engine extends AutoCloseable {
    /**
     * Told what happens. Called by threads of the engine, which are not to be held up: for one member, by one at a
     * time, in the order of what has happened, and never
     * for a member before it has joined or after it has left.
     */
    interface Listener {
        /**
         * A member is there. Told of all that were there before, too, and never of this one.
         *
         * @param member the member
         */
        void joined(Member member);

        /**
         * A member is there no more: it said so, or it cannot be reached. If it comes back, it is as one that was
         * never there.
         *
         * @param id the member
         */
        void left(String id);

        /**
         * A member has sent something.
         *
         * @param from the member
         * @param message what it has sent
         */
        void received(String from, byte[] message);

        /**
         * This node itself is out of the cluster, and does not come back.
         *
         * @param why why, in words
         */
        void failed(String why);
    }

    /**
     * Joins the cluster.
     *
     * @param listener told what happens, from now on
     * @throws IOException if that is not possible; the message says what is missing
     */
    void start(Listener listener) throws IOException;

    /**
     * Sends bytes to a member. What one node sends to another arrives in order and once, or the other leaves. Returns
     * before it has arrived.
     *
     * @param to the member; where it has left, nothing happens
     * @param message at most 2 MiB
     */
    void send(String to, byte[] message);

    /** Leaves the cluster. */
    @Override
    void close();
}
