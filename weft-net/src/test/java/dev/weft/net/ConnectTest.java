package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.net.netty.BlackHole;
import dev.weft.net.netty.NettyIo;
import java.lang.management.ManagementFactory;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Platform.class)
@ExtendWith(LeakCheck.class)
@Timeout(60)
class ConnectTest {
    @Parameter
    Platform platform;

    @BeforeEach
    void skipWhatThisSystemHasNotGot() {
        platform.assumeAvailable();
    }

    private static InetAddress address(String text) {
        return InetAddress.ofLiteral(text);
    }

    private static long openDescriptors() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? system.getOpenFileDescriptorCount()
                : 0;
    }

    private static int freePort() throws Exception {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Test
    void theNextAddressIsTriedAtOnceWhereOneRefuses() throws Exception {
        platform.run(() -> {
            try (var listener = TcpListener.open(0);
                    var stream = TcpStream.to("several.test", listener.port())
                            .resolver(host -> List.of(address("127.0.0.9"), address("127.0.0.1")))
                            .attemptDelay(Duration.ofHours(1))
                            .connect()) {
                assertThat(stream.remoteAddress()).isEqualTo(listener.address());
            }
        });
    }

    @Test
    void theNextAddressIsTriedAfterTheDelayWhereOneDoesNotAnswer() throws Exception {
        try (var hole = new BlackHole()) {
            platform.run(() -> {
                try (var listener = TcpListener.at(
                                        address("127.0.0.2"), hole.address().getPort())
                                .open();
                        var stream = TcpStream.to("several.test", listener.port())
                                .resolver(host -> List.of(hole.address().getAddress(), address("127.0.0.2")))
                                .attemptDelay(Duration.ofMillis(20))
                                .connect()) {
                    assertThat(stream.remoteAddress()).isEqualTo(listener.address());
                }
            });
        }
    }

    @Test
    @DisplayName("P159 if no address can be connected, one failure names all and has each as a suppressed one")
    void allAttemptsAreInTheFailure() throws Exception {
        int port = freePort();
        platform.run(() -> {
            var failure = catchThrowableOfType(
                    ConnectException.class,
                    () -> TcpStream.to("several.test", port)
                            .resolver(host -> List.of(address("127.0.0.1"), address("127.0.0.2")))
                            .connect());
            assertThat(failure)
                    .hasMessageContaining("several.test:" + port)
                    .hasMessageContaining("127.0.0.1:" + port)
                    .hasMessageContaining("127.0.0.2:" + port);
            assertThat(failure.getSuppressed()).hasSize(2);
        });
    }

    @Test
    @DisplayName("P160 a connect whose time is over leaves no socket")
    void noAnswer() throws Exception {
        try (var hole = new BlackHole()) {
            platform.run(() -> {
                NettyIo.current();
                long before = openDescriptors();
                assertThatThrownBy(
                                () -> TcpStream.to("127.0.0.1", hole.address().getPort())
                                        .connectTimeout(Duration.ofMillis(50))
                                        .connect())
                        .isInstanceOf(SocketTimeoutException.class)
                        .hasMessageContaining("no answer within 50 ms");
                assertThat(Weft.moveOnAfter(
                                Duration.ofMillis(20),
                                () -> TcpStream.connect(
                                        "127.0.0.1", hole.address().getPort())))
                        .isEmpty();
                assertThat(openDescriptors()).isEqualTo(before);
            });
        }
    }

    @Test
    void aNameWithoutAnAddressAndASlowResolverSayWhich() throws Exception {
        platform.run(() -> {
            assertThatThrownBy(() -> TcpStream.to("nowhere.test", 1)
                            .resolver(host -> List.of())
                            .connect())
                    .isInstanceOf(UnknownHostException.class)
                    .hasMessageContaining("nowhere.test");
            assertThatThrownBy(() -> TcpStream.to("slow.test", 1)
                            .resolver(host -> {
                                Weft.sleep(Duration.ofHours(1));
                                return List.of();
                            })
                            .resolveTimeout(Duration.ofMillis(20))
                            .connect())
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining("looking up 'slow.test' took longer than 20 ms");
        });
    }

    @Test
    void optionsAndTheLocalAddressAreThoseAskedFor() throws Exception {
        platform.run(() -> {
            try (var listener = TcpListener.at(address("127.0.0.1"), 0)
                            .backlog(5)
                            .keepAlive(true)
                            .noDelay(false)
                            .open();
                    var stream = TcpStream.to("127.0.0.1", listener.port())
                            .localAddress(new InetSocketAddress("127.0.0.3", 0))
                            .keepAlive(true)
                            .noDelay(false)
                            .bufferSizes(10_000, 10_000)
                            .connect();
                    var accepted = listener.accept()) {
                assertThat(accepted.remoteAddress().getAddress()).isEqualTo(address("127.0.0.3"));
                stream.write("x");
                assertThat(accepted.readExactly(1)).hasSize(1);
            }
        });
    }

    @Test
    void localhostIsConnectedByName() throws Exception {
        platform.run(() -> {
            try (var listener = TcpListener.open(0);
                    var stream = TcpStream.connect("localhost", listener.port());
                    var group = TaskGroup.open()) {
                group.spawn(() -> {
                    try (var accepted = listener.accept()) {
                        accepted.write("x");
                    }
                });
                assertThat(stream.readAll(10)).hasSize(1);
                group.join();
            }
        });
    }

    @Test
    void familiesTakeTurns() {
        List<InetAddress> mixed = dev.weft.net.netty.Staggered.interleaved(
                List.of(address("1.1.1.1"), address("1.1.1.2"), address("1.1.1.3"), address("::1"), address("::2")));
        assertThat(mixed)
                .containsExactly(
                        address("1.1.1.1"), address("::1"), address("1.1.1.2"), address("::2"), address("1.1.1.3"));
    }
}
