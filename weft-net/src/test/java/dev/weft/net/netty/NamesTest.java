package dev.weft.net.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.UnknownHostException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
    @Test
    void anAddressIsItsOwn() throws Exception {
        assertThat(Names.resolve("192.0.2.7"))
                .extracting(a -> a.getHostAddress())
                .containsExactly("192.0.2.7");
        assertThat(Names.resolve("[2001:db8::1]"))
                .extracting(a -> a.getHostAddress())
                .containsExactly("2001:db8:0:0:0:0:0:1");
        assertThat(Names.resolve("::1")).extracting(a -> a.getHostAddress()).containsExactly("0:0:0:0:0:0:0:1");
    }

    @Test
    void aNameIsLookedUp() throws Exception {
        assertThat(Names.resolve("localhost")).allMatch(a -> a.isLoopbackAddress());
    }

    @Test
    @DisplayName("H030 an abbreviated address is refused, with the address in full")
    void anAbbreviatedAddressIsRefusedWithTheAddressInFull() {
        assertThatThrownBy(() -> Names.resolve("127.1"))
                .isInstanceOf(UnknownHostException.class)
                .hasMessage("'127.1' is no IPv4 address in full; did you mean 127.0.0.1?");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0x7f.1", "1.2.3.256", "1.2.3.4.5", "0x7f000001", "[::1", ":::", "a.1"})
    @DisplayName("H030 a number that is no address is not looked up")
    void aNumberThatIsNoAddressIsNotLookedUp(String host) {
        assertThatThrownBy(() -> Names.resolve(host))
                .isInstanceOf(UnknownHostException.class)
                .hasMessageContaining(host)
                .hasMessageContaining("is no address");
    }

    @Test
    void anUnknownNameHasNoAddress() {
        assertThatThrownBy(() -> Names.resolve("no-such-host.invalid")).isInstanceOf(UnknownHostException.class);
    }
}
