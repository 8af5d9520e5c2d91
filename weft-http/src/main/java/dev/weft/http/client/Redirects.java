package dev.weft.http.client;

import dev.weft.http.Headers;
import org.jspecify.annotations.Nullable;

/** What becomes of a request that is redirected, by RFC 9110, section 15.4. */
final class Redirects {
    private Redirects() {}

    /** {@return where a response redirects to, or null if it does not} */
    static @Nullable String location(StreamedResponse response) {
        return switch (response.status()) {
            case 301, 302, 303, 307, 308 -> response.headers().first("location");
            default -> null;
        };
    }

    /**
     * Makes the request that follows a redirect. 303 asks for the result with GET; 301 and 302 have come to mean the
     * same for POST; 307 and 308 repeat the request. Credentials stay at the origin that they were given for.
     *
     * @param request the redirected request
     * @param status the status of the redirect
     * @param from what it asked
     * @param to where it leads
     */
    static ClientRequest next(ClientRequest request, int status, Target from, Target to) {
        ClientRequest next = request.url(to.uri().toString());
        String method = request.method();
        boolean toGet = (status == 303 && !method.equals("GET") && !method.equals("HEAD"))
                || ((status == 301 || status == 302) && method.equals("POST"));
        Headers headers = request.headers().without("host");
        if (toGet) {
            next = next.method("GET").body(null);
            headers = headers.without("content-type")
                    .without("content-encoding")
                    .without("content-language")
                    .without("content-location");
        }
        if (!from.sharesOriginWith(to)) {
            headers = headers.without("authorization")
                    .without("proxy-authorization")
                    .without("cookie");
        }
        return next.headers(headers);
    }
}
