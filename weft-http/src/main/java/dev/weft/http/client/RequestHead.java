package dev.weft.http.client;

import dev.weft.http.ContentCoding;
import dev.weft.http.Headers;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Makes the header of a request as it goes out. */
final class RequestHead {
    /**
     * What says where a message ends and what its connection is for: a program that could set it could smuggle
     * requests.
     */
    private static final Set<String> RESERVED = Set.of(
            "content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "te", "trailer", "expect");

    /** They were checked when they were made. */
    private static final HttpHeadersFactory UNCHECKED =
            DefaultHttpHeadersFactory.headersFactory().withValidation(false);

    private static final Map.Entry<String, String> ACCEPT_ALL = Map.entry("accept", "*/*");
    private static final int FIELDS = 8;

    private RequestHead() {}

    static void requireFree(String name) {
        if (RESERVED.contains(name.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException("the header '" + name
                    + "' is set by the session itself, from the body and the connection; leave it out");
        }
    }

    /**
     * {@return the fields of a request, without those that belong to the connection it goes over}
     *
     * @param acceptEncoding what it says unless it has a field for that itself
     */
    static List<Map.Entry<String, String>> of(ClientRequest request, Target target, String acceptEncoding) {
        List<Map.Entry<String, String>> out = new ArrayList<>(FIELDS);
        Headers given = request.headers();
        if (!given.contains("host")) {
            out.add(Map.entry("host", target.hostHeader()));
        }
        for (Map.Entry<String, String> field : given) {
            out.add(field);
        }
        if (!given.contains("accept")) {
            out.add(ACCEPT_ALL);
        }
        if (!given.contains("accept-encoding")) {
            out.add(Map.entry("accept-encoding", acceptEncoding));
        }
        RequestBody body = request.body();
        if (body != null) {
            addBody(out, given, body);
        } else if (usuallyHasBody(request.method())) {
            out.add(Map.entry("content-length", "0"));
        }
        if (request.expectsContinue()) {
            out.add(Map.entry("expect", "100-continue"));
        }
        return out;
    }

    private static void addBody(List<Map.Entry<String, String>> out, Headers given, RequestBody body) {
        @Nullable String type = body.contentType();
        if (type != null && !given.contains("content-type")) {
            Headers.of("content-type", type).forEach(out::add);
        }
        long length = body.length();
        out.add(
                length >= 0
                        ? Map.entry("content-length", Long.toString(length))
                        : Map.entry("transfer-encoding", "chunked"));
    }

    /** {@return fields as Netty has them} */
    static HttpHeaders headers(List<Map.Entry<String, String>> fields) {
        HttpHeaders headers = UNCHECKED.newHeaders();
        fields.forEach(field -> headers.add(field.getKey(), field.getValue()));
        return headers;
    }

    private static boolean usuallyHasBody(String method) {
        return switch (method) {
            case "POST", "PUT", "PATCH" -> true;
            default -> false;
        };
    }

    /** {@return what a session that can undo these codings says it accepts} */
    static String accepted(List<ContentCoding> codings) {
        return codings.isEmpty()
                ? "identity"
                : codings.stream().map(ContentCoding::name).collect(Collectors.joining(", "));
    }
}
