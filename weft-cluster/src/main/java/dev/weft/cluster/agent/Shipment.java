package dev.weft.cluster.agent;

import dev.weft.cluster.wire.ManifestBody;
import dev.weft.cluster.wire.Message;
import dev.weft.cluster.wire.Relay;
import java.io.DataInputStream;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * What one driver's workers need, on its way: finds in the store what is there, asks the driver for the rest, a few
 * parts ahead, and lays it out under its own names in the
 * directory of the driver.
 *
 * <p>{@link #lay} is called by one thread; {@link #arrived} by that of the engine.
 */
final class Shipment {
    private static final int PIECE = 512 << 10;
    private static final int AHEAD = 4;
    private static final int HASH = 64;
    private static final long PATIENCE_SECONDS = 60;

    private final BlobStore store;
    private final Relay.Peer driver;
    private final LinkedBlockingQueue<Message> parts = new LinkedBlockingQueue<>();

    Shipment(BlobStore store, Relay.Peer driver) {
        this.store = store;
        this.driver = driver;
    }

    /** A part of a file has come. */
    void arrived(Message part) {
        parts.add(part);
    }

    /**
     * Lays out what workers need.
     *
     * @param directory where; made
     * @return the arguments that tell a JVM where its classes are
     * @throws IOException if something does not come, or not as it should
     */
    List<String> lay(ManifestBody manifest, Path directory) throws IOException, InterruptedException {
        Path files = Files.createDirectories(directory.resolve("files"));
        List<String> classes = new ArrayList<>();
        List<String> modules = new ArrayList<>();
        int number = 0;
        for (ManifestBody.Item entry : manifest.entries()) {
            if (entry.name().contains("/")
                    || entry.name().contains(File.separator)
                    || entry.name().startsWith("..")) {
                throw new IOException("expected the name of a file, found '" + entry.name() + "'");
            }
            Path blob = find(entry);
            // Under its own name, which that of a module may depend on; each in a directory of its own.
            Path parent = entry.kind() == ManifestBody.Kind.FILE
                    ? files
                    : Files.createDirectory(directory.resolve("c" + ++number));
            Path link = parent.resolve(entry.name());
            Files.createSymbolicLink(link, blob);
            switch (entry.kind()) {
                case CLASSES -> classes.add(link.toString());
                case MODULES -> modules.add(link.toString());
                case FILE -> {}
            }
        }
        List<String> arguments = new ArrayList<>(List.of("-Dweft.cluster.files=" + files));
        if (!modules.isEmpty()) {
            arguments.addAll(List.of("--module-path", String.join(File.pathSeparator, modules)));
            if (!manifest.addModules().isEmpty()) {
                arguments.addAll(List.of("--add-modules", manifest.addModules()));
            }
        }
        if (!classes.isEmpty()) {
            arguments.addAll(List.of("--class-path", String.join(File.pathSeparator, classes)));
        }
        return arguments;
    }

    private Path find(ManifestBody.Item entry) throws IOException, InterruptedException {
        var found = store.find(entry.place(), entry.size());
        if (found.isPresent()) {
            return found.get();
        }
        Path draft = store.draft();
        try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
            long asked = 0;
            long written = 0;
            while (written < entry.size()) {
                while (asked < entry.size() && asked - written < (long) AHEAD * PIECE) {
                    driver.send(ask(entry.place(), asked));
                    asked += PIECE;
                }
                written += write(channel, entry, written);
            }
        } catch (IOException | InterruptedException e) {
            Files.deleteIfExists(draft);
            throw e;
        }
        return store.keep(draft, entry.place());
    }

    private static Message ask(String hash, long offset) {
        return Message.of(Message.Verb.ASK, 0, Message.bytes(out -> {
            out.write(hash.getBytes(StandardCharsets.US_ASCII));
            out.writeLong(offset);
            out.writeInt(PIECE);
        }));
    }

    private int write(FileChannel channel, ManifestBody.Item entry, long offset)
            throws IOException, InterruptedException {
        Message part = parts.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (part == null) {
            throw new IOException("the driver has not sent " + entry.name() + " within " + PATIENCE_SECONDS + " s");
        }
        DataInputStream in = part.in();
        String hash = new String(in.readNBytes(HASH), StandardCharsets.US_ASCII);
        long at = in.readLong();
        byte[] bytes = in.readAllBytes();
        if (!hash.equals(entry.place())
                || at != offset
                || bytes.length != (int) Math.min(PIECE, entry.size() - offset)) {
            throw new IOException("expected " + entry.name() + " from byte " + offset + " on, was sent " + bytes.length
                    + " bytes of " + hash + " from " + at
                    + " on; has the file changed since the driver has opened its pool?");
        }
        var buffer = java.nio.ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        return bytes.length;
    }
}
