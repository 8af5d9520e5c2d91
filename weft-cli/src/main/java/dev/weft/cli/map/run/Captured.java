package dev.weft.cli.map.run;

import java.io.ByteArrayInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** What a try has written to one of its streams. */
public sealed interface Captured {
    /**
     * Few bytes.
     *
     * @param bytes these; not to be changed any more
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Bytes(byte[] bytes) implements Captured {
        private static final Bytes NONE = new Bytes(new byte[0]);
    }

    /**
     * A file, which may be large.
     *
     * @param path the file; there is none if nothing was written
     */
    record InFile(Path path) implements Captured {}

    /**
     * {@return nothing}
     */
    static Captured nothing() {
        return Bytes.NONE;
    }

    /**
     * {@return how many bytes}
     *
     * @throws IOException if the file cannot be looked at
     */
    default long size() throws IOException {
        return switch (this) {
            case Bytes(byte[] bytes) -> bytes.length;
            case InFile(Path path) -> {
                try {
                    yield Files.size(path);
                } catch (NoSuchFileException e) {
                    yield 0;
                }
            }
        };
    }

    /**
     * {@return how many bytes of memory it takes}
     */
    default int inMemory() {
        return this instanceof Bytes(byte[] bytes) ? bytes.length : 0;
    }

    /**
     * Opens what was written.
     *
     * @return a stream of it
     * @throws IOException if the file cannot be read
     */
    default InputStream open() throws IOException {
        return switch (this) {
            case Bytes(byte[] bytes) -> new ByteArrayInputStream(bytes);
            case InFile(Path path) ->
                Files.exists(path) ? new FileInputStream(path.toFile()) : InputStream.nullInputStream();
        };
    }

    /**
     * Forgets it.
     *
     * @throws IOException if the file cannot be removed
     */
    default void delete() throws IOException {
        if (this instanceof InFile(Path path)) {
            Files.deleteIfExists(path);
        }
    }
}
