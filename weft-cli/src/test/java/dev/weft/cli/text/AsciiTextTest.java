package dev.weft.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AsciiTextTest {
    @ParameterizedTest
    @ValueSource(longs = {0, 7, 9, 10, 99, 100, 1_234_567_890_123L, Long.MAX_VALUE, -1, Long.MIN_VALUE})
    void numbersAreWrittenAsEverywhere(long number) {
        assertThat(new AsciiText(0).add(number)).hasToString(Long.toString(number));
    }

    @Test
    void itGrowsAndBeginsAnew() {
        var text = new AsciiText(0).add("x".repeat(100)).add('y').add(12, 5).addEscaped("é\"a");
        assertThat(text).hasToString("x".repeat(100) + "y00012\\u00e9\\\"a");
        assertThat(text.bytes().remaining()).isEqualTo(text.length());

        text.clear();

        assertThat(text.add("z")).hasToString("z");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-03-01T12:00:00.000250Z",
                "1969-12-31T23:59:59.999999Z",
                "1970-01-01T00:00:00.000000Z",
                "2026-03-01T12:00:00.000000Z"
            })
    void timesAreWrittenToTheMicrosecond(String time) {
        var text = new AsciiText(0);
        TimeText.append(Instant.parse(time).plusNanos(999), text);
        TimeText.append(Instant.parse(time), text);

        assertThat(text).hasToString(time + time);
    }
}
