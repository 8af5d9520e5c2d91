package dev.weft.cluster.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CredentialsTest {
    private Path cluster;

    @BeforeAll
    void init(@TempDir Path directory) throws IOException {
        cluster = directory.resolve("cluster");
        Authority.init(cluster, List.of("blue", "red:5000"));
    }

    @Test
    @DisplayName("credentials of both roles are made, for their user only")
    void makes() throws IOException {
        Credentials agent = Credentials.read(cluster.resolve("agent")).expect(Credentials.AGENT);
        assertThat(agent.addresses()).containsExactly("blue:47500", "red:5000");
        Credentials driver = Credentials.read(cluster.resolve("driver")).expect(Credentials.DRIVER);
        assertThat(driver.password()).isNotEqualTo(agent.password());
        try (Stream<Path> all = Files.walk(cluster)) {
            for (Path file : all.filter(path -> !path.equals(cluster)).toList()) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .as("%s", file)
                        .matches("rw.------");
            }
        }
    }

    @Test
    @DisplayName(
            "credentials of the other role, in the directory above, or that others can read are refused with what to do")
    void refuses() throws IOException {
        assertThatThrownBy(() -> Credentials.read(cluster.resolve("agent")).expect(Credentials.DRIVER))
                .hasMessageContaining("expected the credentials of a driver")
                .hasMessageContaining("take the directory 'driver'");
        assertThatThrownBy(() -> Credentials.read(cluster)).hasMessageContaining("there are some in " + cluster);
        assertThatThrownBy(() -> Credentials.read(cluster.resolve("nowhere")))
                .hasMessageContaining("weft cluster init");

        Path key = cluster.resolve("driver/key.p12");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(() -> Credentials.read(cluster.resolve("driver")))
                .hasMessageContaining("found the mode rw-r-----: chmod 600 it");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    @DisplayName("a cluster is not made over another, nor for addresses that are none")
    void keepsWhatIsThere(@TempDir Path other) {
        assertThatThrownBy(() -> Authority.init(cluster, List.of("blue")))
                .hasMessageContaining("expected a directory without a cluster");
        for (String address : List.of("", "blue:80", "blue:x", "a b", "[::1]:47500", "blue:65535")) {
            assertThatThrownBy(() -> Authority.init(other, List.of(address)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("expected the address of an agent");
        }
        assertThat(other).isEmptyDirectory();
    }
}
