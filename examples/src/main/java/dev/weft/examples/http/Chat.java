package dev.weft.examples.http;

import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.http.ContentException;
import dev.weft.http.JsonCodec;
import dev.weft.http.server.Handler;
import dev.weft.http.server.Response;
import dev.weft.http.server.Router;
import dev.weft.http.ws.WebSocket;
import dev.weft.http.ws.WebSocketException;
import dev.weft.http.ws.WebSocketMessage;
import dev.weft.http.ws.WebSocketOptions;
import dev.weft.sync.ClosedException;
import dev.weft.sync.Event;
import dev.weft.sync.Queue;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A chat over websockets, with its page.
 *
 * <pre>{@code java ... dev.weft.examples.http.Chat [port]}</pre>
 *
 * <p>Each client has two tasks: one receives, the other one sends what is in the client's outbox. Whoever says
 * something puts it into all outboxes and waits for none, so that a slow client holds up nobody; one that is too far
 * behind is let go. All of it runs on one loop: the set of outboxes needs no lock.
 */
public final class Chat {
    private static final WebSocketOptions OPTIONS =
            WebSocketOptions.DEFAULT.maxMessageSize(16 * 1024).heartbeat(Duration.ofSeconds(30));
    private static final int REMEMBERED = 50;
    private static final int LONGEST_OUTBOX = 100;
    private static final int LONGEST_NAME = 40;
    private static final int LONGEST_TEXT = 1000;
    private static final int REFUSED = 4000;
    private static final int TOO_SLOW = 4001;

    private final JsonCodec json = JsonCodec.installed();
    private final Set<Queue<String>> outboxes = new LinkedHashSet<>();
    private final ArrayDeque<String> last = new ArrayDeque<>();

    private Chat() {}

    /**
     * What somebody said.
     *
     * @param name who; null if the client left it out
     * @param text what; null if the client left it out
     */
    record Said(@Nullable String name, @Nullable String text) {}

    /** {@return what answers the requests of one chat: its page at {@code /}, its websocket at {@code /room}} */
    public static Handler handler() {
        var chat = new Chat();
        // What the page may do: its own style and script, and a websocket back here.
        Response page = Response.html(page())
                .withHeader(
                        "Content-Security-Policy",
                        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
                                + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
                .withHeader("X-Content-Type-Options", "nosniff");
        return new Router().get("/", _ -> page).get("/room", _ -> Response.webSocket(OPTIONS, chat::join));
    }

    private static String page() {
        try (InputStream page = Chat.class.getResourceAsStream("chat.html")) {
            if (page == null) {
                throw new IllegalStateException("expected chat.html beside " + Chat.class.getName() + ", found none");
            }
            return new String(page.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void join(WebSocket socket) {
        Queue<String> outbox = Queue.bounded(LONGEST_OUTBOX);
        last.forEach(outbox::tryPut);
        outboxes.add(outbox);
        try (var group = TaskGroup.open()) {
            group.spawn(() -> sendAll(outbox, socket));
            for (var message = socket.receive(); message != null; message = socket.receive()) {
                if (!(message instanceof WebSocketMessage.Text(String text)) || !say(text)) {
                    socket.close(
                            REFUSED,
                            "expected a name of 1 to " + LONGEST_NAME + " and a text of 1 to " + LONGEST_TEXT
                                    + " characters, as JSON");
                }
            }
            group.cancel("the client has left");
        } finally {
            outboxes.remove(outbox);
        }
    }

    private static void sendAll(Queue<String> outbox, WebSocket socket) {
        try {
            while (true) {
                socket.send(outbox.get());
            }
        } catch (ClosedException e) {
            socket.close(TOO_SLOW, "too far behind");
        } catch (WebSocketException e) {
            // the client has left, which the receiving task sees, too
        }
    }

    /** {@return whether that was something to say} */
    private boolean say(String message) {
        Said said;
        try {
            said = json.decode(message.getBytes(StandardCharsets.UTF_8), Said.class);
        } catch (ContentException e) {
            return false;
        }
        if (!isWritten(said.name(), LONGEST_NAME) || !isWritten(said.text(), LONGEST_TEXT)) {
            return false;
        }
        var line = new String(json.encode(said), StandardCharsets.UTF_8);
        last.add(line);
        if (last.size() > REMEMBERED) {
            last.remove();
        }
        for (Queue<String> outbox : outboxes) {
            if (!outbox.isShutdown() && !outbox.tryPut(line)) {
                outbox.shutdownNow();
            }
        }
        return true;
    }

    private static boolean isWritten(@Nullable String what, int longest) {
        return what != null && !what.isBlank() && what.length() <= longest;
    }

    /**
     * Serves until Ctrl-C.
     *
     * @param arguments the port or the path of a Unix-domain socket; port 8080 by default
     */
    public static void main(String[] arguments) {
        Weft.runMain(() -> {
            try (var server = Listening.at(arguments).open(handler())) {
                IO.println("a chat at " + Listening.shown(server, "/", arguments)
                        + "; open it in two windows; Ctrl-C ends");
                new Event().await();
            }
        });
    }
}
