package dev.weft.net;

import dev.weft.loop.kernel.FromOutside;
import dev.weft.loop.kernel.Waiter;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The receiving half of a stream: bytes between whoever brings them and the one coroutine that reads. Loop thread only:
 * what brings bytes runs on the same loop.
 *
 * <pre>
 *   OPEN ──end──► ENDED (what is left can still be read)
 *     └──fail──► FAILED (what is left is dropped)      ENDED ──fail──► FAILED
 * </pre>
 *
 * <p>Reads take bytes out of the buffer only when they return, in one step with that, so that a read which is cancelled
 * has taken none. A reader with an array of its own that waits is given what comes next there, past the buffer, and
 * then returns whatever else happens, unless the stream fails. The source is told to pause when the buffer holds
 * {@code PAUSE_AT} bytes and more than the reader has asked for, and to resume when a reader has to wait or the buffer
 * is down to {@code RESUME_AT}.
 */
final class Input {
    static final int PAUSE_AT = 2 * ReadStream.LINE_LIMIT;
    static final int RESUME_AT = PAUSE_AT / 2;

    /**
     * A buffer up to this size is kept while it is empty; larger ones go, since most connections are idle most of the
     * time.
     */
    private static final int KEPT = 4 * 1024;

    private static final int SMALLEST = 256;
    private static final byte[] NOTHING = {};
    private static final List<byte[]> LINE_FEED = List.of(new byte[] {'\n'});

    /** Who brings the bytes. */
    interface Source {
        /** Stops bringing bytes; called by who adds them. */
        void pause();

        /** Goes on bringing bytes; called by the reader. */
        void resume();

        /** {@return why reading is impossible, as a new exception for the reader} */
        IOException problem(Throwable cause);
    }

    /** What a reader of bytes from the system waits for. */
    private record Arrival(Input input) implements FromOutside {
        @Override
        public String toString() {
            return input.toString();
        }
    }

    private final Source source;
    private final Object blocker;
    private byte[] buffer = NOTHING;
    private int head;
    private int tail;
    private int wanted;
    private boolean paused;
    private boolean ended;
    private boolean skippingLine;
    private boolean discarding;
    private @Nullable Throwable failure;
    private @Nullable Throwable badEnd;
    private @Nullable Waiter reader;

    /** Where the waiting reader wants the next bytes, which then need no buffer; null once some are there. */
    private byte @Nullable [] target;

    private int targetOffset;
    private int targetLength;

    /** How many bytes the reader has got there. */
    private int delivered;

    /**
     * @param outside whether the bytes come from outside of the loop, so that a virtual clock waits for them
     */
    Input(Source source, boolean outside) {
        this.source = source;
        this.blocker = outside ? new Arrival(this) : this;
    }

    // ---- for who brings the bytes

    void add(ByteBuf bytes) {
        int count = bytes.readableBytes();
        if (discarding || count == 0) {
            return;
        }
        int direct = deliver(bytes, count);
        if (direct < count) {
            room(count - direct);
            bytes.readBytes(buffer, tail, count - direct);
        }
        added(count - direct);
    }

    private int deliver(ByteBuf bytes, int count) {
        byte[] into = target;
        if (into == null) {
            return 0;
        }
        target = null;
        delivered = Math.min(count, targetLength);
        bytes.readBytes(into, targetOffset, delivered);
        return delivered;
    }

    void add(byte[] bytes, int offset, int count) {
        if (discarding || count == 0) {
            return;
        }
        room(count);
        System.arraycopy(bytes, offset, buffer, tail, count);
        added(count);
    }

    private void added(int count) {
        tail += count;
        if (!paused && size() >= Math.max(PAUSE_AT, wanted)) {
            paused = true;
            source.pause();
        }
        wake();
    }

    void end() {
        if (!ended) {
            ended = true;
            wake();
        }
    }

    /** Says that the bytes end here though they should not: what is left can be read, and then this is the failure. */
    void endBadly(Throwable cause) {
        if (!ended) {
            badEnd = cause;
            end();
        }
    }

    /** Says that the source is broken or closed; the first cause counts. */
    void fail(Throwable cause) {
        if (failure == null) {
            failure = cause;
            drop();
            wake();
        }
    }

    /** Takes bytes from now on only to drop them. */
    void discard() {
        discarding = true;
        drop();
        if (paused) {
            paused = false;
            source.resume();
        }
    }

    boolean isEnded() {
        return ended;
    }

    int size() {
        return tail - head;
    }

    /** {@return whether a task waits for bytes} */
    boolean isAwaited() {
        return reader != null;
    }

    /** {@return all that has arrived and has not been read, which is taken out} */
    byte[] takeAll() {
        return take(size());
    }

    private void wake() {
        Waiter waiting = reader;
        if (waiting != null) {
            waiting.unpark();
        }
    }

    private void room(int count) {
        int size = size();
        if (buffer.length - tail >= count) {
            return;
        }
        if (buffer.length - size >= count && size <= buffer.length / 2) {
            System.arraycopy(buffer, head, buffer, 0, size);
        } else {
            int needed = Math.addExact(size, count);
            int doubled = (int) Math.min(Integer.MAX_VALUE - 8L, 2L * buffer.length);
            byte[] larger = new byte[Math.max(Math.max(needed, doubled), SMALLEST)];
            System.arraycopy(buffer, head, larger, 0, size);
            buffer = larger;
        }
        head = 0;
        tail = size;
    }

    private void drop() {
        head = 0;
        tail = 0;
        buffer = NOTHING;
    }

    // ---- for the reader

    int read(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (length == 0) {
            return 0;
        }
        fill(1, into, offset, length);
        if (delivered > 0) {
            return takeDelivered();
        }
        int count = Math.min(length, size());
        if (count == 0) {
            return -1;
        }
        System.arraycopy(buffer, head, into, offset, count);
        consume(count);
        return count;
    }

    byte[] read(int most) throws IOException {
        positive("the number of bytes to read", most);
        fill(1);
        return take(Math.min(most, size()));
    }

    byte[] readExactly(int count) throws IOException {
        if (count < 0) {
            throw new IllegalArgumentException("the number of bytes to read must not be negative, and was " + count);
        }
        if (!fill(count)) {
            byte[] partial = takeAll();
            throw new IncompleteReadException(
                    "the stream ended after " + partial.length + " of the " + count + " bytes that were expected",
                    partial);
        }
        return take(count);
    }

    byte[] readUntil(List<byte[]> separators, int limit) throws IOException {
        positive("the limit", limit);
        if (separators.isEmpty() || separators.stream().anyMatch(separator -> separator.length == 0)) {
            throw new IllegalArgumentException("there must be at least one separator, and none may be empty");
        }
        int end = find(separators, limit);
        if (end < 0) {
            byte[] partial = takeAll();
            throw new IncompleteReadException(
                    "the stream ended after " + partial.length + " bytes without the separator that was expected",
                    partial);
        }
        return take(end);
    }

    @Nullable
    String readLine(int limit) throws IOException {
        positive("the limit", limit);
        while (skippingLine) {
            fill(1);
            int feed = indexOf(LINE_FEED.getFirst(), 0);
            if (feed >= 0 || size() == 0) {
                skippingLine = false;
            }
            consume(feed >= 0 ? feed + 1 : size());
        }
        int end;
        try {
            end = find(LINE_FEED, limit == Integer.MAX_VALUE ? limit : limit + 1); // one more for a CR
        } catch (LimitOverrunException e) {
            throw lineTooLong(limit);
        }
        int length;
        if (end >= 0) {
            length = end - 1;
            if (length > 0 && buffer[head + length - 1] == '\r') {
                length--;
            }
        } else {
            end = size();
            length = end;
            if (end == 0) {
                return null;
            }
        }
        if (length > limit) {
            throw lineTooLong(limit);
        }
        String line = new String(buffer, head, length, StandardCharsets.UTF_8);
        consume(end);
        return line;
    }

    private LimitOverrunException lineTooLong(int limit) {
        int feed = indexOf(LINE_FEED.getFirst(), 0);
        skippingLine = feed < 0 && !ended;
        consume(feed < 0 ? size() : feed + 1);
        return new LimitOverrunException(
                "the line is longer than " + limit
                        + " bytes, and is dropped; pass a higher limit to readLine if lines may be that long",
                limit);
    }

    byte[] readAll(int limit) throws IOException {
        if (limit < 0) {
            throw new IllegalArgumentException("the limit must not be negative, and was " + limit);
        }
        if (limit < Integer.MAX_VALUE && fill(limit + 1)) {
            throw new LimitOverrunException("more than " + limit + " bytes have come, and none was read", limit);
        }
        fill(Integer.MAX_VALUE);
        return takeAll();
    }

    /**
     * {@return where, counted from the head, the separator ends that ends first; negative if the stream ends without}
     */
    private int find(List<byte[]> separators, int limit) throws IOException {
        int longest = 0;
        for (byte[] separator : separators) {
            longest = Math.max(longest, separator.length);
        }
        int from = 0;
        while (true) {
            int begin = -1;
            int end = Integer.MAX_VALUE;
            for (byte[] separator : separators) {
                int at = indexOf(separator, from);
                if (at >= 0 && (at + separator.length < end || (at + separator.length == end && at > begin))) {
                    begin = at;
                    end = at + separator.length;
                }
            }
            if (begin >= 0) {
                if (begin > limit) {
                    throw overrun(limit);
                }
                return end;
            }
            from = Math.max(0, size() + 1 - longest);
            if (from > limit) {
                throw overrun(limit);
            }
            if (!fill(size() + 1)) {
                return -1;
            }
        }
    }

    private static LimitOverrunException overrun(int limit) {
        return new LimitOverrunException(
                "no separator within " + limit + " bytes; they are still there to be read in another way", limit);
    }

    private int indexOf(byte[] separator, int from) {
        int last = tail - separator.length;
        byte first = separator[0];
        for (int i = head + from; i <= last; i++) {
            if (buffer[i] == first
                    && (separator.length == 1
                            || Arrays.equals(buffer, i, i + separator.length, separator, 0, separator.length))) {
                return i - head;
            }
        }
        return -1;
    }

    private int takeDelivered() {
        int count = delivered;
        delivered = 0;
        return count;
    }

    /** Waits until so many bytes are there; false if the stream has ended before. */
    private boolean fill(int count) throws IOException {
        return fill(count, null, 0, 0);
    }

    /** The same; bytes that have to be waited for may go to an array at once, and are {@code delivered} then. */
    private boolean fill(int count, byte @Nullable [] into, int offset, int length) throws IOException {
        Waiter self = Waiter.current();
        self.checkpoint();
        if (reader != null && reader != self) {
            throw new IllegalStateException(reader.party() + " is reading this stream; one task reads at a time, and "
                    + self.party() + " tried to as well");
        }
        if (size() < count && !ended && failure == null) {
            target = size() == 0 ? into : null;
            targetOffset = offset;
            targetLength = length;
            await(self, count);
        }
        int there = size() + delivered;
        Throwable cause = failure;
        if (cause == null && there < count && (there == 0 || count > 1)) {
            cause = badEnd;
        }
        if (cause != null) {
            delivered = 0;
            throw source.problem(cause);
        }
        return there >= count;
    }

    private void await(Waiter self, int count) {
        reader = self;
        wanted = count;
        try {
            while (size() + delivered < count && !ended && failure == null) {
                self.checkpoint();
                if (paused) {
                    paused = false;
                    source.resume();
                }
                self.park(blocker);
            }
        } finally {
            reader = null;
            wanted = 0;
            target = null;
        }
        self.leave();
    }

    private byte[] take(int count) {
        if (count == 0) {
            return NOTHING;
        }
        byte[] taken = Arrays.copyOfRange(buffer, head, head + count);
        consume(count);
        return taken;
    }

    private void consume(int count) {
        head += count;
        if (head == tail) {
            head = 0;
            tail = 0;
            if (buffer.length > KEPT) {
                buffer = NOTHING;
            }
        }
        if (paused && size() <= RESUME_AT) {
            paused = false;
            source.resume();
        }
    }

    private static void positive(String what, int value) {
        if (value <= 0) {
            throw new IllegalArgumentException(what + " must be positive, and was " + value);
        }
    }

    /** {@return the failure of what was tried on a stream that its own side had closed} */
    static SocketException closed(String stream) {
        return new SocketException(stream + " has been closed on this side");
    }

    @Override
    public String toString() {
        return "bytes to read";
    }
}
