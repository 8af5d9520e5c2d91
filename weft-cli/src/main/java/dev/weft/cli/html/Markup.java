package dev.weft.cli.html;

/** Turns strings of any origin into text that a browser takes for nothing but text. */
public final class Markup {
    private static final char REPLACEMENT = '\uFFFD';

    private Markup() {}

    /**
     * Escapes a string for element content and for quoted attribute values.
     *
     * @param value any string; NUL and unpaired surrogates, which HTML and UTF-8 cannot carry, become U+FFFD
     * @return the text, escaped
     */
    public static String text(String value) {
        var out = new StringBuilder(value.length() + 16);
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                case '\0' -> out.append(REPLACEMENT);
                default -> out.append(isUnpaired(value, i) ? REPLACEMENT : c);
            }
        }
        return out.toString();
    }

    /**
     * Makes JSON fit for a {@code <script>} element, where no character reference is read and {@code </script} or
     * {@code <!--} inside a string would end or change the element. All characters concerned occur in JSON only
     * inside strings, so escaping them keeps its meaning.
     *
     * @param json valid JSON
     * @return the same JSON, escaped
     */
    public static String scriptData(String json) {
        var out = new StringBuilder(json.length() + 64);
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            if (c == '<' || c == '>' || c == '&' || c == '\u2028' || c == '\u2029' || isUnpaired(json, i)) {
                out.append("\\u").append(String.format("%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    private static boolean isUnpaired(String value, int index) {
        char c = value.charAt(index);
        if (Character.isHighSurrogate(c)) {
            return index + 1 == value.length() || !Character.isLowSurrogate(value.charAt(index + 1));
        }
        return Character.isLowSurrogate(c) && (index == 0 || !Character.isHighSurrogate(value.charAt(index - 1)));
    }
}
