package dev.weft.http.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weft.http.Headers;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/** Values of headers, and bodies in parts. */
class HeaderFuzzTest {
    @FuzzTest
    void values(FuzzedDataProvider data) {
        HeaderValue value = HeaderValue.parse(data.consumeRemainingAsString());
        if (value != null) {
            assertThat(value.word()).isNotEmpty();
            value.parameters().forEach((name, content) -> assertThat(name).isNotEmpty());
        }
    }

    /** Bodies in parts are taken apart in the same way, however they arrive. */
    @FuzzTest
    void multipart(FuzzedDataProvider data) throws IOException {
        int atOnce = data.consumeInt(1, 20);
        byte[] body = data.consumeRemainingAsBytes();
        assertThat(parts(new Slow(body, atOnce))).isEqualTo(parts(new ByteArrayInputStream(body)));
    }

    private static List<String> parts(InputStream in) throws IOException {
        var reader = new MultipartReader(in, "b", 200);
        List<String> parts = new ArrayList<>();
        try {
            for (Headers header = reader.next(); header != null; header = reader.next()) {
                var content = new ByteArrayOutputStream();
                var piece = new byte[64];
                for (int count = reader.read(piece, 0, 64); count >= 0; count = reader.read(piece, 0, 64)) {
                    assertThat(count).isPositive();
                    content.write(piece, 0, count);
                }
                parts.add(header + "|" + content.toString(java.nio.charset.StandardCharsets.ISO_8859_1));
            }
        } catch (MultipartReader.Malformed e) {
            parts.add(e.getMessage());
        }
        return parts;
    }

    /** Gives a few bytes at a time. */
    private static final class Slow extends ByteArrayInputStream {
        private final int atOnce;

        Slow(byte[] bytes, int atOnce) {
            super(bytes);
            this.atOnce = atOnce;
        }

        @Override
        public synchronized int read(byte[] into, int offset, int length) {
            return super.read(into, offset, Math.min(length, atOnce));
        }
    }
}
