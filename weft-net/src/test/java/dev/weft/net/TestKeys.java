package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Keys with certificates that they signed themselves, as keytool makes them. */
final class TestKeys {
    static final char[] PASSWORD = "changeit".toCharArray();

    /** For localhost and 127.0.0.1. */
    final KeyStore server;

    /** For localhost and 127.0.0.1, until yesterday; signed by {@code authority}. */
    final KeyStore expired;

    final KeyStore authority;

    /** For other.test. */
    final KeyStore other;

    final KeyStore client;

    private final Path directory;

    TestKeys(Path directory) throws Exception {
        this.directory = directory;
        List<Process> running = new ArrayList<>();
        running.add(make("server", "SAN=dns:localhost,ip:127.0.0.1", "-1d"));
        running.add(make("authority", "bc:c", "-9d", "-validity", "100"));
        running.add(make("other", "SAN=dns:other.test", "-1d"));
        running.add(make("client", "SAN=dns:client.test", "-1d"));
        for (Process process : running) {
            awaitSuccess(process);
        }
        server = load("server");
        authority = load("authority");
        Files.copy(directory.resolve("authority.p12"), directory.resolve("expired.p12"));
        awaitSuccess(make("expired", "SAN=dns:localhost,ip:127.0.0.1", "-5d", "-signer", "authority"));
        expired = load("expired");
        expired.deleteEntry("authority");
        other = load("other");
        client = load("client");
    }

    private static void awaitSuccess(Process process) throws Exception {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
    }

    private Process make(String name, String names, String start, String... more) throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name,
                "-ext",
                names,
                "-startdate",
                start,
                "-validity",
                "4",
                "-storetype",
                "PKCS12",
                "-keystore",
                directory.resolve(name + ".p12").toString(),
                "-storepass",
                new String(PASSWORD)));
        command.addAll(List.of(more));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private KeyStore load(String name) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(directory.resolve(name + ".p12"))) {
            keys.load(in, PASSWORD);
        }
        return keys;
    }

    /** A store that trusts the certificate of another one. */
    static KeyStore trusting(KeyStore keys) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("it", keys.getCertificate(keys.aliases().nextElement()));
        return trusted;
    }

    Path certificateFile(KeyStore keys) throws Exception {
        return pem(
                "CERTIFICATE", keys.getCertificate(keys.aliases().nextElement()).getEncoded());
    }

    Path keyFile(KeyStore keys) throws Exception {
        return pem(
                "PRIVATE KEY",
                keys.getKey(keys.aliases().nextElement(), PASSWORD).getEncoded());
    }

    private Path pem(String kind, byte[] content) throws IOException {
        String text = "-----BEGIN " + kind + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content) + "\n-----END " + kind
                + "-----\n";
        return Files.writeString(Files.createTempFile(directory, "key", ".pem"), text);
    }
}
