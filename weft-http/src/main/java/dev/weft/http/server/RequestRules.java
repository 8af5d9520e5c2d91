package dev.weft.http.server;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What RFC 9112 asks of a request beyond its syntax, which Netty's decoder checks. Where two servers could read a request in two ways, it is refused. */
final class RequestRules {
    private RequestRules() {}

    /** {@return what is wrong with a request, or null} */
    static @Nullable String problem(HttpRequest request, int maxHeaders) {
        HttpHeaders headers = request.headers();
        if (headers.size() > maxHeaders) {
            return "the request has " + headers.size() + " header fields, and may have " + maxHeaders;
        }
        boolean old = request.protocolVersion().minorVersion() == 0;
        int hosts = headers.getAll(HttpHeaderNames.HOST).size();
        if (hosts > 1 || (hosts == 0 && !old)) {
            return "a request of HTTP/1.1 has one Host header, and this one had " + hosts;
        }
        String problem = RequestTarget.problem(request);
        if (problem != null) {
            return problem;
        }
        List<String> encodings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
        if (encodings.isEmpty()) {
            return null;
        }
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
}
