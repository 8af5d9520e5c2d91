package dev.weft.http.client;

import dev.weft.http.ContentCoding;
import dev.weft.http.Headers;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Makes the header of a request as it goes out. */
final class RequestHead {
    /** What says where a message ends and what its connection is for: a program that could set it could smuggle requests. */
    private static final Set<String> RESERVED = Set.of(
            "content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "te", "trailer", "expect");

    /** They were checked when they were made. */
    private static final HttpHeadersFactory UNCHECKED =
            DefaultHttpHeadersFactory.headersFactory().withValidation(false);

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
    static HttpHeaders of(ClientRequest request, Target target, String acceptEncoding) {
        HttpHeaders out = UNCHECKED.newHeaders();
        Headers given = request.headers();
        if (!given.contains("host")) {
            out.set(HttpHeaderNames.HOST, target.hostHeader());
        }
        for (Map.Entry<String, String> field : given) {
            out.add(field.getKey(), field.getValue());
        }
        if (!out.contains(HttpHeaderNames.ACCEPT)) {
            out.set(HttpHeaderNames.ACCEPT, "*/*");
        }
        if (!out.contains(HttpHeaderNames.ACCEPT_ENCODING)) {
            out.set(HttpHeaderNames.ACCEPT_ENCODING, acceptEncoding);
        }
        RequestBody body = request.body();
        if (body != null) {
            setBody(out, body);
        } else if (usuallyHasBody(request.method())) {
            out.set(HttpHeaderNames.CONTENT_LENGTH, "0");
        }
        if (request.expectsContinue()) {
            out.set(HttpHeaderNames.EXPECT, HttpHeaderValues.CONTINUE);
        }
        return out;
    }

    private static void setBody(HttpHeaders out, RequestBody body) {
        @Nullable String type = body.contentType();
        if (type != null && !out.contains(HttpHeaderNames.CONTENT_TYPE)) {
            out.set(
                    HttpHeaderNames.CONTENT_TYPE,
                    Headers.of("content-type", type).first("content-type"));
        }
        long length = body.length();
        if (length >= 0) {
            out.set(HttpHeaderNames.CONTENT_LENGTH, Long.toString(length));
        } else {
            out.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
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
