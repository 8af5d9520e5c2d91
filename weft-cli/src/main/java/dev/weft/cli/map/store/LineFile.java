package dev.weft.cli.map.store;

import dev.weft.cli.text.AsciiText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file that lines are appended to. What has been written survives the end of this process at any moment. Thread-safe.
 */
final class LineFile implements AutoCloseable {
    private static final int BLOCK = 4096;

    private final Path path;
    private final FileChannel channel;
    private long end;

    private LineFile(Path path, FileChannel channel, long end) {
        this.path = path;
        this.channel = channel;
        this.end = end;
    }

    /** Opens a file, and cuts off a last line that has no end. */
    static LineFile open(Path path) throws IOException {
        FileChannel channel =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            long whole = endOfLastLine(channel);
            if (whole < channel.size()) {
                channel.truncate(whole);
            }
            channel.position(whole);
            return new LineFile(path, channel, whole);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static long endOfLastLine(FileChannel channel) throws IOException {
        ByteBuffer block = ByteBuffer.allocate(BLOCK);
        for (long end = channel.size(); end > 0; ) {
            long begin = Math.max(0, end - BLOCK);
            block.clear().limit((int) (end - begin));
            while (block.hasRemaining() && channel.read(block, begin + block.position()) >= 0) {
                // until the block is full
            }
            for (int i = block.position() - 1; i >= 0; i--) {
                if (block.get(i) == '\n') {
                    return begin + i + 1;
                }
            }
            end = begin;
        }
        return 0;
    }

    /** Appends lines, each with its end; all of them or, if that fails, none. */
    synchronized void append(AsciiText lines) throws IOException {
        ByteBuffer bytes = lines.bytes();
        int length = bytes.remaining();
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            end += length;
        } catch (IOException e) {
            channel.truncate(end);
            channel.position(end);
            throw new IOException("cannot write " + path + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
