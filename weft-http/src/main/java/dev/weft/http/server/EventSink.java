package dev.weft.http.server;

import dev.weft.http.ServerSentEvent;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Sends server-sent events, each at once. */
public final class EventSink {
    private final OutputStream out;

    /** Sends the events of one response. */
    @FunctionalInterface
    public interface Source {
        /**
         * Sends events, in the task that answers the request; the stream ends when this does.
         *
         * @param sink where to
         * @throws Exception whatever goes wrong: the connection is cut
         */
        void send(EventSink sink) throws Exception;
    }

    EventSink(OutputStream out) {
        this.out = out;
    }

    /**
     * Sends an event, and waits until the system has taken it.
     *
     * @param event the event
     * @throws ClientGoneException if the client has left
     * @throws IOException if the response has ended
     */
    public void send(ServerSentEvent event) throws IOException {
        write(event.encoded());
    }

    /**
     * Sends an event that is a text and nothing else.
     *
     * @param data the text
     * @throws ClientGoneException if the client has left
     * @throws IOException if the response has ended
     */
    public void send(String data) throws IOException {
        send(ServerSentEvent.of(data));
    }

    /**
     * Sends a line that clients skip, which keeps the connection from being taken for dead, and tells this side whether
     * the client is there.
     *
     * @throws ClientGoneException if the client has left
     * @throws IOException if the response has ended
     */
    public void keepAlive() throws IOException {
        write(":\n\n");
    }

    private void write(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
