package dev.weft.http.server;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Routes, and what they share: state that is opened when the server starts, and closed when it ends.
 *
 * <pre>{@code
 * static final StateKey<Database> DATABASE = StateKey.of("database");
 *
 * var application = new Application(router).resource(DATABASE, () -> Database.open(url));
 * try (var server = HttpServer.open(application)) { ... }     // request.state(DATABASE)
 * }</pre>
 *
 * <p>Resources are opened in the order in which they were added, before the first request, and closed in the reverse
 * order, after the last one. If one cannot be opened, those before it are closed, and the server does not start.
 *
 * <p>A server with several {@linkplain ServerBuilder#loops loops} opens the resources on each of them, since a session
 * or a connection belongs to one loop: a handler finds those of its own. What {@link #state} keeps is the same for all.
 *
 * <p>An application is set up by one thread, before its server opens.
 */
public final class Application implements Handler {
    private final Handler handler;
    private final List<Resource<?>> resources = new ArrayList<>();
    private final Map<StateKey<?>, Object> state = new HashMap<>();
    private final AtomicInteger running = new AtomicInteger();

    /**
     * Opens something.
     *
     * @param <T> its type
     */
    @FunctionalInterface
    public interface Opener<T> {
        /**
         * Opens it, in the task that opens the server.
         *
         * @return what was opened
         * @throws Exception if it cannot be
         */
        T open() throws Exception;
    }

    private record Resource<T>(StateKey<T> key, Opener<? extends T> opener) {}

    /**
     * Makes an application.
     *
     * @param handler answers its requests, mostly a {@link Router}
     */
    public Application(Handler handler) {
        this.handler = handler;
    }

    /**
     * Adds something that handlers find under a key. If it is {@link AutoCloseable}, it is closed when the server ends.
     *
     * @param key the key
     * @param opener opens it when the server starts
     * @param <T> its type
     * @return this application
     * @throws IllegalStateException if the application is running
     */
    public <T> Application resource(StateKey<T> key, Opener<? extends T> opener) {
        requireStopped();
        resources.add(new Resource<>(key, opener));
        return this;
    }

    /**
     * Adds something that handlers find under a key, and that nobody closes.
     *
     * @param key the key
     * @param value the value
     * @param <T> its type
     * @return this application
     * @throws IllegalStateException if the application is running
     */
    public <T> Application state(StateKey<T> key, T value) {
        requireStopped();
        state.put(key, value);
        return this;
    }

    /**
     * {@return another application with the same resources and state, where all requests go through a middleware first}
     *
     * @param middleware the middleware
     */
    public Application within(Middleware middleware) {
        var outer = new Application(Middleware.chain(List.of(middleware), handler));
        outer.resources.addAll(resources);
        state.forEach((key, value) -> {
            if (resources.stream().noneMatch(resource -> resource.key().equals(key))) {
                outer.state.put(key, value);
            }
        });
        return outer;
    }

    private void requireStopped() {
        if (running.get() > 0) {
            throw new IllegalStateException("this application is running; set it up before its server opens");
        }
    }

    @Override
    public Response handle(Request request) throws Exception {
        return handler.handle(request);
    }

    // ---- for the server

    /** Opens the resources, in a task of the loop that is to use them. */
    Running start() throws Exception {
        running.incrementAndGet();
        var started = new Running(new HashMap<>(state));
        try {
            for (Resource<?> resource : resources) {
                Object value = resource.opener().open();
                started.state.put(resource.key(), value);
                if (value instanceof AutoCloseable closeable) {
                    started.opened.push(closeable);
                }
            }
            return started;
        } catch (Throwable e) {
            started.stop(e);
            throw e;
        }
    }

    /** What handlers on one loop find, and what was opened for them. */
    final class Running {
        private final Deque<AutoCloseable> opened = new ArrayDeque<>();
        private final Map<StateKey<?>, Object> state;

        private Running(Map<StateKey<?>, Object> state) {
            this.state = state;
        }

        /** Closes what is open; failures are added to a failure that there is already, or thrown once all is closed. */
        void stop(Throwable why) {
            while (!opened.isEmpty()) {
                try {
                    opened.pop().close();
                } catch (Throwable e) {
                    why.addSuppressed(e);
                }
            }
            running.decrementAndGet();
        }

        @SuppressWarnings("unchecked") // state and resource write, and their types agree
        <T> T get(StateKey<T> key) {
            Object value = state.get(key);
            if (value == null) {
                throw new IllegalStateException(
                        "the application keeps nothing under '" + key + "'; it has " + state.keySet());
            }
            return (T) value;
        }
    }
}
