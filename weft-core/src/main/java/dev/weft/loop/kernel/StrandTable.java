package dev.weft.loop.kernel;

import org.jspecify.annotations.Nullable;

/**
 * The strands of a loop by the id of their thread: what tells a coroutine who it is, and the registry from which
 * diagnostics list tasks.
 *
 * <p>Open addressing with linear probing. Ids are handed out in sequence; Fibonacci hashing scatters them, for as one
 * long run they would make each removal walk over all of them. Written by the loop thread only; {@link #snapshot} may
 * be called from any thread, is weakly consistent, and may miss a strand that is being moved.
 */
final class StrandTable {
    private static final int INITIAL = 64;

    private @Nullable Strand[] slots = new @Nullable Strand[INITIAL];
    private int size;

    int size() {
        return size;
    }

    @Nullable
    Strand get(Thread thread) {
        @Nullable Strand[] table = slots;
        int mask = table.length - 1;
        for (int i = home(thread, mask); ; i = (i + 1) & mask) {
            Strand strand = table[i];
            if (strand == null || strand.thread == thread) {
                return strand;
            }
        }
    }

    private static int home(Thread thread, int mask) {
        return (int) ((thread.threadId() * 0x9E37_79B9_7F4A_7C15L) >>> 32) & mask;
    }

    void add(Strand strand) {
        if (2 * ++size > slots.length) {
            @Nullable Strand[] old = slots;
            slots = new @Nullable Strand[2 * old.length];
            for (Strand moved : old) {
                if (moved != null) {
                    insert(moved);
                }
            }
        }
        insert(strand);
    }

    private void insert(Strand strand) {
        int mask = slots.length - 1;
        int i = home(strand.thread, mask);
        while (slots[i] != null) {
            i = (i + 1) & mask;
        }
        slots[i] = strand;
    }

    /** Takes a strand out and closes the gap, so that no probe ends early. */
    void remove(Strand strand) {
        @Nullable Strand[] table = slots;
        int mask = table.length - 1;
        int gap = home(strand.thread, mask);
        while (table[gap] != strand) {
            if (table[gap] == null) {
                return;
            }
            gap = (gap + 1) & mask;
        }
        size--;
        for (int i = (gap + 1) & mask; ; i = (i + 1) & mask) {
            Strand moved = table[i];
            if (moved == null) {
                break;
            }
            if (((i - home(moved.thread, mask)) & mask) >= ((i - gap) & mask)) {
                table[gap] = moved;
                gap = i;
            }
        }
        table[gap] = null;
    }

    /** {@return the slots as they are; entries may be null} */
    @Nullable
    Strand[] snapshot() {
        return slots.clone();
    }
}
