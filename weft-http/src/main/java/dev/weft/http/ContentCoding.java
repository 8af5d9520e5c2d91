package dev.weft.http;

import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;

/**
 * A way in which bodies are compressed on their way, by the name that Content-Encoding gives it.
 *
 * <p>The client knows gzip and deflate. Others are one line with a library that reads them:
 *
 * <pre>{@code
 * ClientSession.builder().coding(ContentCoding.of("zstd", ZstdInputStream::new)).open()
 * }</pre>
 */
public interface ContentCoding {
    /** {@return the name, in small letters} */
    String name();

    /**
     * Undoes the coding.
     *
     * @param encoded the bytes as they came; reading them may wait
     * @return the decoded bytes, decoded as they are read and never all at once; closing them releases what the decoder holds
     * @throws IOException if they are not of this coding
     */
    InputStream decode(InputStream encoded) throws IOException;

    /** How a coding is undone. */
    @FunctionalInterface
    interface Decoder {
        /**
         * Wraps encoded bytes.
         *
         * @param encoded the bytes as they came
         * @return the decoded bytes
         * @throws IOException if they are not of this coding
         */
        InputStream decode(InputStream encoded) throws IOException;
    }

    /**
     * {@return a coding}
     *
     * @param name its name; compared without regard to case
     * @param decoder undoes it
     */
    static ContentCoding of(String name, Decoder decoder) {
        String lower = name.toLowerCase(Locale.ROOT);
        return new ContentCoding() {
            @Override
            public String name() {
                return lower;
            }

            @Override
            public InputStream decode(InputStream encoded) throws IOException {
                return decoder.decode(encoded);
            }

            @Override
            public String toString() {
                return lower;
            }
        };
    }
}
