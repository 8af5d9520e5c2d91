package dev.weft.cluster.gateway;

import dev.weft.cluster.wire.ManifestBody;
import dev.weft.cluster.wire.ManifestBody.Item;
import dev.weft.cluster.wire.ManifestBody.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * What a driver's workers need, ready to be sent: each file by the SHA-256 of its content, and each directory as a
 * jar whose bytes depend on nothing but its files. Immutable.
 */
final class Wares {
    private static final LocalDateTime ALWAYS = LocalDateTime.of(1980, 1, 1, 0, 0);
    private static final int MOST_AT_ONCE = 1 << 20;

    private final ManifestBody manifest;
    private final Map<String, Path> files;

    private Wares(ManifestBody manifest, Map<String, Path> files) {
        this.manifest = manifest;
        this.files = files;
    }

    /**
     * Reads all files.
     *
     * @param asked what the driver has said
     * @param directory where jars of directories are put
     * @throws IOException if a file cannot be read
     */
    static Wares prepare(ManifestBody asked, Path directory) throws IOException {
        Map<String, Path> files = new HashMap<>();
        List<Item> entries = new ArrayList<>();
        int number = 0;
        for (Item entry : asked.entries()) {
            Path file = Path.of(entry.place());
            String name = entry.name();
            if (Files.isDirectory(file)) {
                Path jar = directory.resolve("z" + ++number + ".jar");
                pack(file, jar);
                file = jar;
                name = entry.kind() == Kind.FILE ? name : name + ".jar";
            }
            String hash = hash(file);
            files.putIfAbsent(hash, file);
            entries.add(new Item(entry.kind(), name, hash, Files.size(file)));
        }
        return new Wares(new ManifestBody(asked.feature(), asked.addModules(), entries), files);
    }

    ManifestBody manifest() {
        return manifest;
    }

    /**
     * Reads a part of a file.
     *
     * @throws IOException if there is no such file in the manifest, or it cannot be read
     */
    byte[] read(String hash, long offset, int length) throws IOException {
        Path file = files.get(hash);
        if (file == null || offset < 0 || length < 0 || length > MOST_AT_ONCE) {
            throw new IOException("an agent has asked for " + length + " bytes of " + hash + " from " + offset
                    + " on, which it was not offered");
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer bytes = ByteBuffer.allocate(Math.clamp(channel.size() - offset, 0, length));
            while (bytes.hasRemaining() && channel.read(bytes, offset + bytes.position()) >= 0) {
                // until it is full
            }
            byte[] read = new byte[bytes.position()];
            bytes.get(0, read);
            return read;
        }
    }

    private static void pack(Path directory, Path jar) throws IOException {
        List<Path> all;
        try (Stream<Path> walk = Files.walk(directory)) {
            all = walk.filter(Files::isRegularFile)
                    .sorted(Comparator.comparing(file -> name(directory, file)))
                    .toList();
        }
        try (OutputStream out = Files.newOutputStream(jar);
                var zip = new ZipOutputStream(out)) {
            for (Path file : all) {
                var entry = new ZipEntry(name(directory, file));
                entry.setTimeLocal(ALWAYS);
                zip.putNextEntry(entry);
                Files.copy(file, zip);
                zip.closeEntry();
            }
        }
    }

    private static String name(Path directory, Path file) {
        return directory.relativize(file).toString().replace('\\', '/');
    }

    private static String hash(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] piece = new byte[1 << 16];
            for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                digest.update(piece, 0, read);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
