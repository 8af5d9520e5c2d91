package dev.weft.http.testing;

import dev.weft.Weft;
import dev.weft.http.ContentException;
import dev.weft.http.HttpException;
import dev.weft.http.JsonCodec;
import dev.weft.http.client.ClientRequest;
import dev.weft.http.client.ClientResponse;
import dev.weft.http.client.Middleware;
import dev.weft.http.client.StreamedResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a server said, in a file: recorded once, and played back without a network from then on.
 *
 * <pre>{@code
 * try (var recording = Recording.of(Path.of("src/test/resources/users.jsonl"));
 *         var session = ClientSession.builder().middleware(recording).open()) {
 *     session.get("https://api.example.org/users/7");       // asks the first time, and never again
 * }
 * }</pre>
 *
 * <p>The last middleware of a session is the right place: it sees each redirect and each attempt. A request is answered
 * by the first exchange of the file with its method, URL and body that has not been played yet; where there is none, it
 * fails, and nothing is sent. What came of requests that failed without a response is not recorded. Cookies of played
 * responses are not kept.
 *
 * <p>The file has a line of JSON for each exchange, to be read, compared and checked in. Secrets are left out: the
 * values of {@code Authorization}, {@code Proxy-Authorization}, {@code Cookie}, {@code Set-Cookie}, {@code X-Api-Key}
 * and what else {@link #redactHeader} and {@link #redactParameter} name; of bodies of requests the file has a hash
 * alone. What a server says in the body of a response is kept as it is: look at it before it is checked in.
 *
 * <p>Needs the JSON codec that is {@linkplain JsonCodec#installed installed}. Bodies are read whole. Belongs to the
 * tasks of one loop; files are read and written beside it.
 */
public final class Recording implements Middleware, AutoCloseable {
    private final Path file;
    private final boolean replays;
    private final Set<String> headers = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    private final Set<String> parameters = new TreeSet<>();
    private final List<Played> exchanges;
    private boolean closed;

    private Recording(Path file, boolean replays, List<Played> exchanges) {
        this.file = file;
        this.replays = replays;
        this.exchanges = exchanges;
        headers.addAll(List.of("Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "X-Api-Key"));
    }

    /** An exchange, and whether it has had its turn. */
    private static final class Played {
        final RecordedExchange exchange;
        boolean used;

        Played(RecordedExchange exchange) {
            this.exchange = exchange;
        }
    }

    /**
     * {@return a recording that plays the file back if it is there, and otherwise writes it}
     *
     * @param file the file
     * @throws HttpException if it is there and cannot be read
     */
    public static Recording of(Path file) {
        return Files.exists(file) ? replay(file) : record(file);
    }

    /**
     * {@return a recording that asks the network, and writes the file when it is closed, in the place of one that is
     * there}
     *
     * @param file the file; its directory has to be there
     */
    public static Recording record(Path file) {
        return new Recording(file, false, new ArrayList<>());
    }

    /**
     * {@return a recording that plays the file back, and sends nothing}
     *
     * @param file the file
     * @throws HttpException if it cannot be read
     */
    public static Recording replay(Path file) {
        try {
            List<Played> exchanges = new ArrayList<>();
            for (String line : Weft.offload(() -> Files.readAllLines(file))) {
                if (!line.isBlank()) {
                    exchanges.add(new Played(RecordedExchange.parse(line)));
                }
            }
            return new Recording(file, true, exchanges);
        } catch (IOException | ContentException e) {
            throw new HttpException("the recording " + file + " cannot be read: " + e, e);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError("reading a file throws no other checked exception", e);
        }
    }

    /**
     * Leaves the value of a header field out, of requests and of responses.
     *
     * @param name its name
     * @return this recording
     */
    public Recording redactHeader(String name) {
        headers.add(name);
        return this;
    }

    /**
     * Leaves the value of a parameter of the URL out; requests that differ in nothing else are the same to this
     * recording.
     *
     * @param name its name, as it stands in the URL
     * @return this recording
     */
    public Recording redactParameter(String name) {
        parameters.add(name);
        return this;
    }

    /** {@return whether it plays back, and sends nothing} */
    public boolean replays() {
        return replays;
    }

    /**
     * Records a hop, or plays it back.
     *
     * @throws HttpException if it plays back, and has nothing that is left for this request
     */
    @Override
    public StreamedResponse handle(ClientRequest request, Next next) {
        String url = redacted(request.url());
        String body = RecordedExchange.hash(request.body());
        if (replays) {
            return play(request, url, body);
        }
        ClientResponse response = next.send(request).whole();
        exchanges.add(new Played(RecordedExchange.of(request, url, body, response, headers)));
        return StreamedResponse.of(response.uri(), response.status(), response.headers(), response.bytes());
    }

    private StreamedResponse play(ClientRequest request, String url, String body) {
        for (Played played : exchanges) {
            if (!played.used && played.exchange.answers(request.method(), url, body)) {
                played.used = true;
                return played.exchange.response(request.url());
            }
        }
        List<String> left = exchanges.stream()
                .filter(played -> !played.used)
                .map(played -> played.exchange.toString())
                .toList();
        throw new HttpException(
                "the recording " + file + " has no exchange left for " + request.method() + " " + url
                        + (body.isEmpty() ? "" : " with this body") + "; what is left: "
                        + (left.isEmpty() ? "nothing" : String.join(", ", left)) + "; delete the file to record again",
                null);
    }

    private String redacted(String url) {
        int query = url.indexOf('?');
        if (query < 0 || parameters.isEmpty()) {
            return url;
        }
        List<String> pairs = Arrays.stream(url.substring(query + 1).split("&", -1))
                .map(pair -> {
                    int equals = pair.indexOf('=');
                    return equals >= 0 && parameters.contains(pair.substring(0, equals))
                            ? pair.substring(0, equals + 1) + RecordedExchange.REDACTED.toLowerCase(Locale.ROOT)
                            : pair;
                })
                .toList();
        return url.substring(0, query + 1) + String.join("&", pairs);
    }

    /**
     * Writes the file, if this records: whole or not at all. Idempotent.
     *
     * @throws HttpException if it cannot be written
     */
    @Override
    public void close() {
        if (closed || replays) {
            return;
        }
        closed = true;
        var lines = new StringBuilder();
        exchanges.forEach(played -> lines.append(played.exchange.line()).append('\n'));
        try {
            Weft.offload(() -> write(file.toAbsolutePath(), lines.toString()));
        } catch (IOException e) {
            throw new HttpException("the recording " + file + " cannot be written: " + e, e);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError("writing a file throws no other checked exception", e);
        }
    }

    private static Path write(Path file, String text) throws IOException {
        Path unfinished = Files.createTempFile(file.getParent(), ".recording-", ".tmp");
        try {
            Files.write(unfinished, text.getBytes(StandardCharsets.UTF_8));
            return Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }
}
