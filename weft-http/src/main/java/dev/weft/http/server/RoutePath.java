package dev.weft.http.server;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.ArrayList;
import java.util.List;

/**
 * The path of a request as routers see it: its segments, decoded one by one, so that a slash which came encoded stays
 * part of its segment.
 *
 * @param segments the segments
 * @param from the first one that is left for routers further inside
 */
record RoutePath(List<String> segments, int from) {
    static RoutePath of(String target) {
        int query = target.indexOf('?');
        String path = query < 0 ? target : target.substring(0, query);
        List<String> segments = new ArrayList<>(4);
        int begin = path.startsWith("/") ? 1 : 0;
        while (true) {
            int end = path.indexOf('/', begin);
            String raw = end < 0 ? path.substring(begin) : path.substring(begin, end);
            try {
                segments.add(QueryStringDecoder.decodeComponent(raw.replace("+", "%2B")));
            } catch (IllegalArgumentException e) {
                throw new ErrorResponse(
                        Response.text("the path is not well percent-encoded\n").withStatus(400), e);
            }
            if (end < 0) {
                return new RoutePath(List.copyOf(segments), 0);
            }
            begin = end + 1;
        }
    }

    RoutePath descend(int to) {
        return new RoutePath(segments, to);
    }

    /** {@return what is left, with slashes between} */
    String rest(int begin) {
        return String.join("/", segments.subList(begin, segments.size()));
    }
}
