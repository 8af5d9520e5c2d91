package dev.weft.http.server;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Conditional requests and ranges (RFC 9110, sections 13 and 14). */
final class Conditions {
    private static final Pattern RANGE = Pattern.compile("bytes=\\s*(\\d{0,18})-(\\d{0,18})\\s*");

    private Conditions() {}

    /** {@return 200 to send it, 304 if the client has it, 412 if it is not what the client wants} */
    static int status(Request request, String tag, long modifiedMillis) {
        long modified = modifiedMillis / 1_000;
        List<String> match = request.headers().all("if-match");
        if (!match.isEmpty()) {
            if (!contains(match, tag, false)) {
                return 412;
            }
        } else {
            String unmodified = request.headers().first("if-unmodified-since");
            long since = unmodified == null ? -1 : HttpDates.second(unmodified);
            if (since >= 0 && modified > since) {
                return 412;
            }
        }
        List<String> noneMatch = request.headers().all("if-none-match");
        if (!noneMatch.isEmpty()) {
            return contains(noneMatch, tag, true) ? 304 : 200;
        }
        String modifiedSince = request.headers().first("if-modified-since");
        long since = modifiedSince == null ? -1 : HttpDates.second(modifiedSince);
        return since >= 0 && modified <= since ? 304 : 200;
    }

    private static boolean contains(List<String> fields, String tag, boolean weak) {
        for (String field : fields) {
            for (String item : field.split(",", -1)) {
                String one = item.strip();
                if (one.equals("*") || one.equals(tag) || (weak && one.equals("W/" + tag))) {
                    return true;
                }
            }
        }
        return false;
    }

    /** {@return the part that is asked for; null for all of it, which is also the answer to several parts at once} */
    static @Nullable ByteRange range(Request request, String tag, long modifiedMillis, long size) {
        String header = request.headers().first("range");
        String condition = request.headers().first("if-range");
        if (header == null || (condition != null && !isCurrent(condition, tag, modifiedMillis))) {
            return null;
        }
        Matcher matcher = RANGE.matcher(header);
        if (!matcher.matches()) {
            return null;
        }
        String first = matcher.group(1);
        String last = matcher.group(2);
        if (first.isEmpty()) {
            if (last.isEmpty()) {
                return null;
            }
            long length = Math.min(Long.parseLong(last), size);
            return new ByteRange(size - length, length);
        }
        long from = Long.parseLong(first);
        long to = last.isEmpty() ? size - 1 : Math.min(Long.parseLong(last), size - 1);
        if (!last.isEmpty() && Long.parseLong(last) < from) {
            return null;
        }
        return from >= size ? new ByteRange(0, 0) : new ByteRange(from, to - from + 1);
    }

    private static boolean isCurrent(String condition, String tag, long modifiedMillis) {
        return condition.strip().startsWith("\"")
                ? condition.strip().equals(tag)
                : HttpDates.second(condition) == modifiedMillis / 1_000;
    }
}
