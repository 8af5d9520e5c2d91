package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessPoolBuilderTest {
    @ParameterizedTest
    @ValueSource(ints = {0, -1, 1025, 10_000})
    @DisplayName("P213 a number of workers out of range is refused at once")
    void aNumberOfWorkersOutOfRangeIsRefusedAtOnce(int workers) {
        assertThatThrownBy(() -> ProcessPool.of(workers))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 to 1024")
                .hasMessageContaining(String.valueOf(workers));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "m", "256", "-1m", "1.5g", "256mb", "99999999999m"})
    void aMalformedHeapSizeIsRefused(String size) {
        assertThatThrownBy(() -> ProcessPool.builder().heap(size))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("such as 256m or 2g, and found '" + size + "'");
    }

    @Test
    void aHeapThatIsTooSmallIsRefused() {
        assertThatThrownBy(() -> ProcessPool.builder().heap("15m")).hasMessageContaining("at least 16 MiB");
    }

    @ParameterizedTest
    @CsvSource({"16m,16777216", "2G,2147483648", " 65536k ,67108864"})
    void heapSizesAreUnderstood(String size, long bytes) {
        assertThat(HeapSize.parse(size)).isEqualTo(bytes);
    }

    @Test
    void aNegativeGraceIsRefused() {
        assertThatThrownBy(() -> ProcessPool.builder().killGrace(Duration.ofMillis(-1)))
                .hasMessageContaining("PT-0.001S");
    }
}
