package dev.weft.http.server;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds the handler of a request by its method and path.
 *
 * <pre>{@code
 * var router = new Router()
 *         .get("/users/{id}", request -> user(request.pathParameter("id")))
 *         .post("/users", request -> create(request.json(User.class)))
 *         .mount("/admin", admin);
 * }</pre>
 *
 * <p>A pattern is made of segments: text, which matches itself; {@code {name}}, which matches one segment that is not
 * empty; and at its end {@code {name...}}, which matches all the rest. Text comes before names, names before the rest,
 * whatever the order in which routes were added. A path that no pattern matches is answered with 404; one that matches
 * with another method only with 405 and the methods that there are; HEAD goes to the handler of GET, and OPTIONS is
 * answered with the methods, where there is no route of their own.
 *
 * <p>Routes are added before the first request. After that the router does not change, and any loop may use it.
 */
public final class Router implements Handler {
    private static final int NO_CONTENT = 204;

    private final Node root = new Node();
    private final List<Middleware> middlewares = new ArrayList<>();
    private volatile boolean frozen;

    /** A handler and what holds for it. */
    private record Route(Handler handler, RoutePolicy policy) {}

    /** What comes after the segments that led here. */
    private static final class Node {
        final Map<String, Node> texts = new HashMap<>();
        final Map<String, Node> names = new TreeMap<>();
        final Map<String, Route> methods = new TreeMap<>();
        final Map<String, Route> restMethods = new TreeMap<>();

        @Nullable
        String restName;

        @Nullable
        Handler mounted;
    }

    /** Where a path has led. */
    private record Match(
            Map<String, Route> methods,
            Map<String, String> parameters,
            @Nullable Handler mounted,
            int used) {}

    /** Makes a router without routes. */
    public Router() {}

    /**
     * Adds a route for GET, and for HEAD.
     *
     * @param pattern which paths
     * @param handler answers them
     * @return this router
     */
    public Router get(String pattern, Handler handler) {
        return route("GET", pattern, handler);
    }

    /**
     * Adds a route for POST.
     *
     * @param pattern which paths
     * @param handler answers them
     * @return this router
     */
    public Router post(String pattern, Handler handler) {
        return route("POST", pattern, handler);
    }

    /**
     * Adds a route for PUT.
     *
     * @param pattern which paths
     * @param handler answers them
     * @return this router
     */
    public Router put(String pattern, Handler handler) {
        return route("PUT", pattern, handler);
    }

    /**
     * Adds a route for DELETE.
     *
     * @param pattern which paths
     * @param handler answers them
     * @return this router
     */
    public Router delete(String pattern, Handler handler) {
        return route("DELETE", pattern, handler);
    }

    /**
     * Adds a route.
     *
     * @param method the method, in capitals
     * @param pattern which paths
     * @param handler answers them
     * @return this router
     * @throws IllegalArgumentException if the pattern makes no sense, or there is such a route already
     * @throws IllegalStateException if a request has been answered already
     */
    public Router route(String method, String pattern, Handler handler) {
        return route(method, pattern, RoutePolicy.DEFAULT, handler);
    }

    /**
     * Adds a route with a policy of its own.
     *
     * @param method the method, in capitals
     * @param pattern which paths
     * @param policy what holds for its requests
     * @param handler answers them
     * @return this router
     * @throws IllegalArgumentException if the pattern makes no sense, or there is such a route already
     * @throws IllegalStateException if a request has been answered already
     */
    public Router route(String method, String pattern, RoutePolicy policy, Handler handler) {
        requireOpen(pattern);
        Node node = root;
        List<String> segments = segments(pattern);
        Set<String> seen = new LinkedHashSet<>();
        for (int i = 0; i < segments.size(); i++) {
            String segment = segments.get(i);
            String name = nameIn(pattern, segment);
            if (name != null && !seen.add(name)) {
                throw new IllegalArgumentException("the pattern '" + pattern + "' has the name '" + name + "' twice");
            }
            if (name != null && segment.endsWith("...}")) {
                if (i < segments.size() - 1) {
                    throw new IllegalArgumentException(
                            "the pattern '" + pattern + "' goes on after '" + segment + "', which takes all the rest");
                }
                node.restName = name;
                add(node.restMethods, method, pattern, new Route(handler, policy));
                return this;
            }
            node = name == null
                    ? node.texts.computeIfAbsent(segment, _ -> new Node())
                    : node.names.computeIfAbsent(name, _ -> new Node());
        }
        add(node.methods, method, pattern, new Route(handler, policy));
        return this;
    }

    private static void add(Map<String, Route> methods, String method, String pattern, Route route) {
        if (methods.putIfAbsent(method, route) != null) {
            throw new IllegalArgumentException("there is a route for " + method + " " + pattern + " already");
        }
    }

    private static @Nullable String nameIn(String pattern, String segment) {
        if (!segment.startsWith("{") || !segment.endsWith("}")) {
            if (segment.indexOf('{') >= 0 || segment.indexOf('}') >= 0) {
                throw new IllegalArgumentException("the pattern '" + pattern
                        + "' has a brace within a segment; a name is a segment of its own, as in /users/{id}");
            }
            return null;
        }
        String name = segment.substring(1, segment.length() - (segment.endsWith("...}") ? 4 : 1));
        if (!name.matches("\\w+")) {
            throw new IllegalArgumentException("the pattern '" + pattern + "' has the name '" + name
                    + "'; names are made of letters, digits and underscores");
        }
        return name;
    }

    private static List<String> segments(String pattern) {
        if (!pattern.startsWith("/")) {
            throw new IllegalArgumentException("a pattern begins with a slash, and this one is '" + pattern + "'");
        }
        return List.of(pattern.substring(1).split("/", -1));
    }

    /**
     * Hands all requests below a path to another handler; a {@link Router} there sees the rest of the path only.
     *
     * @param prefix the path, of text only
     * @param handler answers them
     * @return this router
     * @throws IllegalArgumentException if the path has names, or something is mounted there already
     * @throws IllegalStateException if a request has been answered already
     */
    public Router mount(String prefix, Handler handler) {
        requireOpen(prefix);
        Node node = root;
        for (String segment : segments(prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix)) {
            if (nameIn(prefix, segment) != null) {
                throw new IllegalArgumentException("the path '" + prefix + "' has a name; mount below text only");
            }
            node = node.texts.computeIfAbsent(segment, _ -> new Node());
        }
        if (node.mounted != null) {
            throw new IllegalArgumentException("something is mounted at '" + prefix + "' already");
        }
        node.mounted = handler;
        return this;
    }

    /**
     * Puts a middleware around all of this router, answers such as 404 included; inside of those that were added
     * before.
     *
     * @param middleware the middleware
     * @return this router
     * @throws IllegalStateException if a request has been answered already
     */
    public Router use(Middleware middleware) {
        requireOpen(middleware.toString());
        middlewares.add(middleware);
        return this;
    }

    private void requireOpen(String what) {
        if (frozen) {
            throw new IllegalStateException("'" + what
                    + "' comes too late: this router has answered requests; set it up before the server opens");
        }
    }

    @Override
    public Response handle(Request request) throws Exception {
        if (!frozen) {
            frozen = true;
        }
        return middlewares.isEmpty()
                ? find(request)
                : Middleware.chain(middlewares, this::find).handle(request);
    }

    private Response find(Request request) throws Exception {
        RoutePath path = request.route();
        Match match = match(root, path, path.from(), Map.of(), request.method());
        if (match == null) {
            return Response.text("there is nothing at " + request.path() + "\n").withStatus(404);
        }
        Map<String, String> parameters = joined(request.pathParameters(), match.parameters());
        Handler mounted = match.mounted();
        if (mounted != null) {
            request.route(path.descend(match.used()), parameters);
            return mounted.handle(request);
        }
        Route route = match.methods().get(request.method());
        if (route == null && request.method().equals("HEAD")) {
            route = match.methods().get("GET");
        }
        if (route == null) {
            return otherMethods(request, match.methods().keySet());
        }
        request.route(path, parameters);
        request.incoming().policy(route.policy());
        return route.handler().handle(request);
    }

    private static Map<String, String> joined(Map<String, String> outside, Map<String, String> here) {
        if (outside.isEmpty() || here.isEmpty()) {
            return outside.isEmpty() ? here : outside;
        }
        Map<String, String> all = new HashMap<>(outside);
        all.putAll(here);
        return all;
    }

    private static Response otherMethods(Request request, Set<String> methods) {
        Set<String> all = new LinkedHashSet<>(methods);
        if (all.contains("GET")) {
            all.add("HEAD");
        }
        all.add("OPTIONS");
        String allow = String.join(", ", all);
        if (request.method().equals("OPTIONS")) {
            return Response.status(NO_CONTENT).withHeader("Allow", allow);
        }
        return Response.text(
                        request.path() + " is there, but not for " + request.method() + "; it takes " + allow + "\n")
                .withStatus(405)
                .withHeader("Allow", allow);
    }

    /** Goes down the tree. A node whose routes do not have the method is kept in case that nothing better comes. */
    private static @Nullable Match match(
            Node node, RoutePath path, int at, Map<String, String> parameters, String method) {
        List<String> segments = path.segments();
        Match best = null;
        if (at == segments.size()) {
            if (!node.methods.isEmpty()) {
                best = new Match(node.methods, parameters, null, at);
            }
        } else {
            String segment = segments.get(at);
            Node text = node.texts.get(segment);
            if (text != null) {
                best = match(text, path, at + 1, parameters, method);
            }
            if (!segment.isEmpty()) {
                for (Map.Entry<String, Node> name : node.names.entrySet()) {
                    if (isFinal(best, method)) {
                        return best;
                    }
                    best = better(
                            best,
                            match(name.getValue(), path, at + 1, with(parameters, name.getKey(), segment), method),
                            method);
                }
            }
        }
        if (!isFinal(best, method) && !node.restMethods.isEmpty() && node.restName != null) {
            best = better(
                    best,
                    new Match(node.restMethods, with(parameters, node.restName, path.rest(at)), null, at),
                    method);
        }
        if (best == null && node.mounted != null) {
            best = new Match(Map.of(), parameters, node.mounted, at);
        }
        return best;
    }

    private static boolean isFinal(@Nullable Match match, String method) {
        return match != null
                && (match.mounted() != null
                        || match.methods().containsKey(method)
                        || (method.equals("HEAD") && match.methods().containsKey("GET")));
    }

    private static @Nullable Match better(@Nullable Match first, @Nullable Match second, String method) {
        return first == null || isFinal(second, method) ? second : first;
    }

    private static Map<String, String> with(Map<String, String> parameters, String name, String value) {
        Map<String, String> more = new HashMap<>(parameters);
        more.put(name, value);
        return more;
    }
}
