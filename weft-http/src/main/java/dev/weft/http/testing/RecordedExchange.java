package dev.weft.http.testing;

import dev.weft.http.ContentException;
import dev.weft.http.Headers;
import dev.weft.http.JsonCodec;
import dev.weft.http.client.ClientRequest;
import dev.weft.http.client.ClientResponse;
import dev.weft.http.client.RequestBody;
import dev.weft.http.client.StreamedResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One line of a recording. Plain maps and lists, so that any JSON codec can write and read it.
 *
 * @param values the line
 */
record RecordedExchange(Map<String, Object> values) {
    /** What stands for a secret; legal in a header and in a URL. */
    static final String REDACTED = "redacted";

    /** They are about the bytes on the wire, which a recording does not have. */
    private static final Set<String> OF_THE_WIRE =
            Set.of("content-encoding", "content-length", "transfer-encoding", "connection", "keep-alive");

    static RecordedExchange of(
            ClientRequest request, String url, String bodyHash, ClientResponse response, Set<String> secrets) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("method", request.method());
        values.put("url", url);
        values.put("requestHeaders", fields(request.headers(), secrets));
        values.put("requestBody", bodyHash);
        values.put("status", response.status());
        values.put("headers", fields(response.headers(), secrets));
        byte[] body = response.bytes();
        try {
            values.put(
                    "text",
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(body))
                            .toString());
        } catch (CharacterCodingException e) {
            values.put("base64", Base64.getEncoder().encodeToString(body));
        }
        return new RecordedExchange(values);
    }

    private static List<List<String>> fields(Headers headers, Set<String> secrets) {
        List<List<String>> fields = new ArrayList<>();
        for (Map.Entry<String, String> field : headers) {
            if (!OF_THE_WIRE.contains(field.getKey().toLowerCase(java.util.Locale.ROOT))) {
                fields.add(List.of(field.getKey(), secrets.contains(field.getKey()) ? REDACTED : field.getValue()));
            }
        }
        return fields;
    }

    /** {@return the hash of a body; empty if there is none, and "streamed" if it can be written but once} */
    static String hash(@Nullable RequestBody body) {
        if (body == null) {
            return "";
        }
        if (!body.isReplayable()) {
            return "streamed";
        }
        try (var out = new DigestOutputStream(OutputStream.nullOutputStream(), MessageDigest.getInstance("SHA-256"))) {
            body.writeTo(out);
            return "sha256:" + HexFormat.of().formatHex(out.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        } catch (IOException e) {
            throw new UncheckedIOException("the body of a request to be recorded cannot be written", e);
        }
    }

    @SuppressWarnings("unchecked") // an object of JSON is a map with strings for keys
    static RecordedExchange parse(String line) {
        return new RecordedExchange(JsonCodec.installed().decode(line.getBytes(StandardCharsets.UTF_8), Map.class));
    }

    String line() {
        return new String(JsonCodec.installed().encode(values), StandardCharsets.UTF_8);
    }

    boolean answers(String method, String url, String bodyHash) {
        return method.equals(values.get("method"))
                && url.equals(values.get("url"))
                && bodyHash.equals(values.getOrDefault("requestBody", ""));
    }

    StreamedResponse response(String url) {
        Headers headers = Headers.of();
        for (Object field : value("headers", List.class)) {
            if (!(field instanceof List<?> pair) || pair.size() != 2) {
                throw new ContentException("expected a header of two strings in a recording, found " + field, null);
            }
            headers = headers.with(String.valueOf(pair.get(0)), String.valueOf(pair.get(1)));
        }
        byte[] body = values.containsKey("base64")
                ? Base64.getDecoder().decode(value("base64", String.class))
                : value("text", String.class).getBytes(StandardCharsets.UTF_8);
        return StreamedResponse.of(URI.create(url), value("status", Integer.class), headers, body);
    }

    private <T> T value(String name, Class<T> type) {
        Object value = values.get(name);
        if (!type.isInstance(value)) {
            throw new ContentException(
                    "expected '" + name + "' of type " + type.getSimpleName() + " in a line of a recording, found "
                            + value,
                    null);
        }
        return type.cast(value);
    }

    @Override
    public String toString() {
        return values.get("method") + " " + values.get("url");
    }
}
