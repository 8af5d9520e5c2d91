package dev.weft.cluster.security;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Makes the keys and certificates of a cluster: an authority of its own, which signs nothing else, and a certificate
 * for agents and one for drivers.
 *
 * <p>Keys are on the curve P-256 and are made by the JDK's {@code keytool}, since the JDK has no public way to sign a
 * certificate. Passwords go through the environment, where no list of processes shows them.
 */
public final class Authority {
    private static final int PASSWORD = 24;
    private static final String DAYS = "3650";
    private static final int PATIENCE_SECONDS = 60;
    private static final String VARIABLE = "WEFT_CLUSTER_PASSWORD";

    private Authority() {}

    /**
     * Makes the credentials of a new cluster, in {@code authority}, {@code agent} and {@code driver} below a directory.
     *
     * @param directory the directory; made if need be
     * @param addresses where agents will be: names or addresses, with a port where it is not {@value Credentials#PORT}
     * @throws IOException if an address is none, there are credentials already, or the files cannot be made
     */
    public static void init(Path directory, List<String> addresses) throws IOException {
        List<String> checked = new ArrayList<>();
        for (String address : addresses) {
            checked.add(Credentials.checkedAddress(address));
        }
        Files.createDirectories(directory);
        Path authority = directory.resolve("authority");
        for (Path made :
                List.of(authority, directory.resolve(Credentials.AGENT), directory.resolve(Credentials.DRIVER))) {
            try {
                Files.createDirectory(made, only("rwx------"));
            } catch (FileAlreadyExistsException e) {
                throw new IOException("expected a directory without a cluster in " + directory + ", found "
                        + made.getFileName() + " there: take another, or remove it");
            }
        }
        String password = password();
        Path store = authority.resolve("authority.p12");
        write(authority.resolve("password"), password);
        keytool(
                store,
                password,
                "ca",
                "CN=Weft cluster authority",
                "-ext",
                "bc:c=ca:true,pathlen:0",
                "-ext",
                "ku:c=keyCertSign");
        for (String role : List.of(Credentials.AGENT, Credentials.DRIVER)) {
            keytool(
                    store,
                    password,
                    role,
                    "CN=Weft " + role + ",OU=" + role,
                    "-signer",
                    "ca",
                    "-ext",
                    "ku:c=digitalSignature",
                    "-ext",
                    "eku=serverAuth,clientAuth");
        }
        restrict(store);
        try {
            divide(directory, store, password, checked);
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot write the credentials: " + e.getMessage(), e);
        }
    }

    private static void divide(Path directory, Path store, String password, List<String> addresses)
            throws IOException, GeneralSecurityException {
        KeyStore all = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            all.load(in, password.toCharArray());
        }
        Certificate ca = all.getCertificate("ca");
        for (String role : List.of(Credentials.AGENT, Credentials.DRIVER)) {
            Path place = directory.resolve(role);
            char[] own = password().toCharArray();
            Key key = all.getKey(role, password.toCharArray());
            Certificate[] chain = {all.getCertificate(role), ca};
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(null, null);
            keys.setKeyEntry(role, key, own, chain);
            store(keys, place.resolve(Credentials.KEYS), own);
            KeyStore trust = KeyStore.getInstance("PKCS12");
            trust.load(null, null);
            trust.setCertificateEntry("ca", ca);
            store(trust, place.resolve(Credentials.TRUST), own);
            write(place.resolve(Credentials.PROPERTIES), """
                    # Whoever can read this directory can run code on all machines of the cluster.
                    role=%s
                    # Where agents are. The port above each is used too.
                    addresses=%s
                    password=%s
                    """.formatted(
                            role, String.join(",", addresses), new String(own)));
        }
    }

    private static void store(KeyStore keys, Path file, char[] password) throws IOException, GeneralSecurityException {
        Files.createFile(file, only("rw-------"));
        try (OutputStream out = Files.newOutputStream(file)) {
            keys.store(out, password);
        }
    }

    private static void write(Path file, String text) throws IOException {
        Files.createFile(file, only("rw-------"));
        Files.writeString(file, text, StandardOpenOption.WRITE);
    }

    private static String password() {
        byte[] random = new byte[PASSWORD];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    private static boolean isPosix(Path directory) {
        return directory.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private static FileAttribute<?>[] only(String mode) {
        return isPosix(Path.of(""))
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))}
                : new FileAttribute<?>[0];
    }

    private static void restrict(Path file) throws IOException {
        if (isPosix(file)) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        }
    }

    private static void keytool(Path store, String password, String alias, String name, String... more)
            throws IOException {
        String program = File.separatorChar == '\\' ? "keytool.exe" : "keytool";
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", program).toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-validity",
                DAYS,
                "-alias",
                alias,
                "-dname",
                name,
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass:env",
                VARIABLE));
        command.addAll(List.of(more));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put(VARIABLE, password);
        Process process = builder.start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("keytool has not made a key within " + PATIENCE_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while keys were made", e);
        }
        if (process.exitValue() != 0) {
            throw new IOException("keytool could not make a key: " + said.strip());
        }
    }
}
