package dev.weft.net;

import dev.weft.Weft;
import dev.weft.loop.kernel.Offload;
import io.netty.channel.Channel;
import io.netty.channel.DefaultFileRegion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Callable;

/** Sends files: by the system where the stream is plain, and through memory where something encrypts. */
final class FileSending {
    private static final int REGION = 1024 * 1024;
    private static final int CHUNK = 64 * 1024;

    private FileSending() {}

    static long send(SocketStream stream, Path file, long position, long count) throws IOException {
        if (position < 0 || count < 0) {
            throw new IllegalArgumentException(
                    "position and count must not be negative, and were " + position + " and " + count);
        }
        var shared = new Shared(open(file));
        try {
            long left = Math.min(count, Math.max(0, offload(shared.channel::size) - position));
            Object turn = stream.wire.output.hold();
            try {
                return stream.isSecure()
                        ? copy(stream, shared.channel, position, left)
                        : regions(stream, shared, position, left);
            } finally {
                stream.wire.output.release(turn);
            }
        } finally {
            shared.release();
        }
    }

    private static long regions(SocketStream stream, Shared file, long position, long count) throws IOException {
        Output output = stream.wire.output;
        long done = 0;
        while (done < count) {
            output.flush();
            int size = (int) Math.min(REGION, count - done);
            long from = position + done;
            output.count(size);
            file.users++;
            stream.io.eventLoop().execute(() -> begin(stream, file, from, size));
            done += size;
        }
        output.flush();
        return done;
    }

    /** On the I/O coroutine. */
    private static void begin(SocketStream stream, Shared file, long from, int size) {
        Channel channel = stream.channel;
        // The region is released by Netty when it is sent or cannot be; the file is closed when nobody uses it.
        var region = new DefaultFileRegion(file.channel, from, size) {
            @Override
            protected void deallocate() {
                file.release();
            }
        };
        stream.wire.watch(channel.writeAndFlush(region), size);
    }

    private static long copy(SocketStream stream, FileChannel file, long position, long count) throws IOException {
        Output output = stream.wire.output;
        byte[] chunk = new byte[(int) Math.min(CHUNK, count)];
        long done = 0;
        while (done < count) {
            long from = position + done;
            int most = (int) Math.min(chunk.length, count - done);
            int read = offload(() -> file.read(ByteBuffer.wrap(chunk, 0, most), from));
            if (read < 0) {
                break;
            }
            output.flush();
            output.take(chunk, 0, read);
            done += read;
        }
        return done;
    }

    private static FileChannel open(Path file) throws IOException {
        try {
            return Offload.open(() -> FileChannel.open(file, StandardOpenOption.READ), FileSending::close);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError("opening a file throws no other checked exception", e);
        }
    }

    private static void close(FileChannel file) {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException("the file that was to be sent cannot be closed", e);
        }
    }

    private static <T> T offload(Callable<T> work) throws IOException {
        try {
            return Weft.offload(work);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    /** A file with the number of those who use it; loop only. */
    private static final class Shared {
        final FileChannel channel;
        int users = 1;

        Shared(FileChannel channel) {
            this.channel = channel;
        }

        void release() {
            if (--users == 0) {
                try {
                    channel.close();
                } catch (IOException _) {
                    // It was only read.
                }
            }
        }
    }
}
