package dev.weft.cli.fetch;

import dev.weft.Weft;
import dev.weft.cli.map.input.Input;
import dev.weft.cli.map.run.Call;
import dev.weft.cli.map.run.Captured;
import dev.weft.cli.map.run.SlotThreads;
import dev.weft.cli.text.JsonText;
import dev.weft.cli.text.RawPath;
import dev.weft.cli.text.RawText;
import dev.weft.http.HttpException;
import dev.weft.http.client.ClientRequest;
import dev.weft.http.client.ClientSession;
import dev.weft.http.client.RequestBody;
import dev.weft.http.client.RequestException;
import dev.weft.http.client.SessionBuilder;
import dev.weft.http.client.StreamedResponse;
import dev.weft.sync.Lock;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Fetches a URL for each input. Its slots are coroutines of one loop, to which the session belongs; all state is that
 * loop's.
 */
public final class FetchCall implements Call {
    private static final int FIRST_ERROR = 400;
    private static final int TOO_MANY = 429;
    private static final int UNAVAILABLE = 503;
    private static final int IN_MEMORY = 1 << 20;
    private static final int MOST_IN_DOCUMENT = 64 << 20;
    private static final Duration ANY_TIME = Duration.ofDays(7);
    private static final Duration LONGEST_WAIT = Duration.ofHours(1);

    private final FetchPlan plan;
    private final int jobs;
    private final SlotThreads loop;
    private final Map<String, Instant> closedUntil = new HashMap<>();
    private final Map<Path, Lock> writing = new HashMap<>();
    private final ReentrantLock opening = new ReentrantLock();
    private @Nullable ClientSession session;

    /**
     * Makes a call.
     *
     * @param plan how URLs are fetched
     * @param jobs how many at once
     * @param loop the loop whose coroutines call it
     */
    public FetchCall(FetchPlan plan, int jobs, SlotThreads loop) {
        this.plan = plan;
        this.jobs = jobs;
        this.loop = loop;
    }

    /** The session, opened by the first who needs it; the others wait, since opening may. */
    private ClientSession session() {
        opening.lock();
        try {
            return open();
        } finally {
            opening.unlock();
        }
    }

    private ClientSession open() {
        ClientSession open = session;
        if (open == null) {
            SessionBuilder builder = ClientSession.builder()
                    .limit(Math.max(jobs, plan.perHost()))
                    .limitPerHost(plan.perHost())
                    .totalTimeout(ANY_TIME); // the run has limits of its own
            if (plan.rate() != null) {
                builder.rateLimit(plan.rate());
            }
            open = builder.open();
            session = open;
        }
        return open;
    }

    @Override
    public Answer call(Input input, Place place) throws IOException {
        String url = FetchPlan.only(plan.url(), input, place.slot());
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException e) {
            return Answer.failed(
                    "expected a URL, found '" + RawText.printable(url) + "': " + e.getReason(), 2, Captured.nothing());
        }
        String host = String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT);
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        if (uri.getHost() == null || !(scheme.equals("http") || scheme.equals("https"))) {
            return Answer.failed(
                    "expected a URL with http or https and a host, found '" + RawText.printable(url) + "'",
                    2,
                    Captured.nothing());
        }
        waitForHost(host);
        try {
            return plan.output() == null ? body(input, place, host, url) : file(input, place, host, url, uri);
        } catch (HttpException e) {
            int code = e instanceof RequestException.BadUrl || e instanceof RequestException.UnknownHost ? 2 : 1;
            return Answer.failed(String.valueOf(e.getMessage()), code, Captured.nothing());
        }
    }

    /** A host that has asked for a pause is not asked by others either. */
    private void waitForHost(String host) {
        while (true) {
            Instant until = closedUntil.get(host);
            Duration wait = until == null ? Duration.ZERO : Duration.between(Instant.now(), until);
            if (wait.isZero() || wait.isNegative()) {
                closedUntil.remove(host);
                return;
            }
            Weft.sleep(wait);
        }
    }

    private ClientRequest request(Input input, Place place, String url) {
        ClientRequest request = ClientRequest.of(plan.method(), url);
        for (String line : plan.headerLines(input, place.slot())) {
            int colon = line.indexOf(':');
            request = request.header(
                    line.substring(0, colon).strip(), line.substring(colon + 1).strip());
        }
        if (plan.data() != null) {
            String text = FetchPlan.only(plan.data(), input, place.slot());
            String start = text.stripLeading();
            boolean json = start.startsWith("{") || start.startsWith("[");
            String type = request.headers().first("content-type");
            request = request.body(RequestBody.bytes(
                    type != null ? null : json ? "application/json" : "application/x-www-form-urlencoded",
                    RawText.encode(text)));
        }
        return request;
    }

    private @Nullable Answer failure(StreamedResponse response, Place place, String host) {
        int status = response.status();
        if (status < FIRST_ERROR) {
            return null;
        }
        Duration wait = retryAfter(response.headers().first("retry-after"));
        if (wait != null && (status == TOO_MANY || status == UNAVAILABLE)) {
            place.retryAfter(wait);
            closedUntil.merge(host, Instant.now().plus(wait), (one, other) -> one.isAfter(other) ? one : other);
        }
        return Answer.failed("HTTP status " + status, status, Captured.nothing());
    }

    private static @Nullable Duration retryAfter(@Nullable String text) {
        if (text == null) {
            return null;
        }
        Duration wait;
        try {
            wait = text.strip().matches("\\d{1,9}")
                    ? Duration.ofSeconds(Long.parseLong(text.strip()))
                    : Duration.between(
                            Instant.now(),
                            ZonedDateTime.parse(text.strip(), DateTimeFormatter.RFC_1123_DATE_TIME)
                                    .toInstant());
        } catch (DateTimeException e) {
            return null;
        }
        return wait.isNegative() ? Duration.ZERO : wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
    }

    // ---- to standard output

    private Answer body(Input input, Place place, String host, String url) throws IOException {
        try (StreamedResponse response = session().stream(request(input, place, url))) {
            Answer failure = failure(response, place, host);
            if (failure != null) {
                return failure;
            }
            InputStream body = response.body();
            byte[] begin = body.readNBytes(plan.document() ? MOST_IN_DOCUMENT : IN_MEMORY);
            int next = body.read();
            if (plan.document()) {
                if (next >= 0) {
                    return Answer.failed(
                            "its body is larger than the 64 MiB that a line of JSON may have; --output writes files",
                            2,
                            Captured.nothing());
                }
                return Answer.ok(document(response, begin), Captured.nothing(), true, -1);
            }
            if (next < 0) {
                return Answer.ok(new Captured.Bytes(begin), Captured.nothing(), false, -1);
            }
            Path spill = place.spill();
            try (OutputStream out = new FileOutputStream(spill.toFile())) {
                out.write(begin);
                out.write(next);
                body.transferTo(out);
            }
            return Answer.ok(new Captured.InFile(spill), Captured.nothing(), false, -1);
        }
    }

    private static Captured document(StreamedResponse response, byte[] body) {
        var json = new JsonText().object().name("url").value(response.uri().toString());
        json.name("status").value(response.status());
        String type = response.headers().first("content-type");
        if (type != null) {
            json.name("type").value(type);
        }
        json.name("body").value(RawText.decode(body)).endObject();
        return new Captured.Bytes((json + "\n").getBytes(StandardCharsets.UTF_8));
    }

    // ---- to files

    private Answer file(Input input, Place place, String host, String url, URI uri) throws IOException {
        String name = FetchPlan.only(Objects.requireNonNull(plan.output()), input, place.slot());
        Path file = name.endsWith("/") ? mirrored(RawPath.of(name), uri) : RawPath.of(name);
        Path same = file.toAbsolutePath().normalize();
        Lock turn = writing.computeIfAbsent(same, _ -> new Lock());
        try {
            return turn.withLock(() -> file(input, place, host, url, file));
        } finally {
            if (!turn.isLocked()) {
                writing.remove(same, turn);
            }
        }
    }

    /** Fetches one that nobody else in this run writes to. */
    private Answer file(Input input, Place place, String host, String url, Path file) throws IOException {
        var download = new Download(file, url, plan.ifChanged());
        for (int attempt = 0; ; attempt++) {
            try (StreamedResponse response = session().stream(download.request(request(input, place, url)))) {
                boolean rangeRefused = response.status() == 416 && attempt == 0;
                Answer failure = rangeRefused ? null : failure(response, place, host);
                if (failure != null) {
                    return failure;
                }
                Download.Done done = download.take(response);
                if (done != null) {
                    return Answer.ok(said(response, file, done), Captured.nothing(), plan.document(), -1);
                }
            }
            if (attempt > 0) {
                return Answer.failed("the server does not agree with itself about ranges", 1, Captured.nothing());
            }
        }
    }

    private Captured said(StreamedResponse response, Path file, Download.Done done) {
        if (!plan.document()) {
            return new Captured.Bytes(RawText.encode(RawPath.text(file) + "\n"));
        }
        var json = new JsonText().object().name("url").value(response.uri().toString());
        json.name("status").value(response.status()).name("file").value(RawPath.text(file));
        json.name("bytes").value(done.bytes()).name("resumed").value(done.resumed());
        json.name("unchanged").value(done.unchanged()).endObject();
        return new Captured.Bytes((json + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /**
     * A file named after host and path, so that different URLs have different files, and none is outside of the
     * directory.
     */
    static Path mirrored(Path directory, URI uri) {
        String port = uri.getPort() < 0 ? "" : "_" + uri.getPort();
        Path path = directory.resolve(uri.getHost().toLowerCase(Locale.ROOT).replace(':', '_') + port);
        String raw = uri.getRawPath() == null ? "" : uri.getRawPath();
        StringBuilder name = new StringBuilder();
        for (String segment : raw.split("/", -1)) {
            if (name.length() > 0) {
                path = path.resolve(name.toString());
                name.setLength(0);
            }
            name.append(segment.equals(".") || segment.equals("..") ? "_" : segment);
        }
        if (name.length() == 0) {
            name.append("index.html");
        }
        if (uri.getRawQuery() != null) {
            name.append('?').append(uri.getRawQuery().replace("/", "%2F"));
        }
        return path.resolve(name.toString());
    }

    /** A request that is cancelled ends. */
    @Override
    public boolean mayStick() {
        return false;
    }

    @Override
    public void close() {
        loop.start(0, () -> {
            ClientSession open = session;
            if (open != null) {
                open.close();
            }
        });
    }
}
