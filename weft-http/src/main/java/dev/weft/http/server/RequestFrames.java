package dev.weft.http.server;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2StreamFrame;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.codec.http2.HttpConversionUtil;
import java.util.List;

/**
 * Netty's translation between frames and parts of messages, but for the header of a request, for which that takes a
 * buffer which it does not give back if the header is refused.
 */
final class RequestFrames extends Http2StreamFrameToHttpObjectCodec {
    RequestFrames() {
        super(true);
    }

    @Override
    protected void decode(ChannelHandlerContext context, Http2StreamFrame frame, List<Object> out) throws Exception {
        if (frame instanceof Http2HeadersFrame head && head.headers().method() != null) {
            HttpRequest request = request(head);
            out.add(request);
            if (head.isEndStream()) {
                out.add(LastHttpContent.EMPTY_LAST_CONTENT);
            } else if (!HttpUtil.isContentLengthSet(request)) {
                request.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
            }
        } else {
            super.decode(context, frame, out);
        }
    }

    private static HttpRequest request(Http2HeadersFrame head) throws Http2Exception {
        return HttpConversionUtil.toHttpRequest(head.stream().id(), head.headers(), true);
    }
}
