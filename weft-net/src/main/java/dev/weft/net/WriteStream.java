package dev.weft.net;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Bytes that are sent, in order.
 *
 * <p>A write takes all of its bytes or none. It waits only while too much is under way already (more than
 * {@value #HIGH_WATER} bytes; it goes on at {@value #LOW_WATER}); then it copies its bytes and returns. They are sent
 * from then on without anybody's help, also if the task is cancelled. So a write that is cancelled, or whose time is
 * over, has written nothing, and the stream is as good as before. Writes of several coroutines are served in the order
 * of the calls and never mixed.
 *
 * <p>That the system has taken all bytes is what {@link #flush} waits for; that the other side has read them only its
 * answer can tell. A failure to send, which comes after the write that it befalls, is thrown by the next write,
 * {@code flush} or {@code close}.
 *
 * <p>For coroutines of one loop, that on which the stream was opened. Each method throws {@link dev.weft.Cancelled} if
 * the calling task is cancelled, {@link java.net.SocketException} if the stream has been closed or the connection is
 * broken, and {@link IllegalStateException} if the caller is no coroutine of the stream's loop.
 */
public interface WriteStream extends AutoCloseable {
    /** With so many bytes under way a write waits. */
    int HIGH_WATER = 64 * 1024;

    /** With no more than so many bytes under way a write that waits goes on. */
    int LOW_WATER = 16 * 1024;

    /**
     * Writes part of an array.
     *
     * @param bytes the array; it may be changed afterwards
     * @param offset where the part begins
     * @param length how long it is
     * @throws IndexOutOfBoundsException if the part is not within the array
     * @throws IOException if the connection is broken
     */
    void write(byte[] bytes, int offset, int length) throws IOException;

    /**
     * Writes all bytes of an array.
     *
     * @param bytes the bytes; the array may be changed afterwards
     * @throws IOException if the connection is broken
     */
    default void write(byte[] bytes) throws IOException {
        write(bytes, 0, bytes.length);
    }

    /**
     * Writes a text in UTF-8.
     *
     * @param text the text
     * @throws IOException if the connection is broken
     */
    default void write(String text) throws IOException {
        write(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Waits until the system has taken all that was written before this call. Not needed to have it sent.
     *
     * @throws IOException if the connection is broken
     */
    void flush() throws IOException;

    /**
     * {@return how many bytes have been written since the stream was opened, those that are still under way included}
     */
    long written();

    /**
     * Sends what has been written and closes the stream; idempotent.
     *
     * @throws IOException if what was written could not be sent
     */
    @Override
    void close() throws IOException;
}
