package dev.weft.cli.dash;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.cli.html.Markup;
import dev.weft.cli.html.Page;
import dev.weft.cli.live.Target;
import dev.weft.http.server.Handler;
import dev.weft.http.server.HttpServer;
import dev.weft.http.server.Request;
import dev.weft.http.server.Response;
import dev.weft.http.server.RoutePolicy;
import dev.weft.http.server.Router;
import java.io.IOException;
import java.net.URI;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Serves the page and the live events of one process, on the loopback address and a port that the system chooses. To
 * be opened in a task of a loop.
 *
 * <p>Who may look: other users of the machine can connect to the port, and any page in the user's browser can send
 * requests to it. So
 *
 * <ul>
 *   <li>events need a key of 256 random bits in the field {@code Authorization}, compared in constant time. A page of
 *       another site cannot send that field without being asked for first, which is refused. It is no cookie: those
 *       of a host go to all of its ports;
 *   <li>the key comes to the page in the fragment of its address, which browsers send to nobody, and the page takes
 *       it out of the address at once;
 *   <li>the name in {@code Host} must be that of the loopback address, so that a stranger's name that comes to point
 *       here reads nothing;
 *   <li>the page itself holds nothing of the process. Its policy admits its own style and script only, and nobody may
 *       frame it. Nothing is cached.
 * </ul>
 */
final class DashServer implements AutoCloseable {
    private static final int KEY_BYTES = 32;
    private static final int MOST_CONNECTIONS = 64;
    private static final int MOST_REQUESTS = 16;
    private static final Pattern LOOPBACK = Pattern.compile("(127\\.0\\.0\\.1|localhost)(:\\d{1,5})?");
    private static final String BEARER = "Bearer ";

    private static final List<String> SCRIPTS = List.of("tree.js", "view.js", "feed.js");

    private final Target target;
    private final String key = key();
    private final String policy;
    private final String page;
    private final HttpServer server;

    private DashServer(Target target, String title) {
        this.target = target;
        String style = Page.style(DashServer.class, "dash.css");
        String script = Page.script(DashServer.class, SCRIPTS);
        policy = "default-src 'none'; style-src '" + Page.hash(style) + "'; script-src '" + Page.hash(script)
                + "'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        page = Page.fill(
                Page.resource(DashServer.class, "dash.html"),
                Map.of("title", Markup.text(title), "style", style, "script", script));
        Handler router = new Router()
                .get("/", _ -> Response.html(page))
                .route("GET", "/events", RoutePolicy.DEFAULT.cancelWhenClientLeaves(), this::events);
        server = HttpServer.builder()
                .host("127.0.0.1")
                .port(0)
                .http2(false)
                .maxConnections(MOST_CONNECTIONS)
                .maxConcurrent(MOST_REQUESTS, 0)
                .grace(Duration.ZERO)
                .open(request -> guarded(request, router));
    }

    /**
     * Serves.
     *
     * @param target the process to show
     * @param title what the page is called
     * @return the server, which belongs to the calling task
     * @throws IOException if no port can be had
     */
    static DashServer open(Target target, String title) throws IOException {
        return new DashServer(target, title);
    }

    /** {@return the address to open in a browser, with the key} */
    URI address() {
        return URI.create("http://127.0.0.1:" + server.port() + "/#" + key);
    }

    private static String key() {
        byte[] random = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(random);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }

    private Response guarded(Request request, Handler handler) throws Exception {
        Response response = isForUs(request.headers().first("host"))
                ? handler.handle(request)
                : Response.text("This is 127.0.0.1 and answers to no other name.\n")
                        .withStatus(421);
        return response.withHeader("Content-Security-Policy", policy)
                .withHeader("Cache-Control", "no-store")
                .withHeader("Referrer-Policy", "no-referrer")
                .withHeader("X-Content-Type-Options", "nosniff")
                .withHeader("X-Frame-Options", "DENY")
                .withHeader("Cross-Origin-Opener-Policy", "same-origin")
                .withHeader("Cross-Origin-Resource-Policy", "same-origin");
    }

    /** With any port: a tunnel may have another one at its other end. */
    private static boolean isForUs(@Nullable String host) {
        return host != null && LOOPBACK.matcher(host).matches();
    }

    private Response events(Request request) {
        String given = request.headers().first("authorization");
        String presented = given != null && given.startsWith(BEARER) ? given.substring(BEARER.length()) : "";
        if (!MessageDigest.isEqual(presented.getBytes(UTF_8), key.getBytes(UTF_8))) {
            return Response.text("The key is missing or wrong: open the address that weft dash printed.\n")
                    .withStatus(401)
                    .withHeader("WWW-Authenticate", "Bearer");
        }
        return Response.events(new Feed(target));
    }

    @Override
    public void close() {
        server.close();
    }
}
