package dev.weft.browser;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * One connection to a browser's DevTools: commands with an answer each, and events.
 *
 * <p>Commands may be sent from any thread, one at a time. Answers and events arrive on the WebSocket's thread, in the
 * order in which the browser sent them; so when a command is answered, all events before it have been delivered.
 */
final class DevTools implements AutoCloseable {
    private static final JsonMapper MAPPER = new JsonMapper();

    private final HttpClient client = HttpClient.newHttpClient();
    private final AtomicInteger lastId = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> unanswered = new ConcurrentHashMap<>();
    private final List<Consumer<JsonNode>> listeners = new CopyOnWriteArrayList<>();
    private final WebSocket socket;

    private DevTools(String endpoint) throws InterruptedException, ExecutionException, TimeoutException {
        socket = client.newWebSocketBuilder()
                .buildAsync(URI.create(endpoint), new Listener())
                .get(30, TimeUnit.SECONDS);
    }

    static DevTools connect(String endpoint) throws InterruptedException, ExecutionException, TimeoutException {
        return new DevTools(endpoint);
    }

    /** Calls back with every event; the listener must not block. */
    void onEvent(Consumer<JsonNode> listener) {
        listeners.add(listener);
    }

    /**
     * Sends a command and waits for its answer.
     *
     * @param session the tab's session, or null for the browser's own
     * @param method the command
     * @param parameters its parameters
     * @return its result
     * @throws IllegalStateException if the browser refuses it or does not answer
     */
    JsonNode send(@Nullable String session, String method, Map<String, ?> parameters) {
        int id = lastId.incrementAndGet();
        ObjectNode command = MAPPER.createObjectNode().put("id", id).put("method", method);
        command.set("params", MAPPER.valueToTree(parameters));
        if (session != null) {
            command.put("sessionId", session);
        }
        var answer = new CompletableFuture<JsonNode>();
        unanswered.put(id, answer);
        socket.sendText(command.toString(), true).join();
        JsonNode message = answer.orTimeout(30, TimeUnit.SECONDS).join();
        if (message.has("error")) {
            throw new IllegalStateException("%s was refused: %s".formatted(command, message.get("error")));
        }
        return message.get("result");
    }

    @Override
    public void close() {
        socket.abort();
        client.close();
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder message = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
            message.append(data);
            if (last) {
                JsonNode json = MAPPER.readTree(message.toString());
                message.setLength(0);
                if (json.has("id")) {
                    var answer = unanswered.remove(json.get("id").intValue());
                    if (answer != null) {
                        answer.complete(json);
                    }
                } else {
                    listeners.forEach(listener -> listener.accept(json));
                }
            }
            webSocket.request(1);
            return null;
        }

        @Override
        public void onError(WebSocket webSocket, Throwable error) {
            unanswered.values().forEach(answer -> answer.completeExceptionally(error));
        }
    }
}
