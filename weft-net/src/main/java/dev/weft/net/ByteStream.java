package dev.weft.net;

import java.io.IOException;

/**
 * A connection: bytes in both directions, each of which ends by itself. Sockets are {@link SocketStream}s;
 * {@link MemoryStream} is a pair without a system below.
 *
 * <p>One coroutine may read while others write.
 */
public interface ByteStream extends ReadStream, WriteStream {
    /**
     * Ends the sending direction once all that was written has been sent: the other side reads the end of the stream.
     * Reading goes on. Idempotent.
     *
     * @throws UnsupportedOperationException if this kind of stream cannot end one direction alone, as TLS
     * @throws IOException if what was written could not be sent
     */
    void shutdownOutput() throws IOException;

    /**
     * Sends what has been written, for a limited time, and closes both directions; idempotent. A read or write that
     * another coroutine waits in fails. When this ends, in whatever way, the stream is closed.
     *
     * @throws dev.weft.Cancelled if the calling task is cancelled; then what has not been sent is dropped
     * @throws IOException if not all that was written could be sent, unless a write or {@code flush} has said so
     */
    @Override
    void close() throws IOException;

    /**
     * Closes at once and drops what has not been sent, so that the other side sees a broken connection and no regular
     * end; idempotent, never fails, waits for nobody.
     */
    void abort();
}
