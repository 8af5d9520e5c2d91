package dev.weft.http.netty;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The value of a header such as Content-Type or Content-Disposition: a word, and parameters behind it.
 *
 * @param word what comes first, in small letters: {@code form-data}, {@code text/plain}
 * @param parameters names in small letters, with their values without quotes
 */
public record HeaderValue(String word, Map<String, String> parameters) {
    /**
     * Reads a value. A backslash is an escape before a quotation mark and a backslash only: there are browsers that
     * send {@code filename="C:\notes.txt"}.
     *
     * @param value the value
     * @return what it says, or null if it is not well-formed, which it is not either if a parameter occurs twice
     */
    public static @Nullable HeaderValue parse(String value) {
        int end = value.indexOf(';');
        String word = (end < 0 ? value : value.substring(0, end)).strip().toLowerCase(Locale.ROOT);
        if (word.isEmpty()) {
            return null;
        }
        Map<String, String> parameters = LinkedHashMap.newLinkedHashMap(2);
        var rest = new Cursor(value, end < 0 ? value.length() : end + 1);
        while (rest.skipSpace()) {
            if (rest.skip(';')) {
                continue; // empty parameters do occur
            }
            String name = rest.until("=;");
            if (name.isEmpty() || !rest.skip('=')) {
                return null;
            }
            rest.skipSpace();
            String content = rest.skip('"') ? rest.quoted() : rest.until(";");
            if (content == null || parameters.putIfAbsent(name.toLowerCase(Locale.ROOT), content) != null) {
                return null;
            }
            if (rest.skipSpace() && !rest.skip(';')) {
                return null;
            }
        }
        return new HeaderValue(word, parameters);
    }

    private static final class Cursor {
        private final String text;
        private int at;

        Cursor(String text, int at) {
            this.text = text;
            this.at = at;
        }

        /** {@return whether anything is left} */
        boolean skipSpace() {
            while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
                at++;
            }
            return at < text.length();
        }

        boolean skip(char wanted) {
            if (at < text.length() && text.charAt(at) == wanted) {
                at++;
                return true;
            }
            return false;
        }

        String until(String ends) {
            int begin = at;
            while (at < text.length() && ends.indexOf(text.charAt(at)) < 0) {
                at++;
            }
            return text.substring(begin, at).strip();
        }

        /** {@return what stands before the closing quotation mark, or null if there is none} */
        @Nullable
        String quoted() {
            var content = new StringBuilder();
            while (at < text.length()) {
                char c = text.charAt(at++);
                if (c == '"') {
                    return content.toString();
                }
                if (c == '\\' && at < text.length() && (text.charAt(at) == '"' || text.charAt(at) == '\\')) {
                    c = text.charAt(at++);
                }
                content.append(c);
            }
            return null;
        }
    }
}
