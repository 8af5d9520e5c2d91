package dev.weft.http.server;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.HttpConversionUtil.ExtensionHeaderNames;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What RFC 9112 and RFC 9113 ask of a request beyond what Netty's decoders check. Where two servers could read a
 * request in two ways, it is refused.
 */
final class RequestRules {
    private RequestRules() {}

    /** {@return the status with which a request is refused that has a problem} */
    static HttpResponseStatus refusal(HttpRequest request, int maxHeaders) {
        return request.headers().size() > maxHeaders
                ? HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
                : HttpResponseStatus.BAD_REQUEST;
    }

    private static String tooMany(HttpHeaders headers, int maxHeaders) {
        return "the request has " + headers.size() + " header fields, and may have " + maxHeaders;
    }

    /** Without the list that Netty would make. */
    private static int count(HttpHeaders headers, CharSequence name) {
        int count = 0;
        for (var all = headers.valueCharSequenceIterator(name); all.hasNext(); all.next()) {
            count++;
        }
        return count;
    }

    /** {@return what is wrong with a request, or null} */
    static @Nullable String problem(HttpRequest request, int maxHeaders) {
        HttpHeaders headers = request.headers();
        if (headers.size() > maxHeaders) {
            return tooMany(headers, maxHeaders);
        }
        boolean old = request.protocolVersion().minorVersion() == 0;
        int hosts = count(headers, HttpHeaderNames.HOST);
        if (hosts > 1 || (hosts == 0 && !old)) {
            return "a request of HTTP/1.1 has one Host header, and this one had " + hosts;
        }
        String problem = RequestTarget.problem(request);
        if (problem != null) {
            return problem;
        }
        if (!headers.contains(HttpHeaderNames.TRANSFER_ENCODING)) {
            return null;
        }
        List<String> encodings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
        if (old) {
            return "HTTP/1.0 knows no Transfer-Encoding";
        }
        if (encodings.size() > 1
                || !HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(
                        encodings.getFirst().strip())) {
            return "the only Transfer-Encoding that a request may have is chunked";
        }
        return null;
    }

    /**
     * {@return what is wrong with a request that came over HTTP/2, or null; what Netty adds in making one of HTTP/1.1
     * of it is taken away}
     */
    static @Nullable String problemOfHttp2(HttpRequest request, int maxHeaders) {
        HttpHeaders headers = request.headers();
        for (ExtensionHeaderNames added : ExtensionHeaderNames.values()) {
            headers.remove(added.text());
        }
        if (headers.size() > maxHeaders) {
            return tooMany(headers, maxHeaders);
        }
        List<String> hosts = headers.getAll(HttpHeaderNames.HOST); // that of :authority, too
        if (new HashSet<>(hosts).size() != 1) {
            return "a request has one :authority or Host, and this one had " + hosts.size();
        }
        if (hosts.size() > 1) {
            headers.set(HttpHeaderNames.HOST, hosts.getFirst());
        }
        String problem = RequestTarget.problem(request);
        if (problem == null
                && request.uri().indexOf("://") >= 0
                && !request.uri().startsWith("/")) {
            return "the :path of a request begins with /";
        }
        return problem;
    }
}
