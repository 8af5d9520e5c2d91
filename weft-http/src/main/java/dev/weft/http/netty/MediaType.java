package dev.weft.http.netty;

import io.netty.handler.codec.http.HttpUtil;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a content type says about text. */
public final class MediaType {
    private MediaType() {}

    /**
     * {@return whether a content type is that of JSON}
     *
     * @param contentType the value of the header, or null
     */
    public static boolean isJson(@Nullable String contentType) {
        if (contentType == null) {
            return false;
        }
        int end = contentType.indexOf(';');
        String type =
                (end < 0 ? contentType : contentType.substring(0, end)).strip().toLowerCase(Locale.ROOT);
        return type.equals("application/json") || type.equals("text/json") || type.endsWith("+json");
    }

    /**
     * Returns the charset that a content type names.
     *
     * @param contentType the value of the header, or null
     * @return the charset; UTF-8 if none is named
     * @throws UnsupportedCharsetException if this JVM does not know the charset; the exception has its name
     */
    public static Charset charsetOf(@Nullable String contentType) {
        CharSequence name = contentType == null ? null : HttpUtil.getCharsetAsSequence(contentType);
        if (name == null) {
            return StandardCharsets.UTF_8;
        }
        String bare = name.toString().replace("\"", "").strip();
        try {
            return Charset.forName(bare);
        } catch (IllegalCharsetNameException e) {
            var unknown = new UnsupportedCharsetException(bare);
            unknown.initCause(e);
            throw unknown;
        }
    }
}
