package dev.weft.http.server;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;
import java.util.Map;

/** Makes the header of an answer, but for the fields that say how one version of the protocol carries it. */
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
}
