package dev.weft.cli.compare.html;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/** A tab that remembers what its pages requested and what went wrong in them. */
final class Tab implements AutoCloseable {
    private static final Set<String> COMPLAINTS = Set.of("error", "warning", "assert");

    private final DevTools tools;
    private final String target;
    private final String session;
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<String> problems = new CopyOnWriteArrayList<>();
    private volatile CompletableFuture<Void> loaded = new CompletableFuture<>();

    private Tab(DevTools tools, String target, String session) {
        this.tools = tools;
        this.target = target;
        this.session = session;
    }

    static Tab open(DevTools tools) {
        String target = tools.send(null, "Target.createTarget", Map.of("url", "about:blank"))
                .get("targetId")
                .stringValue();
        String session = tools.send(null, "Target.attachToTarget", Map.of("targetId", target, "flatten", true))
                .get("sessionId")
                .stringValue();
        var tab = new Tab(tools, target, session);
        tools.onEvent(tab::notice);
        for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
            tab.send(domain + ".enable", Map.of());
        }
        return tab;
    }

    private void notice(JsonNode event) {
        if (!event.path("sessionId").asString("").equals(session)) {
            return;
        }
        JsonNode parameters = event.get("params");
        switch (event.get("method").stringValue()) {
            case "Page.loadEventFired" -> loaded.complete(null);
            case "Network.requestWillBeSent" ->
                requests.add(parameters.get("request").get("url").stringValue());
            case "Runtime.exceptionThrown" ->
                problems.add(
                        parameters.at("/exceptionDetails/exception/description").asString());
            case "Log.entryAdded" -> problems.add(parameters.at("/entry/text").asString());
            case "Runtime.consoleAPICalled" -> {
                if (COMPLAINTS.contains(parameters.get("type").stringValue())) {
                    problems.add(parameters.get("args").toString());
                }
            }
            default -> {
                // Other events say nothing about the page.
            }
        }
    }

    private JsonNode send(String method, Map<String, ?> parameters) {
        return tools.send(session, method, parameters);
    }

    /** Makes the tab as wide and as high as a screen; a narrow one is a phone's, which scales pages that are too wide. */
    void screen(int width, int height) {
        send(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
    }

    /** Prefers {@code light} or {@code dark}, and no motion. */
    void scheme(String scheme) {
        media("", scheme);
    }

    /** Shows the page as it would be printed. */
    void print() {
        media("print", "light");
    }

    private void media(String type, String scheme) {
        send(
                "Emulation.setEmulatedMedia",
                Map.of(
                        "media",
                        type,
                        "features",
                        List.of(
                                Map.of("name", "prefers-color-scheme", "value", scheme),
                                Map.of("name", "prefers-reduced-motion", "value", "reduce"))));
    }

    void disableScripts() {
        send("Emulation.setScriptExecutionDisabled", Map.of("value", true));
    }

    /** Opens a file and waits until it is loaded and its scripts have run. */
    void open(Path file) {
        loaded = new CompletableFuture<>();
        send("Page.navigate", Map.of("url", file.toUri().toString()));
        loaded.orTimeout(30, TimeUnit.SECONDS).join();
    }

    /** Evaluates an expression, waits for it if it is a promise, and returns its value as JSON. */
    JsonNode evaluate(String expression) {
        JsonNode result =
                send("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
        if (result.has("exceptionDetails")) {
            throw new IllegalStateException("%s threw %s".formatted(expression, result.get("exceptionDetails")));
        }
        return result.get("result").path("value");
    }

    /** Evaluates an expression to a string. */
    String text(String expression) {
        return evaluate(expression).asString();
    }

    /** Evaluates an expression to an array of strings. */
    List<String> texts(String expression) {
        return evaluate(expression).valueStream().map(JsonNode::asString).toList();
    }

    /** Presses and releases a key as a keyboard would, default action included. */
    void press(String key, int code) {
        for (String type : List.of("rawKeyDown", "keyUp")) {
            send(
                    "Input.dispatchKeyEvent",
                    Map.of("type", type, "key", key, "code", key, "windowsVirtualKeyCode", code));
        }
    }

    /** Moves the pointer to a place in the window. */
    void pointAt(double x, double y) {
        send("Input.dispatchMouseEvent", Map.of("type", "mouseMoved", "x", x, "y", y));
    }

    /** The addresses of everything that was requested so far. */
    List<String> requests() {
        return List.copyOf(requests);
    }

    /** Exceptions, console errors and warnings, and what the browser itself logged, such as blocked content. */
    List<String> problems() {
        return List.copyOf(problems);
    }

    @Override
    public void close() {
        tools.send(null, "Target.closeTarget", Map.of("targetId", target));
    }
}
