package dev.weft.http.server;

import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;

/** Netty's encoder, told whether the response answers a HEAD, which has the header of a body and no body. */
final class ResponseEncoder extends HttpResponseEncoder {
    private boolean toHead;

    void answers(boolean head) {
        toHead = head;
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpResponse response) {
        return toHead || super.isContentAlwaysEmpty(response);
    }
}
