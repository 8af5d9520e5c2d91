package dev.weft.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weft.CancelScope;
import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.net.TlsException.Problem;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Platform.class)
@ExtendWith(LeakCheck.class)
@Timeout(30)
@SuppressWarnings("try") // to close within the block is what some of these are about
class TlsTest {
    @TempDir
    static Path directory;

    private static TestKeys keys;

    @Parameter
    Platform platform;

    @BeforeAll
    static void makeKeys() throws Exception {
        if (keys == null) {
            keys = new TestKeys(directory);
        }
    }

    @BeforeEach
    void skipWhatThisSystemHasNotGot() {
        platform.assumeAvailable();
    }

    private void talk(Talk talk) throws Exception {
        Talk.on(platform, talk);
    }

    private static Tls server() {
        return Tls.server(keys.server, TestKeys.PASSWORD).build();
    }

    private static Tls client() throws Exception {
        return Tls.client().trust(TestKeys.trusting(keys.server)).build();
    }

    private static void secure(SocketStream client, SocketStream server) throws Exception {
        secure(client, client(), server, server());
    }

    private static void secure(SocketStream client, Tls clients, SocketStream server, Tls servers) throws Exception {
        try (var group = TaskGroup.open()) {
            group.spawn(() -> server.startTls(servers));
            client.startTls(clients, "localhost");
            group.join();
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, UTF_8);
    }

    @Test
    @DisplayName("P180 an established connection is upgraded to TLS in place on both sides")
    void anUpgradeInPlace() throws Exception {
        talk((client, server) -> {
            client.write("STARTTLS\n");
            assertThat(server.readLine()).isEqualTo("STARTTLS");
            server.write("go\n");
            assertThat(client.readLine()).isEqualTo("go");
            assertThat(client.isSecure()).isFalse();
            assertThat(client.tlsSession()).isNull();
            secure(client, server);
            assertThat(client.isSecure()).isTrue();
            assertThat(client.tlsSession().getProtocol()).isEqualTo("TLSv1.3");
            assertThat(client.applicationProtocol()).isNull();
            client.write("secret");
            assertThat(text(server.readExactly(6))).isEqualTo("secret");
            server.write("answer");
            server.close();
            assertThat(text(client.readAll(100))).isEqualTo("answer");
        });
    }

    @Test
    void whatArrivedBeforeTheUpgradeBelongsToTheHandshake() throws Exception {
        talk((client, server) -> {
            try (var group = TaskGroup.open()) {
                group.spawn(() -> {
                    client.write("go\n");
                    client.startTls(client(), "localhost"); // at once, before the server has read
                    client.write("secret");
                });
                while (server.wire.input.size() < 20) {
                    Weft.sleep(Duration.ofMillis(1));
                }
                assertThat(server.readLine()).isEqualTo("go");
                server.startTls(server());
                assertThat(text(server.readExactly(6))).isEqualTo("secret");
                group.join();
            }
        });
    }

    @Test
    void muchGoesThroughUnchangedAndFilesToo() throws Exception {
        byte[] much = new byte[2_000_000];
        new Random(1).nextBytes(much);
        Path file = Files.write(directory.resolve(platform + ".bin"), much);
        talk((client, server) -> {
            secure(client, server);
            try (var group = TaskGroup.open()) {
                group.spawn(() -> {
                    client.write(much);
                    assertThat(client.sendFile(file)).isEqualTo(much.length);
                    client.close();
                });
                assertThat(server.readExactly(much.length)).isEqualTo(much);
                assertThat(server.readAll(much.length)).isEqualTo(much);
                group.join();
            }
        });
    }

    @Test
    void tlsInsideTls() throws Exception {
        talk((client, server) -> {
            secure(client, server);
            client.write("outer\n");
            assertThat(server.readLine()).isEqualTo("outer");
            secure(client, server);
            client.write("inner\n");
            assertThat(server.readLine()).isEqualTo("inner");
            server.write("back");
            server.close();
            assertThat(text(client.readAll(10))).isEqualTo("back");
        });
    }

    @Test
    void keysComeFromFilesAndProtocolsAreAgreedOn() throws Exception {
        talk((client, server) -> {
            Path certificate = keys.certificateFile(keys.server);
            secure(
                    client,
                    Tls.client()
                            .trust(certificate)
                            .applicationProtocols("h2", "http/1.1")
                            .build(),
                    server,
                    Tls.server(certificate, keys.keyFile(keys.server))
                            .applicationProtocols("http/1.1")
                            .build());
            assertThat(client.applicationProtocol()).isEqualTo("http/1.1");
            assertThat(server.applicationProtocol()).isEqualTo("http/1.1");
        });
    }

    @Test
    void clientsShowTheirCertificates() throws Exception {
        talk((client, server) -> {
            secure(
                    client,
                    Tls.client()
                            .trust(TestKeys.trusting(keys.server))
                            .key(keys.client, TestKeys.PASSWORD)
                            .build(),
                    server,
                    Tls.server(keys.server, TestKeys.PASSWORD)
                            .trust(TestKeys.trusting(keys.client))
                            .askForCertificate(true)
                            .build());
            assertThat(server.tlsSession().getPeerPrincipal().getName()).isEqualTo("CN=client");
        });
    }

    @Test
    void aClientWithoutACertificateIsToldThatOneIsWanted() throws Exception {
        talk((client, server) -> {
            try (var group = TaskGroup.open()) {
                group.spawn(() -> assertThatThrownBy(() -> server.startTls(Tls.server(keys.server, TestKeys.PASSWORD)
                                .trust(TestKeys.trusting(keys.client))
                                .askForCertificate(true)
                                .build()))
                        .isInstanceOf(TlsException.class));
                assertThatThrownBy(() -> {
                            client.startTls(client(), "localhost"); // in TLS 1.3 the refusal comes after it
                            client.read(1);
                        })
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("certificate_required");
                group.join();
            }
        });
    }

    private void refused(Tls.Builder client, KeyStore server, String host, Problem problem, String... words)
            throws Exception {
        talk((clientEnd, serverEnd) -> {
            try (var group = TaskGroup.open()) {
                group.spawn(() -> {
                    try {
                        serverEnd.startTls(Tls.server(server, TestKeys.PASSWORD).build());
                        serverEnd.read(1);
                    } catch (IOException e) {
                        // It is told too.
                    }
                });
                var failure = catchThrowableOfType(TlsException.class, () -> clientEnd.startTls(client.build(), host));
                assertThat(failure).hasMessageContainingAll(words).hasMessageContaining("'" + host + "'");
                assertThat(failure.problem()).isEqualTo(problem);
                assertThat(clientEnd.isClosed()).isTrue();
                group.join();
            }
        });
    }

    @Test
    void whomNobodyKnowsIsNotTrusted() throws Exception {
        refused(Tls.client(), keys.server, "localhost", Problem.UNTRUSTED, "CN=server", "trust(...)");
    }

    @Test
    void anExpiredCertificateSaysSinceWhen() throws Exception {
        refused(
                Tls.client().trust(TestKeys.trusting(keys.authority)),
                keys.expired,
                "localhost",
                Problem.EXPIRED,
                "CN=expired",
                "valid from");
    }

    @Test
    void aCertificateForAnotherHostSaysForWhich() throws Exception {
        refused(
                Tls.client().trust(TestKeys.trusting(keys.other)),
                keys.other,
                "localhost",
                Problem.WRONG_HOST,
                "other.test");
    }

    @Test
    void anAddressIsVerifiedToo() throws Exception {
        talk((client, server) -> {
            try (var group = TaskGroup.open()) {
                group.spawn(() -> server.startTls(server()));
                client.startTls(client(), "127.0.0.1");
                group.join();
            }
        });
    }

    @Test
    void whatIsNoTlsIsCalledSo() throws Exception {
        talk((client, server) -> {
            server.write("HTTP/1.1 400 Bad Request\r\n\r\n");
            var failure = catchThrowableOfType(TlsException.class, () -> client.startTls(client(), "localhost"));
            assertThat(failure.problem()).isEqualTo(Problem.NOT_TLS);
        });
        talk((client, server) -> {
            server.close();
            var failure = catchThrowableOfType(TlsException.class, () -> client.startTls(client(), "localhost"));
            assertThat(failure.problem()).isEqualTo(Problem.CUT_OFF);
        });
    }

    @Test
    @DisplayName("P197 to give up during the handshake aborts the connection and says nothing to anybody else")
    void givingUp() throws Exception {
        talk((client, server) -> {
            Tls hasty = Tls.client().handshakeTimeout(Duration.ofMillis(50)).build();
            var failure = catchThrowableOfType(TlsException.class, () -> client.startTls(hasty, "localhost"));
            assertThat(failure.problem()).isEqualTo(Problem.TIMED_OUT);
            assertThat(client.isClosed()).isTrue();
            assertThatThrownBy(() -> server.readAll(100_000)).isInstanceOf(SocketException.class);
        });
        talk((client, server) -> {
            var scope = CancelScope.create().expireAfter(Duration.ofMillis(50));
            assertThat(scope.run(() -> client.startTls(client(), "localhost"))).isFalse();
            assertThat(client.isClosed()).isTrue();
        });
    }

    @Test
    void anEndWithoutGoodByeIsNoEnd() throws Exception {
        talk((client, server) -> {
            secure(client, server);
            server.write("all?");
            server.flush();
            server.io
                    .eventLoop()
                    .execute(() -> server.channel.pipeline().firstContext().close()); // below TLS
            assertThat(text(client.readExactly(4))).isEqualTo("all?");
            assertThatThrownBy(() -> client.read(1))
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("close_notify");
        });
    }

    @Test
    void oneDirectionCannotEndAlone() throws Exception {
        talk((client, server) -> {
            secure(client, server);
            assertThatThrownBy(client::shutdownOutput).isInstanceOf(UnsupportedOperationException.class);
        });
    }

    @Test
    void wrongUseSaysWhatToDo() throws Exception {
        talk((client, server) -> {
            assertThatThrownBy(() -> client.startTls(server(), "localhost"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("Tls.client()");
            assertThatThrownBy(() -> server.startTls(client())).isInstanceOf(IllegalArgumentException.class);
            Path missing = directory.resolve("missing.pem");
            assertThatThrownBy(() -> client.startTls(Tls.client().trust(missing).build(), "localhost"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("missing.pem");
            Path certificate = keys.certificateFile(keys.server);
            assertThatThrownBy(() ->
                            server.startTls(Tls.server(certificate, certificate).build()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("PKCS #8");
            try (var group = TaskGroup.open()) {
                group.spawnNow(() -> client.read(1));
                assertThatThrownBy(() -> client.startTls(client(), "localhost"))
                        .isInstanceOf(IllegalStateException.class);
                group.cancel("done");
            }
        });
    }
}
