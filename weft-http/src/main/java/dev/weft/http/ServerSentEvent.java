package dev.weft.http;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An event that a server sends down a stream of such (the text/event-stream of HTML).
 *
 * @param id where to go on after a break, or null
 * @param event its type; "message" if the server names none
 * @param data its text; may have several lines
 * @param retry how long clients should wait before they connect again, or null
 */
public record ServerSentEvent(
        @Nullable String id,
        String event,
        String data,
        @Nullable Duration retry) {
    private static final String MESSAGE = "message";

    /** Checks that nothing breaks out of its field. */
    public ServerSentEvent {
        requireOneLine("id", id);
        if (id != null && id.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("the id of an event has no character 0, or clients drop it");
        }
        requireOneLine("event", event);
    }

    private static void requireOneLine(String what, @Nullable String text) {
        if (text != null && text.chars().anyMatch(c -> c == '\n' || c == '\r')) {
            throw new IllegalArgumentException("the " + what + " of an event is one line, and this one has several");
        }
    }

    /**
     * {@return an event of the type "message"}
     *
     * @param data its text
     */
    public static ServerSentEvent of(String data) {
        return new ServerSentEvent(null, MESSAGE, data, null);
    }

    /**
     * {@return this event with another type}
     *
     * @param type the type
     */
    public ServerSentEvent event(String type) {
        return new ServerSentEvent(id, type, data, retry);
    }

    /**
     * {@return this event with an id}
     *
     * @param mark the id
     */
    public ServerSentEvent id(String mark) {
        return new ServerSentEvent(mark, event, data, retry);
    }

    /** {@return the event as it goes over the wire} */
    public String encoded() {
        var text = new StringBuilder();
        if (!event.equals(MESSAGE)) {
            text.append("event: ").append(event).append('\n');
        }
        if (id != null) {
            text.append("id: ").append(id).append('\n');
        }
        if (retry != null) {
            text.append("retry: ").append(retry.toMillis()).append('\n');
        }
        data.replace("\r\n", "\n")
                .replace('\r', '\n')
                .lines()
                .forEach(line -> text.append("data: ").append(line).append('\n'));
        if (data.isEmpty() || data.endsWith("\n") || data.endsWith("\r")) {
            text.append("data: \n");
        }
        return text.append('\n').toString();
    }
}
