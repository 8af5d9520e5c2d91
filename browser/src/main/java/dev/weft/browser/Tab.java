package dev.weft.browser;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/**
 * A tab that remembers what its pages requested and what went wrong in them. All its methods throw
 * {@link IllegalStateException} if the browser refuses.
 */
public final class Tab implements AutoCloseable {
    private static final Set<String> COMPLAINTS = Set.of("error", "warning", "assert");

    /** The one key here that also is a character, without which it submits no form. */
    private static final int ENTER = 13;

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

    /**
     * Makes the tab as wide and as high as a screen; a narrow one is a phone's, which scales pages that are too wide.
     *
     * @param width in CSS pixels
     * @param height in CSS pixels
     */
    public void screen(int width, int height) {
        send(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
    }

    /**
     * Prefers a colour scheme, and no motion.
     *
     * @param scheme {@code light} or {@code dark}
     */
    public void scheme(String scheme) {
        media("", scheme);
    }

    /** Shows the page as it would be printed. */
    public void print() {
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

    /** Runs no scripts from now on. */
    public void disableScripts() {
        send("Emulation.setScriptExecutionDisabled", Map.of("value", true));
    }

    /**
     * Opens a file and waits until it is loaded and its scripts have run.
     *
     * @param file the page
     */
    public void open(Path file) {
        open(file.toUri());
    }

    /**
     * Opens a page and waits until it is loaded and its scripts have run.
     *
     * @param page where it is
     */
    public void open(URI page) {
        loaded = new CompletableFuture<>();
        send("Page.navigate", Map.of("url", page.toString()));
        loaded.orTimeout(30, TimeUnit.SECONDS).join();
    }

    /**
     * Evaluates an expression, and waits for it if it is a promise.
     *
     * @param expression the JavaScript
     * @return its value as JSON
     */
    public JsonNode evaluate(String expression) {
        JsonNode result =
                send("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
        if (result.has("exceptionDetails")) {
            throw new IllegalStateException("%s threw %s".formatted(expression, result.get("exceptionDetails")));
        }
        return result.get("result").path("value");
    }

    /**
     * {@return the string that an expression gives}
     *
     * @param expression the JavaScript
     */
    public String text(String expression) {
        return evaluate(expression).asString();
    }

    /**
     * {@return the strings that an expression gives}
     *
     * @param expression the JavaScript
     */
    public List<String> texts(String expression) {
        return evaluate(expression).valueStream().map(JsonNode::asString).toList();
    }

    /**
     * Presses and releases a key as a keyboard would, default action included.
     *
     * @param key its name
     * @param code its number
     */
    public void press(String key, int code) {
        for (String type : List.of(code == ENTER ? "keyDown" : "rawKeyDown", "keyUp")) {
            send(
                    "Input.dispatchKeyEvent",
                    Map.of(
                            "type",
                            type,
                            "key",
                            key,
                            "code",
                            key,
                            "windowsVirtualKeyCode",
                            code,
                            "text",
                            code == ENTER && !type.equals("keyUp") ? "\r" : ""));
        }
    }

    /**
     * Types text into what has the focus.
     *
     * @param text the text
     */
    public void type(String text) {
        send("Input.insertText", Map.of("text", text));
    }

    /**
     * Moves the pointer to a place in the window.
     *
     * @param x from the left
     * @param y from the top
     */
    public void pointAt(double x, double y) {
        send("Input.dispatchMouseEvent", Map.of("type", "mouseMoved", "x", x, "y", y));
    }

    /** {@return the addresses of everything that was requested so far} */
    public List<String> requests() {
        return List.copyOf(requests);
    }

    /**
     * {@return exceptions, console errors and warnings, and what the browser itself logged, such as blocked content}
     */
    public List<String> problems() {
        return List.copyOf(problems);
    }

    @Override
    public void close() {
        tools.send(null, "Target.closeTarget", Map.of("targetId", target));
    }
}
