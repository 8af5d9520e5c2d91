package dev.weft.cli.compare.workload;

import dev.weft.cli.compare.work.Access;
import dev.weft.cli.compare.work.Work;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Reads a block of a file and compresses it as gzip does.
 *
 * @param number the number of the block
 * @param path the file; a string, since paths cannot be sent to another process
 * @param offset where the block begins
 * @param length its size in bytes
 */
public record CompressBlock(int number, String path, long offset, int length) implements Work {
    // What is compressed between two checkpoints: about a millisecond.
    private static final int STEP = 32 * 1024;

    @Override
    public String label() {
        return "block " + number + " (" + path + " from byte " + offset + ")";
    }

    @Override
    public long run(Access access) throws IOException, InterruptedException {
        byte[] block = access.block(this::read);
        CRC32 checksum = new CRC32();
        byte[] output = new byte[STEP];
        long compressed = 0;
        try (var deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true)) {
            for (int from = 0; from < length; from += STEP) {
                int step = Math.min(STEP, length - from);
                checksum.update(block, from, step);
                deflater.setInput(block, from, step);
                while (!deflater.needsInput()) {
                    compressed += deflater.deflate(output);
                }
                access.checkpoint();
            }
            deflater.finish();
            while (!deflater.finished()) {
                compressed += deflater.deflate(output);
            }
        }
        return compressed << Integer.SIZE | checksum.getValue();
    }

    private byte[] read() throws IOException {
        byte[] block = new byte[length];
        try (var file = new RandomAccessFile(path, "r")) {
            file.seek(offset);
            file.readFully(block);
        }
        return block;
    }
}
