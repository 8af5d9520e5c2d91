package dev.weft.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeadersTest {
    @Test
    void namesAreFoundInAnyCaseAndKeepTheirOrder() {
        Headers headers = Headers.of("Accept", "a", "x-one", "1", "ACCEPT", "b");
        assertThat(headers.first("accept")).isEqualTo("a");
        assertThat(headers.all("Accept")).containsExactly("a", "b");
        assertThat(headers.contains("X-One")).isTrue();
        assertThat(headers.first("none")).isNull();
        assertThat(headers).extracting(Object::toString).containsExactly("Accept=a", "x-one=1", "ACCEPT=b");
    }

    @Test
    void addingAFieldLeavesTheOriginalAlone() {
        Headers headers = Headers.of("a", "1");
        assertThat(headers.with("a", "2").all("a")).containsExactly("1", "2");
        assertThat(headers.all("a")).containsExactly("1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "two words", "a:b", "a\r\nb", "ä"})
    void aNameThatIsNoTokenIsRefused(String name) {
        assertThatThrownBy(() -> Headers.of(name, "x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no token");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nSet-Cookie: b", "a\nb", "a\u0000"})
    void aValueThatWouldEndTheLineIsRefused(String value) {
        assertThatThrownBy(() -> Headers.of("x", value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'x'")
                .hasMessageContaining("position 1");
    }

    @Test
    void anOddNumberOfStringsIsRefused() {
        assertThatThrownBy(() -> Headers.of("a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("there were 1 strings");
    }
}
