package dev.weft.http.server;

import java.util.List;

/**
 * Stands around handlers: sees each request before, and each response after.
 *
 * <pre>{@code
 * Middleware timed = (request, next) -> {
 *     long begin = System.nanoTime();
 *     return next.handle(request).withHeader("Server-Timing", "all;dur=" + (System.nanoTime() - begin) / 1e6);
 * };
 * }</pre>
 *
 * <p>It runs in the task of the request. It may answer itself, or change the response; what the handler throws comes
 * through it, {@link ErrorResponse} included.
 */
@FunctionalInterface
public interface Middleware {
    /**
     * Handles a request.
     *
     * @param request the request
     * @param next what lies inside
     * @return the response
     * @throws Exception whatever goes wrong, as for {@link Handler}
     */
    Response handle(Request request, Handler next) throws Exception;

    /**
     * {@return a handler with middlewares around it}
     *
     * @param middlewares the middlewares, the outermost first
     * @param handler the handler
     */
    static Handler chain(List<Middleware> middlewares, Handler handler) {
        Handler chained = handler;
        for (Middleware middleware : middlewares.reversed()) {
            Handler inner = chained;
            chained = request -> middleware.handle(request, inner);
        }
        return chained;
    }
}
