package dev.weft.http.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.http.Keys;
import dev.weft.http.Platform;
import dev.weft.http.client.RequestException.Phase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Platform.class)
@Timeout(60)
class ClientTlsTest {
    @TempDir
    static Path directory;

    /** Knows a key for the host 127.0.0.1, and trusts it. */
    private static SSLContext trusting;

    @Parameter
    Platform platform;

    private SSLServerSocket listening;

    @BeforeAll
    static void makeKey() throws Exception {
        if (trusting == null) {
            trusting = Keys.make(directory).context();
        }
    }

    @BeforeEach
    void serve() throws Exception {
        platform.assumeAvailable();
        listening = (SSLServerSocket) trusting.getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
        SSLServerSocket socket = listening;
        Thread.ofPlatform().daemon().start(() -> {
            while (!socket.isClosed()) {
                try {
                    Socket connection = socket.accept();
                    Thread.ofPlatform().daemon().start(() -> answer(connection));
                } catch (IOException e) {
                    // the end
                }
            }
        });
    }

    private static void answer(Socket connection) {
        try (connection) {
            answerAll(connection);
        } catch (IOException e) {
            // a client that did not trust us
        }
    }

    private static void answerAll(Socket connection) throws IOException {
        var header = new StringBuilder();
        for (int c = connection.getInputStream().read();
                c >= 0;
                c = connection.getInputStream().read()) {
            header.append((char) c);
            if (header.toString().endsWith("\r\n\r\n")) {
                connection
                        .getOutputStream()
                        .write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret"
                                .getBytes(StandardCharsets.US_ASCII));
                header.setLength(0);
            }
        }
    }

    @AfterEach
    void stopServing() throws Exception {
        if (listening != null) {
            listening.close();
        }
    }

    private String url(String host) {
        return "https://" + host + ":" + listening.getLocalPort() + "/";
    }

    @Test
    void aServerThatIsTrustedIsFetchedFromOverOneConnection() throws Exception {
        platform.run(() -> {
            try (var session = ClientSession.builder().tls(trusting).open()) {
                for (int i = 0; i < 5; i++) {
                    assertThat(session.get(url("127.0.0.1")).text()).isEqualTo("secret");
                }
                assertThat(session.connections().opened()).isEqualTo(1);
            }
        });
    }

    @Test
    void aServerThatNobodyVouchesForIsRefused() throws Exception {
        platform.run(() -> {
            try (var session = ClientSession.open()) {
                assertThatThrownBy(() -> session.get(url("127.0.0.1")))
                        .isInstanceOfSatisfying(RequestException.class, e -> {
                            assertThat(e.phase()).isEqualTo(Phase.TLS);
                            assertThat(e)
                                    .hasMessageContaining("encryption cannot be set up")
                                    .hasMessageContaining("path");
                        });
                assertThat(session.connections().open()).isZero();
            }
        });
    }

    @Test
    void aServerWithAnotherNameThanWasAskedForIsRefused() throws Exception {
        platform.run(() -> {
            try (var session = ClientSession.builder().tls(trusting).open()) {
                assertThatThrownBy(() -> session.get(url("localhost")))
                        .isInstanceOfSatisfying(RequestException.class, e -> {
                            assertThat(e.phase()).isEqualTo(Phase.TLS);
                            assertThat(e).hasMessageContaining("localhost");
                        });
                assertThat(session.connections().open()).isZero();
            }
        });
    }

    @Test
    @DisplayName("H004 a connection that was verified for one name is not used for another one")
    void aConnectionThatWasVerifiedForOneNameIsNotUsedForAnotherOne() throws Exception {
        platform.run(() -> {
            try (var session = ClientSession.builder().tls(trusting).open()) {
                assertThat(session.get(url("127.0.0.1")).text()).isEqualTo("secret");
                assertThat(session.connections().idle()).isEqualTo(1);
                assertThatThrownBy(() -> session.get(url("localhost"))) // leads to the same socket
                        .isInstanceOf(RequestException.NotSecure.class);
                assertThat(session.connections().opened()).isEqualTo(1);
                assertThat(session.connections().idle()).isEqualTo(1);
            }
        });
    }
}
