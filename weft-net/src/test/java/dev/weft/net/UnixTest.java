package dev.weft.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.BindException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
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
@Timeout(60)
@SuppressWarnings("try") // to close within the block is what some of these are about
class UnixTest {
    @TempDir
    Path directory;

    @Parameter
    Platform platform;

    @BeforeEach
    void skipWhatThisSystemHasNotGot() {
        platform.assumeAvailable();
    }

    private void talk(UnixListener listener, UnixAddress address) throws Exception {
        try (var client = UnixStream.connect(address);
                var server = listener.accept()) {
            client.write("hello");
            if (platform.transport() == Transport.NIO
                    || platform.transport() == Transport.IO_URING) { // where one direction cannot end alone
                assertThat(new String(server.readExactly(5), UTF_8)).isEqualTo("hello");
            } else {
                client.shutdownOutput();
                assertThat(new String(server.readAll(10), UTF_8)).isEqualTo("hello");
            }
            server.write("world");
            server.close();
            assertThat(new String(client.readAll(10), UTF_8)).isEqualTo("world");
            assertThat(client.remoteAddress()).isEqualTo(address);
            assertThat(server.localAddress()).isEqualTo(address);
        }
    }

    @Test
    void endsTalkOverASocketThatIsItsOwnersAlone() throws Exception {
        Path path = directory.resolve("s");
        platform.run(() -> {
            try (var listener = UnixListener.open(path)) {
                assertThat(listener.address().path()).isEqualTo(path);
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                        .isEqualTo("rw-------");
                assertThat(directory).isDirectoryNotContaining("glob:**/.*");
                talk(listener, listener.address());
            }
        });
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void aServerServesThem() throws Exception {
        Path path = directory.resolve("s");
        platform.run(() -> {
            try (var server = Server.serve(UnixListener.open(path), stream -> stream.write(stream.readLine()));
                    var stream = UnixStream.connect(path)) {
                stream.write("x\n");
                assertThat(new String(stream.readAll(10), UTF_8)).isEqualTo("x");
                assertThat(server.drain(Duration.ofSeconds(30))).isTrue();
            }
        });
    }

    @Test
    void abstractNamesNeedNoFile() throws Exception {
        assumeTrue(System.getProperty("os.name").equals("Linux"));
        UnixAddress address =
                UnixAddress.abstractName("weft-test-" + ProcessHandle.current().pid());
        platform.run(() -> {
            if (platform.transport() == Transport.NIO) {
                assertThatThrownBy(() -> UnixListener.open(address))
                        .isInstanceOf(UnsupportedOperationException.class)
                        .hasMessageContaining("native transport");
                return;
            }
            try (var listener = UnixListener.open(address)) {
                talk(listener, address);
            }
        });
    }

    @Test
    @DisplayName("P201 a socket that was left behind is replaced")
    void aStaleSocketIsReplaced() throws Exception {
        Path path = directory.resolve("s");
        try (var left = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            left.bind(UnixDomainSocketAddress.of(path));
        }
        assertThat(path).exists();
        platform.run(() -> {
            try (var listener = UnixListener.open(path)) {
                talk(listener, listener.address());
            }
        });
    }

    @Test
    @DisplayName("P202 a file that is no socket is an address in use, as is a socket where somebody listens")
    void whatIsInUseIsLeftAlone() throws Exception {
        Path file = Files.writeString(directory.resolve("f"), "precious");
        Path path = directory.resolve("s");
        platform.run(() -> {
            assertThatThrownBy(() -> UnixListener.open(file))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("in use");
            try (var listener = UnixListener.open(path)) {
                assertThatThrownBy(() -> UnixListener.open(path))
                        .isInstanceOf(BindException.class)
                        .hasMessageContaining("somebody listens");
                listener.accept().abort(); // who asked
                talk(listener, listener.address());
            }
        });
        assertThat(file).hasContent("precious");
    }

    @Test
    @DisplayName("P195 a socket file that somebody else has put there meanwhile is left alone")
    void aReplacedSocketFileIsLeftAlone() throws Exception {
        Path path = directory.resolve("s");
        platform.run(() -> {
            var listener = UnixListener.open(path);
            Files.move(path, directory.resolve("old"));
            try (var other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                other.bind(UnixDomainSocketAddress.of(path));
                listener.close();
                assertThat(path).exists();
            }
        });
    }

    @Test
    void nobodyThereSaysWhere() throws Exception {
        platform.run(() -> assertThatThrownBy(() -> UnixStream.connect(directory.resolve("none")))
                .isInstanceOf(ConnectException.class)
                .hasMessageContaining("none"));
    }
}
