package dev.weft.process.shared;

import dev.weft.process.posix.Futex;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The thread {@code weft-process-waits}, which tries on behalf of all in this JVM that wait for other processes.
 *
 * <p>One pass: announce for each block that somebody waits, note its number of changes, try for each that waits, in the
 * order of arrival; then sleep until a number has changed. A change that comes after the attempt changes the number
 * first, so that the sleep ends at once. Every 50 ms the attempts are preceded by a look whether others are still
 * alive. A process that was killed after a change and before it told of it costs no more than that either.
 *
 * <p>It sleeps in a {@link Futex} where there is one. Else, or if another process that uses the block has none, it
 * looks again and again: after 20 µs at first, after an eighth of the time that nothing has happened later, and after 5
 * ms at most.
 */
final class Waits {
    private static final long INSPECT_EVERY = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long LEAST_POLL = TimeUnit.MICROSECONDS.toNanos(20);
    private static final long MOST_POLL = TimeUnit.MILLISECONDS.toNanos(5);
    private static final int MOST_BLOCKS = Futex.MOST_WORDS - 1;

    private static final ConcurrentLinkedQueue<Pending> ADDED = new ConcurrentLinkedQueue<>();
    /** Blocks whose waiters are to be woken by the thread, as the calls for it were not linked yet. */
    private static final ConcurrentLinkedQueue<Block> TO_WAKE = new ConcurrentLinkedQueue<>();

    /** Four bytes that change when something is added while the thread sleeps in the system call. */
    private static final MemorySegment BELL = Arena.global().allocate(ValueLayout.JAVA_INT);

    private static final AtomicBoolean RUNG = new AtomicBoolean();

    private static final class Started {
        static final Thread THREAD = start();

        private static Thread start() {
            Thread thread = Thread.ofPlatform()
                    .daemon()
                    .name("weft-process-waits")
                    .stackSize(256 << 10)
                    .unstarted(() -> new Waits().run());
            thread.start();
            return thread;
        }
    }

    private final Map<Block, Deque<Pending>> lines = new LinkedHashMap<>();
    private final List<MemorySegment> words = new ArrayList<>();
    private final int[] expected = new int[Futex.MOST_WORDS];
    private final MemorySegment room = Arena.global().allocate(Futex.ROOM_BYTES, 8);
    private long nextInspection = System.nanoTime();
    private long lastProgress = nextInspection;

    private Waits() {}

    /** Takes a wait in; any thread. */
    static void add(Pending pending) {
        ADDED.add(pending);
        ring();
    }

    /** Wakes those who wait for a block in any process, after a change; any thread. */
    static void wake(Block block) {
        Futex futex = Futex.linked();
        if (futex != null) {
            futex.wake(block.changesWord());
        } else if (Futex.allowed()) {
            TO_WAKE.add(block);
            ring();
        } else {
            block.setPolled();
            ring();
        }
    }

    private static void ring() {
        if (!RUNG.getAndSet(true)) {
            Words.INT.getAndAdd(BELL, 0L, 1);
            Futex futex = Futex.linked();
            if (futex != null) {
                futex.wake(BELL);
            }
            LockSupport.unpark(Started.THREAD);
        }
    }

    private void run() {
        Futex futex = Futex.get();
        while (true) {
            try {
                pass(futex);
            } catch (Throwable e) { // out of memory, say; waits are taken up again by the next pass
                Log.warning("a pass of the thread that waits for other processes has failed", e);
            }
        }
    }

    private void pass(@Nullable Futex futex) {
        int bell = (int) Words.INT.getVolatile(BELL, 0L);
        RUNG.set(false);
        for (Block block = TO_WAKE.poll(); block != null; block = TO_WAKE.poll()) {
            if (futex == null) {
                block.setPolled();
            } else {
                futex.wake(block.changesWord());
            }
        }
        for (Pending pending = ADDED.poll(); pending != null; pending = ADDED.poll()) {
            lines.computeIfAbsent(pending.block, _ -> new ArrayDeque<>()).add(pending);
            lastProgress = System.nanoTime();
        }
        boolean inspect = System.nanoTime() - nextInspection >= 0;
        if (inspect) {
            nextInspection = System.nanoTime() + INSPECT_EVERY;
        }
        words.clear();
        words.add(BELL);
        expected[0] = bell;
        boolean polled = futex == null;
        for (Iterator<Map.Entry<Block, Deque<Pending>>> each = lines.entrySet().iterator(); each.hasNext(); ) {
            Map.Entry<Block, Deque<Pending>> line = each.next();
            Block block = line.getKey();
            if (futex == null) {
                block.setPolled();
            }
            int changes = block.announceWait();
            serve(line.getValue(), inspect);
            if (line.getValue().isEmpty()) {
                each.remove();
            } else if (words.size() < MOST_BLOCKS) {
                expected[words.size()] = changes;
                words.add(block.changesWord());
                polled |= block.isPolled();
            } else {
                polled = true;
            }
        }
        sleep(futex, polled);
    }

    private void serve(Deque<Pending> line, boolean inspect) {
        int stuck = 0;
        for (Iterator<Pending> each = line.iterator(); each.hasNext(); ) {
            Pending pending = each.next();
            int mark = pending.line() == 0 ? 0 : 1 << pending.line();
            if ((stuck & mark) != 0) {
                if (pending.isGivenUp()) {
                    each.remove();
                }
            } else if (pending.serve(inspect)) {
                each.remove();
                lastProgress = System.nanoTime();
            } else {
                stuck |= mark;
            }
        }
    }

    private void sleep(@Nullable Futex futex, boolean polled) {
        if (RUNG.get()) {
            return;
        }
        if (lines.isEmpty()) {
            LockSupport.park(this);
            return;
        }
        long now = System.nanoTime();
        long nanos = Math.max(nextInspection - now, 1);
        if (polled) {
            nanos = Math.min(nanos, Math.clamp((now - lastProgress) / 8, LEAST_POLL, MOST_POLL));
        }
        if (futex == null) {
            LockSupport.parkNanos(this, nanos);
        } else {
            futex.waitForChange(room, words, expected, nanos);
        }
    }
}
