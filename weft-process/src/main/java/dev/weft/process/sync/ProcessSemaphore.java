package dev.weft.process.sync;

import dev.weft.Action;
import dev.weft.Body;
import dev.weft.loop.kernel.Nothing;
import dev.weft.loop.kernel.Waiter;
import dev.weft.process.shared.Block;
import dev.weft.process.shared.Log;
import dev.weft.process.shared.Pending;
import dev.weft.process.shared.Presence;
import dev.weft.process.shared.Words;
import java.io.Serial;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.jspecify.annotations.Nullable;

/**
 * A number of permits between processes.
 *
 * <pre>{@code
 * try (var licences = ProcessSemaphore.create(3)) {
 *     pool.map(model -> licences.withPermit(() -> solve(model)), models).forEach(this::save);
 * }
 * }</pre>
 *
 * <p>There are two kinds:
 *
 * <ul>
 *   <li>{@link #create(int)}: each permit knows which process has it. Only a process that has one releases one, so that
 *       there are never more than at first, and <b>the permits of a process that dies return</b>, within 50 ms if
 *       somebody waits. {@link #returned} counts them.
 *   <li>{@link #counting}: a number that any process may raise and lower, such as the number of things that one has
 *       made and another has to fetch. What a process that dies has taken is gone, since nobody can know whether it was
 *       to come back.
 * </ul>
 *
 * <p>What a process did before it released happened before what another does after it has acquired that permit.
 *
 * <p>Inside, of the first kind: a word for each permit, 0 or the token of the process that has it. There is no count to
 * be kept in step with them, so that a process can be killed at any time.
 */
public final class ProcessSemaphore extends SyncObject {
    @Serial
    private static final long serialVersionUID = 1;

    /** The most permits of the kind that knows where they are. */
    public static final int MOST_PERMITS = 1 << 16;

    private static final long PERMITS = 0; // int: how many words there are, or 0 for the counting kind
    private static final long COUNT = 8; // long: the number of the counting kind
    private static final long RETURNED = 16; // long
    private static final int WORDS = 64;

    /** What this process has, one index of a word for each permit. */
    private static final class Held {
        final ConcurrentLinkedDeque<Integer> words = new ConcurrentLinkedDeque<>();
        volatile int hint;
    }

    private final transient MemorySegment data;
    private final transient int permits;
    private final transient Held held;

    ProcessSemaphore(Block block, boolean made) {
        super(block, Block.Kind.SEMAPHORE, made);
        this.data = block.data();
        this.permits = (int) Words.INT.getVolatile(data, PERMITS);
        this.held = block.local(Held.class, Held::new);
    }

    private static ProcessSemaphore make(@Nullable String name, int permits) {
        if (permits < 1 || permits > MOST_PERMITS) {
            throw new IllegalArgumentException("a semaphore whose permits are known has 1 to " + MOST_PERMITS
                    + " of them, and was to have " + permits + "; counting(...) can have more or none");
        }
        return new ProcessSemaphore(
                Block.create(
                        name,
                        Block.Kind.SEMAPHORE,
                        WORDS + (long) permits * Long.BYTES,
                        false,
                        data -> Words.INT.set(data, PERMITS, permits)),
                true);
    }

    private static ProcessSemaphore makeCounting(@Nullable String name, int permits) {
        if (permits < 0) {
            throw new IllegalArgumentException(
                    "a semaphore starts with 0 permits or more, and was to start with " + permits);
        }
        return new ProcessSemaphore(
                Block.create(
                        name, Block.Kind.SEMAPHORE, WORDS, false, data -> Words.LONG.set(data, COUNT, (long) permits)),
                true);
    }

    /**
     * Makes a semaphore whose permits return when a process dies, with a name of its own.
     *
     * @param permits how many there are, 1 to {@link #MOST_PERMITS}
     * @return the semaphore
     * @throws IllegalArgumentException if the number is not possible
     * @throws java.io.UncheckedIOException if there is no room for it
     */
    public static ProcessSemaphore create(int permits) {
        return make(null, permits);
    }

    /**
     * Makes a semaphore whose permits return when a process dies, with a name.
     *
     * @param name letters, digits, {@code _} and {@code -}
     * @param permits how many there are, 1 to {@link #MOST_PERMITS}
     * @return the semaphore
     * @throws IllegalArgumentException if the name or the number is not possible
     * @throws java.io.UncheckedIOException if something shared has that name, or there is no room for it
     */
    public static ProcessSemaphore create(String name, int permits) {
        return make(name, permits);
    }

    /**
     * Makes a semaphore that any process may raise and lower, with a name of its own.
     *
     * @param permits how many permits there are at first, not negative
     * @return the semaphore
     * @throws IllegalArgumentException if the number is negative
     * @throws java.io.UncheckedIOException if there is no room for it
     */
    public static ProcessSemaphore counting(int permits) {
        return makeCounting(null, permits);
    }

    /**
     * Makes a semaphore that any process may raise and lower, with a name.
     *
     * @param name letters, digits, {@code _} and {@code -}
     * @param permits how many permits there are at first, not negative
     * @return the semaphore
     * @throws IllegalArgumentException if the name is not possible or the number is negative
     * @throws java.io.UncheckedIOException if something shared has that name, or there is no room for it
     */
    public static ProcessSemaphore counting(String name, int permits) {
        return makeCounting(name, permits);
    }

    /**
     * Attaches to a semaphore of either kind that any process of this user has made.
     *
     * @param name its name
     * @return the semaphore
     * @throws java.io.UncheckedIOException if there is none of that name, or it is something else
     */
    public static ProcessSemaphore attach(String name) {
        return new ProcessSemaphore(Block.attach(name, Block.Kind.SEMAPHORE, false), false);
    }

    // ---- acquiring

    /**
     * Takes a permit, and waits for one if there is none.
     *
     * @throws dev.weft.Cancelled if the calling task is cancelled, or the thread interrupted; no permit has been taken
     *     then
     */
    public void acquire() {
        acquire(null);
    }

    /**
     * Takes a permit, and waits for one at most for a time.
     *
     * @param limit how long
     * @return whether it did
     * @throws dev.weft.Cancelled as for {@link #acquire()}
     */
    public boolean tryAcquire(Duration limit) {
        return acquire(limit);
    }

    /**
     * Takes a permit if there is one; never waits.
     *
     * @return whether it did
     */
    public boolean tryAcquire() {
        block();
        return take();
    }

    private boolean acquire(@Nullable Duration limit) {
        block();
        Waiter self = Waiter.current();
        self.checkpoint();
        if (take()) {
            return true;
        }
        if (limit != null && !limit.isPositive()) {
            returnThoseOfTheDead();
            return take();
        }
        return new Pending(openBlock(), self) {
            @Override
            protected boolean attempt() {
                return take();
            }

            @Override
            protected void inspect() {
                returnThoseOfTheDead();
            }

            @Override
            protected boolean undo() {
                giveBack();
                return true;
            }

            @Override
            protected int line() {
                return 1;
            }
        }.await(this, limit);
    }

    private static long word(int index) {
        return WORDS + (long) index * Long.BYTES;
    }

    private boolean take() {
        if (permits == 0) {
            long count = (long) Words.LONG.getVolatile(data, COUNT);
            while (count > 0) {
                long seen = (long) Words.LONG.compareAndExchange(data, COUNT, count, count - 1);
                if (seen == count) {
                    return true;
                }
                count = seen;
            }
            return false;
        }
        int first = held.hint;
        for (int i = 0; i < permits; i++) {
            int index = first + i < permits ? first + i : first + i - permits;
            if ((long) Words.LONG.getVolatile(data, word(index)) == 0
                    && Words.LONG.compareAndSet(data, word(index), 0L, Presence.token())) {
                held.hint = index + 1 == permits ? 0 : index + 1;
                held.words.addFirst(index);
                return true;
            }
        }
        return false;
    }

    /** Looks through the words for processes that have died. */
    private void returnThoseOfTheDead() {
        long known = 0;
        for (int i = 0; i < permits; i++) {
            long token = (long) Words.LONG.getVolatile(data, word(i));
            if (token == 0 || token == known) {
                continue;
            }
            if (Presence.isAlive(token)) {
                known = token;
            } else if (Words.LONG.compareAndSet(data, word(i), token, 0L)) {
                Words.LONG.getAndAdd(data, RETURNED, 1L);
                Log.info("process " + Presence.pid(token) + " died with a permit of the semaphore '" + name()
                        + "', which has returned");
                openBlock().changed();
            }
        }
    }

    // ---- releasing

    /**
     * Gives a permit back.
     *
     * @throws IllegalStateException if this process has none, or, of the {@linkplain #counting counting} kind, there
     *     would be more than the greatest {@code int}
     */
    public void release() {
        release(1);
    }

    /**
     * Gives a number of permits back.
     *
     * @param number how many, at least 1
     * @throws IllegalArgumentException if {@code number} is less than 1
     * @throws IllegalStateException as for {@link #release()}; of the counting kind no permit has been released then
     */
    public void release(int number) {
        block();
        if (number < 1) {
            throw new IllegalArgumentException("release needs at least 1 permit, and was given " + number);
        }
        if (permits == 0) {
            raise(number);
            return;
        }
        for (int i = 0; i < number; i++) {
            if (!giveBack()) {
                throw new IllegalStateException("this process, "
                        + ProcessHandle.current().pid() + ", has " + (i == 0 ? "no" : "only " + i)
                        + " permit of the semaphore '" + name() + "' to release; release once for each acquire in the"
                        + " same process, or take ProcessSemaphore.counting, which any process may raise");
            }
        }
    }

    private void raise(int number) {
        long count = (long) Words.LONG.getVolatile(data, COUNT);
        while (true) {
            if (count + number > Integer.MAX_VALUE) {
                throw new IllegalStateException("a release of " + number + " would leave the semaphore '" + name()
                        + "' with more than " + Integer.MAX_VALUE + " permits: it has " + count + " now");
            }
            long seen = (long) Words.LONG.compareAndExchange(data, COUNT, count, count + number);
            if (seen == count) {
                openBlock().changed();
                return;
            }
            count = seen;
        }
    }

    /** Gives one permit back; false if this process has none. */
    private boolean giveBack() {
        if (permits == 0) {
            raise(1);
            return true;
        }
        Integer index = held.words.pollFirst();
        if (index == null) {
            return false;
        }
        held.hint = index;
        Words.LONG.setVolatile(data, word(index), 0L);
        openBlock().changed();
        return true;
    }

    /**
     * Runs a block with a permit, which it releases however the block ends.
     *
     * @param body the block
     * @param <T> its result
     * @param <X> the checked exception that it may throw
     * @return its result
     * @throws X what the block fails with
     * @throws dev.weft.Cancelled if the calling task is cancelled while it waits for the permit
     */
    public <T extends @Nullable Object, X extends Throwable> T withPermit(Body<T, X> body) throws X {
        acquire();
        try {
            return body.call();
        } finally {
            release();
        }
    }

    /**
     * Runs a block without a result with a permit, as {@link #withPermit(Body)}.
     *
     * @param body the block
     * @param <X> the checked exception that it may throw
     * @throws X what the block fails with
     */
    public <X extends Throwable> void withPermit(Action<X> body) throws X {
        this.<@Nullable Void, X>withPermit(() -> {
            body.run();
            return Nothing.value();
        });
    }

    // ---- looking

    /**
     * {@return how many permits can be taken now; those of processes that have died count from when somebody has looked
     * who waited}
     */
    public int available() {
        block();
        return free();
    }

    private int free() {
        if (permits == 0) {
            return (int) (long) Words.LONG.getVolatile(data, COUNT);
        }
        int free = 0;
        for (int i = 0; i < permits; i++) {
            free += (long) Words.LONG.getVolatile(data, word(i)) == 0 ? 1 : 0;
        }
        return free;
    }

    /** {@return whether a process has a permit} */
    boolean holds(long pid) {
        for (int i = 0; i < permits; i++) {
            if (Presence.pid((long) Words.LONG.getVolatile(data, word(i))) == pid) {
                return true;
            }
        }
        return false;
    }

    /**
     * {@return how many permits have returned because a process died that had them}
     */
    public long returned() {
        block();
        return (long) Words.LONG.getVolatile(data, RETURNED);
    }

    @Override
    String state() {
        return free() + " free" + (permits == 0 ? "" : " of " + permits);
    }
}
