package dev.weft.http.ws;

import org.jspecify.annotations.Nullable;

/**
 * A websocket: messages in both directions, whole and in order (RFC 6455).
 *
 * <pre>{@code
 * for (var message = socket.receive(); message != null; message = socket.receive()) {
 *     if (message instanceof WebSocketMessage.Text(String text)) {
 *         socket.send(text.toUpperCase());
 *     }
 * }
 * }</pre>
 *
 * <p>Pings are answered by themselves. Messages that come wait for a receiver; when a few wait, the socket is not read,
 * and the other side has to wait too.
 *
 * <p>Belongs to the tasks of one loop. One of them receives at a time; any number send, and each message goes out
 * whole.
 */
public interface WebSocket extends AutoCloseable {
    /** It ended as agreed. */
    int NORMAL = 1000;

    /** One side goes away: a server that shuts down, a page that is left. */
    int GOING_AWAY = 1001;

    /** There was no goodbye: the connection broke. Never sent. */
    int ABNORMAL = 1006;

    /**
     * Waits for the next message.
     *
     * @return the message, or null once the websocket is closed and all that came before has been received;
     *     {@link #closeCode} says why
     * @throws IllegalStateException if another task is receiving
     * @throws dev.weft.Cancelled if the calling task is cancelled; no message is lost, and the websocket stays open
     */
    @Nullable
    WebSocketMessage receive();

    /**
     * Sends text, and waits until the system has taken it.
     *
     * @param text the text
     * @throws WebSocketException if the websocket is closed, or the other side takes nothing for too long; it is closed
     *     then
     * @throws dev.weft.Cancelled if the calling task is cancelled; the message may have been sent all the same
     */
    void send(String text);

    /**
     * Sends bytes, and waits until the system has taken them.
     *
     * @param bytes the bytes; not copied, and not to be changed until this returns
     * @throws WebSocketException if the websocket is closed, or the other side takes nothing for too long; it is closed
     *     then
     * @throws dev.weft.Cancelled if the calling task is cancelled; the message may have been sent all the same
     */
    void send(byte[] bytes);

    /**
     * Says goodbye, waits for the answer, and closes the connection. Idempotent; may be called while another task
     * receives.
     *
     * @param code the code, 1000 for a normal end, or 3000 to 4999
     * @param reason why, for the other side; at most 123 bytes
     * @throws IllegalArgumentException if the code may not be sent, or the reason is too long
     * @throws dev.weft.Cancelled if the calling task is cancelled; the connection is closed without the answer then
     */
    void close(int code, String reason);

    /** Closes it with code 1000. */
    @Override
    default void close() {
        close(NORMAL, "");
    }

    /** {@return whether messages can be sent} */
    boolean isOpen();

    /**
     * {@return the code with which it was closed by the other side, or else by this one; 1005 if none was given, 1006
     * if the connection broke, 0 while it is open}
     */
    int closeCode();

    /** {@return the reason that came with the code; empty if there was none} */
    String closeReason();

    /** {@return the sub-protocol that both sides agreed on, or null} */
    @Nullable
    String protocol();
}
