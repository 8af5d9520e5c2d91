package dev.weft.http.server;

import dev.weft.http.ContentCoding;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a client says about the codings that it takes (RFC 9110, section 12.5.3). */
final class AcceptEncoding {
    private static final int THOUSAND = 1_000;

    private AcceptEncoding() {}

    /**
     * {@return how much a client wants a coding, from 0 (not at all) to 1000; -1 if it does not mention it}
     *
     * @param accepted the values of its header
     */
    static int weight(List<String> accepted, String coding) {
        int any = -1;
        for (String field : accepted) {
            for (String item : field.split(",", -1)) {
                int end = item.indexOf(';');
                String name = (end < 0 ? item : item.substring(0, end)).strip().toLowerCase(Locale.ROOT);
                int weight = end < 0 ? THOUSAND : weight(item.substring(end + 1).strip());
                if (name.equals(coding) || name.equals("x-" + coding)) {
                    return weight;
                }
                if (name.equals("*")) {
                    any = weight;
                }
            }
        }
        return any;
    }

    /** {@return the weight that a parameter such as {@code q=0.5} gives; 0 if it is not well-formed} */
    private static int weight(String parameter) {
        if (parameter.length() < 3 || parameter.length() > 7 || !parameter.regionMatches(true, 0, "q=", 0, 2)) {
            return 0;
        }
        char whole = parameter.charAt(2);
        if ((whole != '0' && whole != '1') || (parameter.length() > 3 && parameter.charAt(3) != '.')) {
            return 0;
        }
        int weight = (whole - '0') * THOUSAND;
        int unit = THOUSAND / 10;
        for (int i = 4; i < parameter.length(); i++) {
            char digit = parameter.charAt(i);
            if (digit < '0' || digit > '9') {
                return 0;
            }
            weight += (digit - '0') * unit;
            unit /= 10;
        }
        return Math.min(weight, THOUSAND);
    }

    /**
     * {@return the coding that a client wants most, the first of several; null if it wants none of them, or prefers the
     * bytes as they are}
     */
    static @Nullable ContentCoding choose(List<String> accepted, List<ContentCoding> offered) {
        ContentCoding best = null;
        int most = Math.max(0, weight(accepted, "identity") - 1); // it need not be wanted more
        for (ContentCoding coding : offered) {
            int weight = weight(accepted, coding.name());
            if (weight > most) {
                most = weight;
                best = coding;
            }
        }
        return best;
    }
}
