package dev.weft.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weft.cli.CliException;

/** Text as it came, and quantities. */
class TextFuzzTest {
    @FuzzTest
    void bytesSurvive(byte[] bytes) {
        assertThat(RawText.encode(RawText.decode(bytes))).isEqualTo(bytes);
    }

    @FuzzTest
    void whatIsShownHasNoControls(FuzzedDataProvider data) {
        assertThat(RawText.printable(data.consumeRemainingAsString()).chars().noneMatch(Character::isISOControl))
                .isTrue();
    }

    @FuzzTest
    void quantities(FuzzedDataProvider data) {
        String text = data.consumeRemainingAsString();
        try {
            assertThat(Quantities.time("--x", text).isNegative()).isFalse();
        } catch (CliException e) {
            assertThat(e.getMessage()).contains("--x expects");
        }
        try {
            assertThat(Quantities.size("--x", text)).isNotNegative();
        } catch (CliException e) {
            assertThat(e.getMessage()).contains("--x expects");
        }
    }
}
