package dev.weft.http.server;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.Map;

/** Makes Netty's messages of an answer, but for the fields that say how one version of the protocol carries it. */
final class AnswerHead {
    /** They were checked when they were made. */
    private static final HttpHeadersFactory UNCHECKED =
            DefaultHttpHeadersFactory.headersFactory().withValidation(false);

    private AnswerHead() {}

    static HttpHeaders of(Response response, String date) {
        HttpHeaders headers = UNCHECKED.newHeaders();
        for (Map.Entry<String, String> field : response.headers()) {
            headers.add(field.getKey(), field.getValue());
        }
        headers.remove(HttpHeaderNames.TRANSFER_ENCODING);
        if (response.length() >= 0) {
            headers.set(HttpHeaderNames.CONTENT_LENGTH, Long.toString(response.length()));
        } else {
            headers.remove(HttpHeaderNames.CONTENT_LENGTH);
        }
        headers.set(HttpHeaderNames.DATE, date);
        return headers;
    }

    /** {@return an answer whose body is in memory; without it if it is to a HEAD} */
    static FullHttpResponse whole(Response response, HttpHeaders headers, boolean toHead) {
        return new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(response.status()),
                toHead ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(response.body()),
                headers,
                EmptyHttpHeaders.INSTANCE);
    }
}
