package dev.weft.process.sync;

import dev.weft.loop.kernel.Waiter;
import dev.weft.process.shared.Block;
import dev.weft.process.shared.Pending;
import dev.weft.process.shared.Words;
import java.io.Serial;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A flag between processes that one sets and many wait for.
 *
 * <p>{@link #set} lets all go on that wait, also if {@link #clear} follows at once. What a process did before
 * {@code set} happened before what another does after the {@link #await} that it ends.
 *
 * <p>An event has no owner: nobody notices if the process dies that was to set it.
 *
 * <p>Inside: one word, with the flag in its lowest bit and the number of times that it was set above.
 */
public final class ProcessEvent extends SyncObject {
    @Serial
    private static final long serialVersionUID = 1;

    private static final int BYTES = 64;
    private static final long WORD = 0;

    ProcessEvent(Block block, boolean made) {
        super(block, Block.Kind.EVENT, made);
    }

    /**
     * Makes an event with a name of its own, not set.
     *
     * @return the event
     * @throws java.io.UncheckedIOException if there is no room for it
     */
    public static ProcessEvent create() {
        return new ProcessEvent(Block.create(null, Block.Kind.EVENT, BYTES, false, _ -> {}), true);
    }

    /**
     * Makes an event with a name, not set.
     *
     * @param name letters, digits, {@code _} and {@code -}
     * @return the event
     * @throws java.io.UncheckedIOException if something shared has that name, or there is no room for it
     */
    public static ProcessEvent create(String name) {
        return new ProcessEvent(Block.create(name, Block.Kind.EVENT, BYTES, false, _ -> {}), true);
    }

    /**
     * Attaches to an event that any process of this user has made.
     *
     * @param name its name
     * @return the event
     * @throws java.io.UncheckedIOException if there is none of that name, or it is something else
     */
    public static ProcessEvent attach(String name) {
        return new ProcessEvent(Block.attach(name, Block.Kind.EVENT, false), false);
    }

    private long word() {
        return (long) Words.LONG.getVolatile(openBlock().data(), WORD);
    }

    private static boolean set(long word) {
        return (word & 1) != 0;
    }

    /** Sets the flag, and lets all go on that wait. */
    public void set() {
        Block block = block();
        long word = word();
        while (!set(word)) {
            if (Words.LONG.compareAndSet(block.data(), WORD, word, word + 3)) { // one more, and the flag
                block.changed();
                return;
            }
            word = word();
        }
    }

    /** Takes the flag back; who comes later waits. */
    public void clear() {
        Block block = block();
        long word = word();
        while (set(word) && !Words.LONG.compareAndSet(block.data(), WORD, word, word - 1)) {
            word = word();
        }
    }

    /**
     * {@return whether the flag is set}
     */
    public boolean isSet() {
        block();
        return set(word());
    }

    /**
     * Waits until the flag is set; returns at once if it is.
     *
     * @throws dev.weft.Cancelled if the calling task is cancelled, or the thread interrupted
     */
    public void await() {
        awaitSet(null);
    }

    /**
     * Waits until the flag is set, at most for a time.
     *
     * @param limit how long
     * @return whether it was set
     * @throws dev.weft.Cancelled if the calling task is cancelled, or the thread interrupted
     */
    public boolean await(Duration limit) {
        return awaitSet(limit);
    }

    private boolean awaitSet(@Nullable Duration limit) {
        block();
        Waiter self = Waiter.current();
        self.checkpoint();
        long before = word();
        if (set(before)) {
            return true;
        }
        if (limit != null && !limit.isPositive()) {
            return false;
        }
        return new Pending(openBlock(), self) {
            @Override
            protected boolean attempt() {
                long now = word();
                return set(now) || now != before;
            }

            @Override
            protected void inspect() {
                // nobody owns an event
            }

            @Override
            protected boolean undo() {
                return true;
            }
        }.await(this, limit);
    }

    @Override
    String state() {
        return set(word()) ? "set" : "not set";
    }
}
