package dev.weft.cli.compare.workload;

import dev.weft.cli.compare.work.Access;
import dev.weft.cli.compare.work.Work;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Reads a file block by block and computes its SHA-256.
 *
 * @param path the file; a string, since paths cannot be sent to another process
 */
public record HashFile(String path) implements Work {
    private static final int BLOCK = 256 * 1024;
    // What is hashed between two checkpoints: about 50 microseconds.
    private static final int STEP = 64 * 1024;

    @Override
    public String label() {
        return path;
    }

    @Override
    public long run(Access access) throws IOException, InterruptedException {
        MessageDigest digest = sha256();
        byte[] block = new byte[BLOCK];
        InputStream file = access.block(() -> Files.newInputStream(Path.of(path)));
        try {
            int length;
            while ((length = access.block(() -> file.readNBytes(block, 0, BLOCK))) > 0) {
                for (int from = 0; from < length; from += STEP) {
                    digest.update(block, from, Math.min(STEP, length - from));
                    access.checkpoint();
                }
            }
        } finally {
            access.block(() -> {
                file.close();
                return true;
            });
        }
        return ByteBuffer.wrap(digest.digest()).getLong();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256, this one does not: use another JDK", e);
        }
    }
}
