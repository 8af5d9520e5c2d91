package dev.weft.examples.http;

import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.http.HttpException;
import dev.weft.http.client.ClientSession;
import dev.weft.http.client.RateLimit;
import dev.weft.http.client.RetryPolicy;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Follows the links of a site, and says what became of each page.
 *
 * <pre>{@code java ... dev.weft.examples.http.Crawler http://localhost:8080/ [pages]}</pre>
 *
 * <p>The session has all limits: connections and requests per second to the host, the size of a page, the time that a
 * page may take with all attempts. All tasks run on one loop, so that they share a map without locks.
 */
public final class Crawler {
    private static final Pattern LINK = Pattern.compile("<a\\s[^>]*?href=[\"']([^\"'#\\s]+)", Pattern.CASE_INSENSITIVE);

    private final ClientSession session;
    private final URI start;
    private final int most;
    private final TaskGroup group;
    private final Map<URI, String> pages = new TreeMap<>();

    private Crawler(ClientSession session, URI start, int most, TaskGroup group) {
        this.session = session;
        this.start = start;
        this.most = most;
        this.group = group;
    }

    /**
     * Crawls a site, on the loop of the calling coroutine.
     *
     * @param start the page to begin with; links to other hosts are not followed
     * @param most how many pages at most
     * @return each page with its status, or with what went wrong
     * @throws dev.weft.Cancelled if the calling task is cancelled; all requests are then, too
     */
    public static Map<URI, String> crawl(URI start, int most) {
        var polite = ClientSession.builder()
                .limitPerHost(8)
                .rateLimit(new RateLimit(100, Duration.ofSeconds(1), 20))
                .retry(RetryPolicy.of(4))
                .totalTimeout(Duration.ofSeconds(30))
                .maxBodySize(1 << 20);
        try (var session = polite.open();
                var group = TaskGroup.open()) {
            var crawler = new Crawler(session, start, most, group);
            crawler.follow(start);
            group.join();
            return crawler.pages;
        }
    }

    private void follow(URI page) {
        if (pages.size() < most
                && page.getRawAuthority().equals(start.getRawAuthority())
                && pages.putIfAbsent(page, "") == null) {
            group.spawn(() -> pages.put(page, visit(page)));
        }
    }

    private String visit(URI page) {
        try {
            var response = session.get(page);
            LINK.matcher(response.text()).results().forEach(link -> resolve(response.uri(), link.group(1)));
            return "" + response.status();
        } catch (HttpException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private void resolve(URI page, String link) {
        try {
            URI found = page.resolve(link);
            if (Set.of("http", "https").contains(found.getScheme()) && found.getRawAuthority() != null) {
                follow(found);
            }
        } catch (IllegalArgumentException e) {
            // no URL: nobody could follow it
        }
    }

    /**
     * Crawls a site and prints what it found.
     *
     * @param arguments the first page, and how many at most
     */
    public static void main(String[] arguments) {
        if (arguments.length == 0) {
            System.err.println("expected the URL of a page: java ... dev.weft.examples.http.Crawler URL [PAGES]");
            System.exit(2);
        }
        int most = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 100;
        Weft.runMain(
                () -> crawl(URI.create(arguments[0]), most).forEach((page, what) -> IO.println(page + "  " + what)));
    }
}
