package dev.weft.testing;

import org.jspecify.annotations.Nullable;

/**
 * Where a host of a {@link FakeNetwork} sends and receives messages: each may be lost, and overtake others.
 *
 * @param <T> the messages that it receives
 */
public final class FakeEndpoint<T> {
    /**
     * A message that has arrived.
     *
     * @param from the host that sent it
     * @param content what it says
     * @param <T> its type
     */
    public record Message<T>(String from, T content) {}

    private final FakeNetwork network;
    private final String host;
    private final Class<T> type;
    private final Inbox<Message<T>> inbox;

    FakeEndpoint(FakeNetwork network, String host, Class<T> type) {
        this.network = network;
        this.host = host;
        this.type = type;
        this.inbox = new Inbox<>("a message to host '" + host + "'");
    }

    /**
     * Sends a message; never waits.
     *
     * @param to the host that may receive it
     * @param message the message
     * @throws IllegalArgumentException if that host has no endpoint
     * @throws ClassCastException if the endpoint of that host takes messages of another type
     */
    public void send(String to, Object message) {
        network.deliver(host, to, message);
    }

    void send(String from, Object message, long arrival) {
        inbox.send(new Message<>(from, type.cast(message)), arrival);
    }

    /**
     * Waits for the next message.
     *
     * @return the message
     * @throws dev.weft.Cancelled if the calling task is cancelled
     */
    public Message<T> receive() {
        return inbox.receive();
    }

    /** {@return a message that has arrived; null if there is none} */
    public @Nullable Message<T> tryReceive() {
        return inbox.poll();
    }

    @Override
    public String toString() {
        return "FakeEndpoint[" + host + "]";
    }
}
