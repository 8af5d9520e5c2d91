package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class TransportTest {
    private String before;

    @BeforeEach
    void forgetChoice() {
        before = System.getProperty(Transport.PROPERTY);
        System.clearProperty(Transport.PROPERTY);
    }

    @AfterEach
    void restoreChoice() {
        if (before == null) {
            System.clearProperty(Transport.PROPERTY);
        } else {
            System.setProperty(Transport.PROPERTY, before);
        }
    }

    @Test
    void theFirstAvailableOneIsSelected() {
        Transport first = Arrays.stream(Transport.values())
                .filter(Transport::available)
                .findFirst()
                .orElseThrow();
        assertThat(Transport.selected()).isEqualTo(first);
    }

    @Test
    void thePropertySelectsAnother() {
        System.setProperty(Transport.PROPERTY, " NIO ");
        assertThat(Transport.selected()).isEqualTo(Transport.NIO);
    }

    @Test
    void anUnknownNameIsRefusedWithTheValidOnes() {
        System.setProperty(Transport.PROPERTY, "iocp");
        assertThatThrownBy(Transport::selected)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("-Dweft.transport must be one of epoll, io_uring, kqueue, nio, and was 'iocp'");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void oneThatTheSystemHasNotGotIsRefusedWithTheReasonAndTheRemedy() {
        System.setProperty(Transport.PROPERTY, "kqueue");
        assertThatThrownBy(Transport::selected)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith(
                        "-Dweft.transport=kqueue cannot be had: only macOS and the BSDs have kqueue; leave the property out to use ");
    }

    @Test
    void nioIsAlwaysAvailable() {
        assertThat(Transport.NIO.available()).isTrue();
        assertThat(Transport.NIO.unavailableBecause()).isNull();
    }

    @Test
    void whatIsUnavailableSaysWhyInOneLine() {
        for (Transport transport : Transport.values()) {
            if (!transport.available()) {
                assertThat(transport.unavailableBecause()).isNotBlank().doesNotContain("\n");
            }
        }
    }
}
