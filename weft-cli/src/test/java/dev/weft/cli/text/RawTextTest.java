package dev.weft.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RawTextTest {
    @Test
    void noByteIsLost() throws IOException {
        var random = new Random(1);
        for (int i = 0; i < 2000; i++) {
            byte[] bytes = new byte[random.nextInt(40)];
            random.nextBytes(bytes);

            assertThat(RawText.encode(RawText.decode(bytes))).isEqualTo(bytes);
            StringBuilder read = new StringBuilder();
            try (var reader = new RawReader(new ByteArrayInputStream(bytes))) {
                for (int c = reader.read(); c >= 0; c = reader.read()) {
                    read.append((char) c);
                }
            }
            assertThat(RawText.encode(read.toString())).isEqualTo(bytes);
        }
    }

    @Test
    void textStaysText() {
        String text = "naïve 漢字 🙂";

        assertThat(RawText.decode(RawText.encode(text))).isEqualTo(text);
        assertThat(RawText.printable(text)).isEqualTo(text);
    }

    @Test
    void whatIsNoTextIsShownAsItsBytes() {
        assertThat(RawText.printable(RawText.decode(new byte[] {'a', (byte) 0xFF, '\n', 7})))
                .isEqualTo("a\\xff\\n\\x07");
    }

    @Test
    void jsonOfAnythingIsAscii() {
        var out = new JsonText().value("é\"\\\n\u0001" + RawText.decode(new byte[] {(byte) 0x80}));

        assertThat(out).hasToString("\"\\u00e9\\\"\\\\\\n\\u0001\\udc80\"");
    }
}
