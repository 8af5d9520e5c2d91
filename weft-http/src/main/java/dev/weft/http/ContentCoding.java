package dev.weft.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A way in which bodies are compressed on their way, by the name that Content-Encoding gives it.
 *
 * <p>Client and server know gzip and deflate, and br and zstd where their libraries are there:
 * {@code com.aayushatharva.brotli4j:brotli4j} with its native part, {@code com.github.luben:zstd-jni}. Others are one
 * line with a library that reads them:
 *
 * <pre>{@code
 * ClientSession.builder().coding(ContentCoding.of("lz4", LZ4FrameInputStream::new)).open()
 * }</pre>
 */
public interface ContentCoding {
    /** {@return the name, in small letters} */
    String name();

    /**
     * Undoes the coding.
     *
     * @param encoded the bytes as they came; reading them may wait
     * @return the decoded bytes, decoded as they are read and never all at once; closing them releases what the decoder
     *     holds
     * @throws IOException if they are not of this coding
     */
    InputStream decode(InputStream encoded) throws IOException;

    /** {@return whether {@link #encode} works} */
    default boolean canEncode() {
        return false;
    }

    /**
     * Encodes what is written.
     *
     * @param out where the encoded bytes go
     * @return where to write; {@code flush} sends what has been written so far, in a form that can be decoded at once,
     *     {@code close} ends the encoding and releases what the encoder holds
     * @throws IOException if the encoder cannot be set up
     * @throws UnsupportedOperationException if this coding can only be undone
     */
    default OutputStream encode(OutputStream out) throws IOException {
        throw new UnsupportedOperationException("the coding " + name() + " can be undone, and not done");
    }

    /** How a coding is done. */
    @FunctionalInterface
    interface Encoder {
        /**
         * Wraps what takes encoded bytes.
         *
         * @param out where the encoded bytes go
         * @return where to write
         * @throws IOException if the encoder cannot be set up
         */
        OutputStream encode(OutputStream out) throws IOException;
    }

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
     * {@return a coding that can be undone}
     *
     * @param name its name; compared without regard to case
     * @param decoder undoes it
     */
    static ContentCoding of(String name, Decoder decoder) {
        return make(name, decoder, null);
    }

    /**
     * {@return a coding that can be done and undone}
     *
     * @param name its name; compared without regard to case
     * @param decoder undoes it
     * @param encoder does it; see {@link #encode} for what flushing and closing have to do
     */
    static ContentCoding of(String name, Decoder decoder, Encoder encoder) {
        return make(name, decoder, encoder);
    }

    private static ContentCoding make(String name, Decoder decoder, @Nullable Encoder encoder) {
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
            public boolean canEncode() {
                return encoder != null;
            }

            @Override
            public OutputStream encode(OutputStream out) throws IOException {
                return encoder == null ? ContentCoding.super.encode(out) : encoder.encode(out);
            }

            @Override
            public String toString() {
                return lower;
            }
        };
    }
}
