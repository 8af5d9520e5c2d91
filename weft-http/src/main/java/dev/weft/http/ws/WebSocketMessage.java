package dev.weft.http.ws;

/** What comes through a websocket. */
public sealed interface WebSocketMessage {
    /**
     * Text.
     *
     * @param text the text
     */
    record Text(String text) implements WebSocketMessage {}

    /**
     * Bytes.
     *
     * @param bytes the bytes; not shared with anybody
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Binary(byte[] bytes) implements WebSocketMessage {}
}
