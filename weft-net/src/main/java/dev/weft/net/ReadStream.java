package dev.weft.net;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that arrive, in order, until they end.
 *
 * <p>Every read suspends the calling coroutine until it can return, and nothing else. A read that is cancelled, or
 * whose time is over, loses no byte: what had arrived is there for the next read. What arrives ahead of the reader is
 * kept up to a limit; beyond it the other side is held up.
 *
 * <p>For coroutines of one loop, that on which the stream was opened. One coroutine reads at a time: a second one is
 * refused with {@link IllegalStateException}. Apart from what is said below, each method throws
 * {@link dev.weft.Cancelled} if the calling task is cancelled, {@link java.net.SocketException} if the stream has been
 * closed or the connection is broken (what had arrived before it broke is dropped then), and
 * {@link IllegalStateException} if the caller is no coroutine of the stream's loop. The end of the stream stays:
 * reading again meets it again.
 */
public interface ReadStream extends AutoCloseable {
    /** How long a line may be where no limit is given, in bytes. */
    int LINE_LIMIT = 64 * 1024;

    /**
     * Reads what is there, and waits only if nothing is.
     *
     * @param into where to put the bytes
     * @param offset where in it, from 0
     * @param length how many bytes at most
     * @return how many bytes were read: at least 1 unless {@code length} is 0; or -1 if the stream has ended
     * @throws IndexOutOfBoundsException if the range is not within the array
     * @throws IOException if the connection is broken
     */
    int read(byte[] into, int offset, int length) throws IOException;

    /**
     * Reads what is there, and waits only if nothing is.
     *
     * @param most how many bytes at most, positive
     * @return the bytes, at least one; an empty array if the stream has ended
     * @throws IllegalArgumentException if {@code most} is not positive
     * @throws IOException if the connection is broken
     */
    byte[] read(int most) throws IOException;

    /**
     * Reads so many bytes.
     *
     * @param count how many, not negative
     * @return that many bytes
     * @throws IncompleteReadException if the stream ends before; it has the bytes that came, which are read by that
     * @throws IllegalArgumentException if {@code count} is negative
     * @throws IOException if the connection is broken
     */
    byte[] readExactly(int count) throws IOException;

    /**
     * Reads up to and including a separator.
     *
     * @param separator the bytes to look for, at least one
     * @param limit how many bytes there may be before the separator, at least 1
     * @return the bytes, the separator at their end
     * @throws LimitOverrunException if there are more bytes before the separator; nothing is read by that
     * @throws IncompleteReadException if the stream ends before the separator; it has the bytes that came, which are
     *     read by that
     * @throws IllegalArgumentException if the separator is empty or the limit not positive
     * @throws IOException if the connection is broken
     */
    default byte[] readUntil(byte[] separator, int limit) throws IOException {
        return readUntil(List.of(separator), limit);
    }

    /**
     * Reads up to and including one of several separators: the one that ends first, and of those that end at the same
     * place the shortest.
     *
     * @param separators the separators, at least one
     * @param limit how many bytes there may be before the separator, at least 1
     * @return the bytes, the separator at their end
     * @throws LimitOverrunException if there are more bytes before a separator; nothing is read by that
     * @throws IncompleteReadException if the stream ends before a separator; it has the bytes that came, which are read
     *     by that
     * @throws IllegalArgumentException if there is no separator, or one is empty, or the limit is not positive
     * @throws IOException if the connection is broken
     */
    byte[] readUntil(List<byte[]> separators, int limit) throws IOException;

    /**
     * Reads a line of UTF-8 of at most {@link #LINE_LIMIT} bytes, as {@link #readLine(int)}.
     *
     * @return the line, or null at the end
     * @throws LimitOverrunException if the line is longer
     * @throws IOException if the connection is broken
     */
    default @Nullable String readLine() throws IOException {
        return readLine(LINE_LIMIT);
    }

    /**
     * Reads a line of UTF-8, which ends with LF, with CR LF, or with the stream. Bytes that are no UTF-8 become U+FFFD.
     *
     * @param limit how many bytes the line may have, without its end; at least 1
     * @return the line without its end, or null if the stream has ended
     * @throws LimitOverrunException if the line is longer. It is dropped up to its end: the next read of a line returns
     *     the line after it
     * @throws IllegalArgumentException if the limit is not positive
     * @throws IOException if the connection is broken
     */
    @Nullable
    String readLine(int limit) throws IOException;

    /**
     * {@return the lines that are left, as {@link #readLine()} reads them, each when it is asked for; to be iterated
     * once}
     *
     * <p>The iterator throws {@link UncheckedIOException} where {@code readLine} throws {@link IOException}.
     */
    default Iterable<String> lines() {
        return () -> new Iterator<>() {
            private @Nullable String next;

            @Override
            public boolean hasNext() {
                if (next == null) {
                    try {
                        next = readLine();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
                return next != null;
            }

            @Override
            public String next() {
                if (!hasNext() || next == null) {
                    throw new NoSuchElementException("the stream has ended");
                }
                String line = next;
                next = null;
                return line;
            }
        };
    }

    /**
     * Reads all that is left.
     *
     * @param limit how many bytes that may be, not negative
     * @return the bytes, perhaps none
     * @throws LimitOverrunException if there are more; nothing is read by that
     * @throws IllegalArgumentException if the limit is negative
     * @throws IOException if the connection is broken
     */
    byte[] readAll(int limit) throws IOException;

    /**
     * Closes the stream; idempotent.
     *
     * @throws IOException if the end of it fails
     */
    @Override
    void close() throws IOException;
}
