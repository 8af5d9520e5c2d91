package dev.weft.http.server;

import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Told of each request once it has been answered.
 *
 * <p>Called on the loop, between two tasks: be quick and do not wait.
 */
@FunctionalInterface
public interface AccessLog {
    /**
     * A request and what became of it.
     *
     * @param client who asked; unresolved and called {@code unix} if it came over a Unix-domain socket
     * @param method the method; {@code -} if the request was refused before it was understood
     * @param target what was asked for, as it came; {@code -} if the request was refused before it was understood
     * @param status the status of the response
     * @param bytes how many bytes of body were sent
     * @param duration from the header of the request to the last byte of the response
     * @param userAgent what the client calls itself, or null
     * @param complete whether the client took all of the response
     */
    record Entry(
            InetSocketAddress client,
            String method,
            String target,
            int status,
            long bytes,
            Duration duration,
            @Nullable String userAgent,
            boolean complete) {}

    /**
     * A request has been answered.
     *
     * @param entry the request and what became of it
     */
    void answered(Entry entry);

    /**
     * {@return a log that writes a line per request, as other servers do; what clients control cannot break out of its
     * line}
     *
     * @param logger where to; level INFO
     */
    static AccessLog to(System.Logger logger) {
        return entry -> logger.log(Level.INFO, () -> line(entry));
    }

    private static String line(Entry entry) {
        return address(entry) + " \"" + clean(entry.method()) + " "
                + clean(entry.target()) + "\" "
                + entry.status() + " " + entry.bytes() + " " + entry.duration().toMillis() + "ms \""
                + (entry.userAgent() == null ? "-" : clean(entry.userAgent())) + "\""
                + (entry.complete() ? "" : " incomplete");
    }

    private static String address(Entry entry) {
        return entry.client().isUnresolved()
                ? entry.client().getHostString()
                : entry.client().getAddress().getHostAddress();
    }

    private static String clean(String text) {
        var clean = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c == '"' || c == '\\' || c >= 127) {
                clean.append(String.format("\\u%04x", (int) c));
            } else {
                clean.append(c);
            }
        }
        return clean.toString();
    }
}
