package dev.weft.net;

import dev.weft.loop.kernel.FromOutside;
import dev.weft.loop.kernel.Waiter;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The sending half of a stream: bytes between the coroutines that write and whoever sends them. Loop thread only: what
 * sends runs on the same loop.
 *
 * <p>{@code accepted} counts what writes have taken over, {@code sent} what the system has. Accepted bytes are staged
 * in one array until the sink fetches them, so that many small writes become one system call. A writer waits in
 * {@code line} while {@code full}, or while somebody is before it; being first it takes all of its bytes in one step,
 * or none.
 */
final class Output {
    private static final int KEPT = 4 * 1024;
    private static final int SMALLEST = 256;
    private static final byte[] NOTHING = {};

    /** Who sends. */
    interface Sink {
        /** Asks for a {@link Output#staged() fetch} soon; called by a writer, once until that fetch. */
        void wanted();

        /** {@return why writing is impossible, as a new exception for the writer} */
        IOException problem(Throwable cause);
    }

    /** A place in line. */
    private record Turn(Waiter waiter) {}

    /** What a writer to the system waits for. */
    private record Room(Output output) implements FromOutside {
        @Override
        public String toString() {
            return output.toString();
        }
    }

    private final Sink sink;
    private final Object blocker;
    private final ArrayDeque<Turn> line = new ArrayDeque<>(1);
    private final List<Waiter> flushing = new ArrayList<>(1);
    private byte[] staging = NOTHING;
    private int staged;
    private boolean asked;
    private boolean full;
    private long accepted;
    private long sent;
    private @Nullable Throwable failure;
    private boolean told;

    /**
     * @param outside whether the bytes leave the loop, so that a virtual clock waits for that
     */
    Output(Sink sink, boolean outside) {
        this.sink = sink;
        this.blocker = outside ? new Room(this) : this;
    }

    // ---- for who sends

    /**
     * {@return the array with the bytes to send, of which the first {@link #stagedBytes()} count; to be copied before
     * anything else happens, and then {@link #fetched}}
     */
    byte[] staged() {
        return staging;
    }

    int stagedBytes() {
        return staged;
    }

    void fetched() {
        asked = false;
        staged = 0;
        if (staging.length > KEPT) {
            staging = NOTHING;
        }
    }

    /** Says that the system has taken bytes. */
    void sent(long count) {
        sent += count;
        if (full && unsent() <= WriteStream.LOW_WATER) {
            full = false;
            wakeFirst();
        }
        flushing.forEach(Waiter::unpark);
    }

    /** Says that nothing can be sent any more; the first cause counts. */
    void fail(Throwable cause) {
        if (failure == null) {
            failure = cause;
            staging = NOTHING;
            staged = 0;
            line.forEach(turn -> turn.waiter().unpark());
            flushing.forEach(Waiter::unpark);
        }
    }

    boolean isFailed() {
        return failure != null;
    }

    long unsent() {
        return accepted - sent;
    }

    /** {@return whether bytes were lost that nobody has been told about} */
    boolean untold() {
        return failure != null && !told && unsent() > 0;
    }

    // ---- for writers

    long accepted() {
        return accepted;
    }

    void write(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        Turn turn = begin();
        try {
            take(bytes, offset, length);
        } finally {
            end(turn);
        }
    }

    /**
     * Waits for the turn of the caller, which then is the only one that writes until {@link #end}; null if there was no
     * need to wait and none to hold the turn.
     */
    private @Nullable Turn begin() throws IOException {
        Waiter self = Waiter.current();
        self.checkpoint();
        if (!full && line.isEmpty()) {
            check();
            return null;
        }
        return awaitTurn(self);
    }

    /** Waits for the turn of the caller and takes it: others wait until {@link #release}. */
    Object hold() throws IOException {
        Waiter self = Waiter.current();
        self.checkpoint();
        return awaitTurn(self);
    }

    void release(Object turn) {
        end((Turn) turn);
    }

    private Turn awaitTurn(Waiter self) throws IOException {
        var turn = new Turn(self);
        line.add(turn);
        try {
            while ((full || line.peek() != turn) && failure == null) {
                self.checkpoint();
                self.park(blocker);
            }
            self.leave();
            check();
        } catch (Throwable e) {
            end(turn);
            throw e;
        }
        return turn;
    }

    private void end(@Nullable Turn turn) {
        if (turn != null) {
            line.removeIf(other -> other == turn);
            if (!full) {
                wakeFirst();
            }
        }
    }

    private void wakeFirst() {
        Turn first = line.peek();
        if (first != null) {
            first.waiter().unpark();
        }
    }

    /** Takes bytes over; the caller has the turn. */
    void take(byte[] bytes, int offset, int length) {
        if (length == 0) {
            return;
        }
        if (staging.length - staged < length) {
            int needed = Math.addExact(staged, length);
            int doubled = (int) Math.min(Integer.MAX_VALUE - 8L, 2L * staging.length);
            staging = Arrays.copyOf(staging, Math.max(Math.max(needed, SMALLEST), doubled));
        }
        System.arraycopy(bytes, offset, staging, staged, length);
        staged += length;
        count(length);
        if (!asked) {
            asked = true;
            sink.wanted();
        }
    }

    /** Counts bytes that the caller, who has the turn, gives to the sink in another way. */
    void count(long length) {
        accepted += length;
        if (unsent() >= WriteStream.HIGH_WATER) {
            full = true;
        }
    }

    private void check() throws IOException {
        Throwable cause = failure;
        if (cause != null) {
            told = true;
            throw sink.problem(cause);
        }
    }

    void flush() throws IOException {
        Waiter self = Waiter.current();
        self.checkpoint();
        awaitSent(self, Long.MAX_VALUE);
        check();
    }

    /**
     * Waits until all that has been accepted by now is sent, or nothing can be.
     *
     * @param deadline by the clock of the waiter; {@link Long#MAX_VALUE} for none
     * @return false if the deadline came first
     */
    boolean awaitSent(Waiter self, long deadline) {
        long goal = accepted;
        if (sent >= goal || failure != null) {
            return true;
        }
        flushing.add(self);
        try {
            while (sent < goal && failure == null) {
                self.checkpoint();
                if (deadline == Long.MAX_VALUE) {
                    self.park(blocker);
                } else {
                    long left = deadline - self.nanoTime();
                    if (left <= 0) {
                        return false;
                    }
                    self.parkNanos(blocker, left);
                }
            }
        } finally {
            flushing.remove(self);
        }
        self.leave();
        return true;
    }

    @Override
    public String toString() {
        return "room to write";
    }
}
