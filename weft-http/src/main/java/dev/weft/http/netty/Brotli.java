package dev.weft.http.netty;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.aayushatharva.brotli4j.decoder.BrotliInputStream;
import com.aayushatharva.brotli4j.encoder.BrotliOutputStream;
import com.aayushatharva.brotli4j.encoder.Encoder;
import dev.weft.http.ContentCoding;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** br (RFC 7932) by brotli4j. Only to be touched where that library is. A window of brotli is 16 MiB at most. */
final class Brotli {
    private static final int QUALITY = 4;
    private static final int WINDOW_LOG = 18;

    private Brotli() {}

    static ContentCoding load() {
        Brotli4jLoader.ensureAvailability();
        return ContentCoding.of("br", Brotli::decode, Brotli::encode);
    }

    private static InputStream decode(InputStream in) throws IOException {
        var decoded = new BrotliInputStream(in);
        decoded.enableEagerOutput();
        return decoded;
    }

    private static OutputStream encode(OutputStream out) throws IOException {
        return new BrotliOutputStream(out, Encoder.Parameters.create(QUALITY, WINDOW_LOG));
    }
}
