package dev.weft.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Task;
import dev.weft.TaskGroup;
import dev.weft.Weft;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
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
@Timeout(30)
class DatagramTest {
    @Parameter
    Platform platform;

    @BeforeEach
    void skipWhatThisSystemHasNotGot() {
        platform.assumeAvailable();
    }

    @Test
    void messagesArriveWithTheirSender() throws Exception {
        platform.run(() -> {
            try (var one = DatagramEndpoint.open(0);
                    var other = DatagramEndpoint.open(0)) {
                for (byte[] bytes : new byte[][] {"hello".getBytes(UTF_8), new byte[40_000]}) {
                    one.send(bytes, other.address());
                    var received = other.receive();
                    assertThat(received.bytes()).isEqualTo(bytes);
                    assertThat(received.sender()).isEqualTo(one.address());
                }
            }
        });
    }

    @Test
    @DisplayName("P167 a message to a port where nobody listens does not stop later ones from being received")
    void nobodyListens() throws Exception {
        platform.run(() -> {
            InetSocketAddress nobody;
            try (var gone = DatagramEndpoint.open(0)) {
                nobody = gone.address();
            }
            try (var one = DatagramEndpoint.open(0);
                    var other = DatagramEndpoint.open(0)) {
                one.send(new byte[] {1}, nobody);
                other.send(new byte[] {2}, one.address());
                assertThat(one.receive().bytes()).containsExactly(2);
            }
        });
    }

    @Test
    void aCancelledReceiveLosesNothing() throws Exception {
        platform.run(() -> {
            try (var one = DatagramEndpoint.open(0);
                    var group = TaskGroup.open()) {
                Task<?> task = group.spawnNow(() -> one.receive());
                task.cancel("enough");
                assertThatThrownBy(task::await).isInstanceOf(CancellationException.class);
                assertThat(Weft.moveOnAfter(Duration.ofMillis(10), one::receive))
                        .isEmpty();
                one.send(new byte[] {1}, one.address());
                assertThat(one.receive().bytes()).containsExactly(1);
            }
        });
    }

    @Test
    void moreThanAreKeptStayWithTheSystem() throws Exception {
        platform.run(() -> {
            try (var one = DatagramEndpoint.open(0);
                    var other = DatagramEndpoint.open(0)) {
                int number = DatagramEndpoint.MOST_WAITING + 40;
                for (int i = 0; i < number; i++) {
                    one.send(new byte[] {(byte) i}, other.address());
                }
                for (int i = 0; i < number; i++) {
                    assertThat(other.receive().bytes()).containsExactly(i);
                }
            }
        });
    }

    @Test
    void theEnd() throws Exception {
        platform.run(() -> {
            var one = DatagramEndpoint.open(0);
            try (var group = TaskGroup.open()) {
                group.spawnNow(() -> assertThatThrownBy(one::receive).isInstanceOf(SocketException.class));
                one.close();
                one.close();
                group.join();
            }
            assertThatThrownBy(() -> one.send(new byte[1], one.address())).isInstanceOf(SocketException.class);
        });
    }

    @Test
    void badArgumentsAreRefused() throws Exception {
        platform.run(() -> {
            try (var one = DatagramEndpoint.open(0)) {
                assertThatThrownBy(() -> one.send(new byte[0], one.address()))
                        .isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> one.send(new byte[70_000], one.address()))
                        .isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> one.send(new byte[1], InetSocketAddress.createUnresolved("x.test", 1)))
                        .isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> DatagramEndpoint.open(
                                InetAddress.getLoopbackAddress(), one.address().getPort()))
                        .isInstanceOf(BindException.class)
                        .hasMessageContaining("in use");
            }
        });
    }
}
