package dev.weft.cluster.security;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;

/**
 * What a node shows to the others of its cluster, and by what it knows them; and where agents are. A directory of
 *
 * <pre>
 *   cluster.properties   role, addresses, password
 *   key.p12              its key, and a certificate that the cluster's authority has signed
 *   trust.p12            the certificate of that authority
 * </pre>
 *
 * <p>that only its user can read: whoever has it can run code on all machines of the cluster.
 *
 * @param role what it is for: {@code agent} or {@code driver}
 * @param addresses where agents are: names or addresses with a port each
 * @param keys the key store
 * @param trust the trust store
 * @param password that of both
 */
public record Credentials(String role, List<String> addresses, Path keys, Path trust, String password) {
    /** The role of a node that runs workers. */
    public static final String AGENT = "agent";

    /** The role of a program that has workers run. */
    public static final String DRIVER = "driver";

    /** The port of an agent where none is given. The one above it is used too. */
    public static final int PORT = 47500;

    static final String PROPERTIES = "cluster.properties";
    static final String KEYS = "key.p12";
    static final String TRUST = "trust.p12";
    private static final int HIGHEST_PORT = 65534;

    private static final Set<PosixFilePermission> OTHERS = EnumSet.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    /**
     * Reads the credentials in a directory.
     *
     * @param directory the directory
     * @return the credentials
     * @throws IOException if there are none, or others can read them; the message says what to do
     */
    public static Credentials read(Path directory) throws IOException {
        Path file = directory.resolve(PROPERTIES);
        if (!Files.isRegularFile(file)) {
            throw new IOException("expected the credentials of a cluster in " + directory + ", found no " + PROPERTIES
                    + (Files.isDirectory(directory.resolve(DRIVER))
                            ? ": there are some in " + directory.resolve(DRIVER) + " and " + directory.resolve(AGENT)
                            : ": weft cluster init makes them"));
        }
        for (String name : List.of(PROPERTIES, KEYS, TRUST)) {
            checkPrivate(directory.resolve(name));
        }
        var properties = new Properties();
        try (Reader in = Files.newBufferedReader(file)) {
            properties.load(in);
        }
        List<String> addresses = new ArrayList<>();
        for (String address : required(properties, "addresses", file).split(",", -1)) {
            addresses.add(checkedAddress(address.strip()));
        }
        return new Credentials(
                required(properties, "role", file),
                List.copyOf(addresses),
                directory.resolve(KEYS).toAbsolutePath(),
                directory.resolve(TRUST).toAbsolutePath(),
                required(properties, "password", file));
    }

    /**
     * Checks that credentials are for a role.
     *
     * @param expected the role
     * @return these
     * @throws IOException if they are for the other
     */
    public Credentials expect(String expected) throws IOException {
        if (!role.equals(expected)) {
            throw new IOException("expected the credentials of " + (expected.equals(AGENT) ? "an agent" : "a driver")
                    + " in " + keys.getParent() + ", found those of role '" + role + "': take the directory '"
                    + expected + "' beside it");
        }
        return this;
    }

    private static String required(Properties properties, String key, Path file) throws IOException {
        String value = properties.getProperty(key, "");
        if (value.isBlank()) {
            throw new IOException("expected a line '" + key + "=...' in " + file + ", found none");
        }
        return value;
    }

    private static void checkPrivate(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException("expected the credentials of a cluster in " + file.getParent() + ", found no "
                    + file.getFileName() + ": copy the whole directory that weft cluster init has made");
        }
        if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
            Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
            if (!Collections.disjoint(mode, OTHERS)) {
                throw new IOException("expected a file that only its user can read in " + file
                        + ", since whoever can read it can run code on the cluster, found the mode "
                        + PosixFilePermissions.toString(mode) + ": chmod 600 it");
            }
        }
    }

    /**
     * Completes the address of an agent.
     *
     * @param address a name or address, with or without a port
     * @return the same with a port
     * @throws IOException if it is none
     */
    public static String checkedAddress(String address) throws IOException {
        int colon = address.lastIndexOf(':');
        boolean named = colon > 0 && address.indexOf(':') == colon;
        String host = named ? address.substring(0, colon) : address;
        String port = named ? address.substring(colon + 1) : Integer.toString(PORT);
        boolean good = host.matches("[A-Za-z0-9._-]+") && port.matches("[0-9]{1,5}");
        if (!good || Integer.parseInt(port) < 1024 || Integer.parseInt(port) > HIGHEST_PORT) {
            throw new IOException("expected the address of an agent as HOST or HOST:PORT, with a port from 1024 to "
                    + HIGHEST_PORT + ", found '" + address + "'");
        }
        return host + ":" + port;
    }
}
