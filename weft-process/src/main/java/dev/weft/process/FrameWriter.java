package dev.weft.process;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** Writes frames to a non-blocking channel, as many with one call as fit its buffer. One thread at a time. */
final class FrameWriter {
    private static final int BUFFER = 1 << 16;

    private final ByteBuffer staged = ByteBuffer.allocateDirect(BUFFER);
    private @Nullable Frame current;
    private int copied;

    /**
     * Writes all frames of a queue, or as much as the channel takes.
     *
     * @return false if the channel took no more; call again when it does
     */
    boolean write(Queue<Frame> frames, WritableByteChannel channel) throws IOException {
        while (true) {
            stage(frames);
            if (staged.position() == 0) {
                return true;
            }
            staged.flip();
            int count;
            try {
                count = channel.write(staged);
            } finally {
                staged.compact();
            }
            if (count == 0) {
                return false;
            }
        }
    }

    private void stage(Queue<Frame> frames) {
        while (true) {
            if (current == null) {
                if (staged.remaining() < Frame.HEADER) {
                    return;
                }
                current = frames.poll();
                if (current == null) {
                    return;
                }
                current.putHeader(staged);
                copied = 0;
            }
            int count = Math.min(staged.remaining(), current.length() - copied);
            staged.put(current.body(), copied, count);
            copied += count;
            if (copied < current.length()) {
                return;
            }
            current = null;
        }
    }
}
