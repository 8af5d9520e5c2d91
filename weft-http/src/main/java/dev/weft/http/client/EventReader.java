package dev.weft.http.client;

import dev.weft.http.ContentException;
import dev.weft.http.ServerSentEvent;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Reads server-sent events from a response.
 *
 * <pre>{@code
 * try (var response = session.stream(ClientRequest.get(url).header("Accept", "text/event-stream"))) {
 *     var events = new EventReader(response);
 *     for (var event = events.next(); event != null; event = events.next()) { ... }
 * }
 * }</pre>
 *
 * <p>To go on after a break, send {@link #lastId} in the header Last-Event-ID of the next request. The session's read
 * and total time-outs hold for streams of events, too.
 */
public final class EventReader {
    private static final int LONGEST = 1024 * 1024;
    private static final int BYTE_ORDER_MARK = 0xFEFF;

    private final InputStream in;
    private @Nullable String lastId;
    private boolean first = true;
    private boolean afterReturn;

    /**
     * Reads from a response.
     *
     * @param response the response, which its owner closes
     */
    public EventReader(StreamedResponse response) {
        this(response.body());
    }

    EventReader(InputStream in) {
        this.in = new BufferedInputStream(in);
    }

    /**
     * Waits for the next event.
     *
     * @return the event, or null at the end of the stream; an event that was not complete by then is dropped
     * @throws RequestException if the stream breaks
     * @throws dev.weft.http.ContentException if an event is longer than 1 MiB
     * @throws dev.weft.Cancelled if the calling task is cancelled
     */
    public @Nullable ServerSentEvent next() {
        StringBuilder data = null;
        String type = "message";
        Duration retry = null;
        while (true) {
            String line = line();
            if (line == null) {
                return null;
            }
            if (line.isEmpty()) {
                if (data != null) {
                    return new ServerSentEvent(lastId, type, data.substring(0, data.length() - 1), retry);
                }
                type = "message";
                continue;
            }
            int colon = line.indexOf(':');
            String field = colon < 0 ? line : line.substring(0, colon);
            String value = colon < 0 ? "" : line.substring(line.startsWith(" ", colon + 1) ? colon + 2 : colon + 1);
            switch (field) {
                case "data" -> {
                    data = data == null ? new StringBuilder() : data;
                    if (data.length() + value.length() > LONGEST) {
                        throw tooLong();
                    }
                    data.append(value).append('\n');
                }
                case "event" -> type = value.isEmpty() ? "message" : value;
                case "id" -> lastId = value.indexOf('\0') >= 0 ? lastId : value;
                case "retry" -> retry = value.matches("\\d{1,9}") ? Duration.ofMillis(Long.parseLong(value)) : retry;
                default -> {
                    // a comment, or a field of later times
                }
            }
        }
    }

    /** {@return the id of the last event that had one, or null} */
    public @Nullable String lastId() {
        return lastId;
    }

    /** Reads a line that ends with CR, LF or both; null if the stream ends before. */
    private @Nullable String line() {
        var bytes = new ByteArrayOutputStream();
        try {
            while (true) {
                int c = in.read();
                if (c == '\n' && afterReturn) {
                    afterReturn = false;
                    continue;
                }
                afterReturn = c == '\r';
                if (c < 0) {
                    return null;
                }
                if (c == '\n' || c == '\r') {
                    break;
                }
                if (bytes.size() == LONGEST) {
                    throw tooLong();
                }
                bytes.write(c);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String line = bytes.toString(StandardCharsets.UTF_8);
        if (first && !line.isEmpty() && line.charAt(0) == BYTE_ORDER_MARK) {
            line = line.substring(1);
        }
        first = false;
        return line;
    }

    private static ContentException tooLong() {
        return new ContentException("an event of the stream is longer than " + LONGEST + " bytes", null);
    }
}
