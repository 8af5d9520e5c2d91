package dev.weft.http.client;

import dev.weft.Weft;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A file, opened, read and closed beside the loop. */
record FileBody(@Nullable String contentType, Path file, long length) implements RequestBody {
    private static final int PIECE = 128 * 1024;

    @Override
    public boolean isReplayable() {
        return true;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        long at = 0;
        while (at < length) {
            long from = at;
            byte[] piece = beside(() -> read(from));
            if (piece.length == 0) {
                throw new IOException("the file " + file + " had " + length + " bytes, and now has " + at);
            }
            out.write(piece);
            at += piece.length;
        }
    }

    /** Opens the file for each piece, so that no cancelled request leaves it open. */
    private byte[] read(long from) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            in.skipNBytes(from);
            return in.readNBytes((int) Math.min(PIECE, length - from));
        }
    }

    private static byte[] beside(java.util.concurrent.Callable<byte[]> read) throws IOException {
        try {
            return Weft.offload(read);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError("reading throws no other checked exception", e);
        }
    }
}
