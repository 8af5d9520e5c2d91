package dev.weft.http.server;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a request asks for, by its first line and its Host header (RFC 9112, section 3.2), which must not contradict
 * each other.
 */
final class RequestTarget {
    private static final String HOST_MARKS = "-._~!$&'()*+;=%:[]";

    private RequestTarget() {}

    /** {@return what is wrong with the target or the host of a request, or null} */
    static @Nullable String problem(HttpRequest request) {
        String host = request.headers().get(HttpHeaderNames.HOST);
        if (host != null && !isHost(host)) {
            return "the Host header is no name or address with a port";
        }
        return targetProblem(request, host);
    }

    private static boolean isHost(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!plain && HOST_MARKS.indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }

    private static @Nullable String targetProblem(HttpRequest request, @Nullable String host) {
        String target = request.uri();
        if (request.method().equals(HttpMethod.CONNECT)) {
            return "this server is no proxy";
        }
        for (int i = 0; i < target.length(); i++) {
            char c = target.charAt(i);
            if (c <= ' ' || c >= 0x7F || c == '#') {
                return "the target of the request holds a character that has to be percent-encoded";
            }
        }
        if (target.startsWith("/") || (target.equals("*") && request.method().equals(HttpMethod.OPTIONS))) {
            return null;
        }
        int authority = authority(target);
        if (authority < 0) {
            return "the target of the request is neither a path nor a URL of http or https";
        }
        String named = target.substring(authority, authorityEnd(target, authority));
        if (named.isEmpty() || !isHost(named) || (host != null && !host.equalsIgnoreCase(named))) {
            return "the target of the request and its Host header name different hosts";
        }
        return null;
    }

    /** {@return where the host begins in a target that is a whole URL; negative if it is none} */
    private static int authority(String target) {
        int end = target.indexOf("://");
        String scheme = end < 0 ? "" : target.substring(0, end).toLowerCase(Locale.ROOT);
        return scheme.equals("http") || scheme.equals("https") ? end + 3 : -1;
    }

    private static int authorityEnd(String target, int authority) {
        for (int i = authority; i < target.length(); i++) {
            if (target.charAt(i) == '/' || target.charAt(i) == '?') {
                return i;
            }
        }
        return target.length();
    }

    /** {@return the path and query of a target, which may be a whole URL} */
    static String pathAndQuery(String target) {
        if (target.startsWith("/")) {
            return target;
        }
        int authority = authority(target);
        if (authority < 0) {
            return target;
        }
        String rest = target.substring(authorityEnd(target, authority));
        return rest.startsWith("/") ? rest : "/" + rest;
    }
}
