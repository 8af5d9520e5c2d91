package dev.weft.loop.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The timers of a loop: a 4-ary min-heap by deadline, first in first out among equals, from which any entry is removed
 * in logarithmic time by the index that it keeps. Loop thread only.
 *
 * <p>Four children a node make the heap half as deep as two would, and the four lie beside each other in memory
 * (Johnson, 1975).
 */
final class TimerHeap {
    private static final int INITIAL = 64;

    private @Nullable TimerNode[] nodes = new @Nullable TimerNode[INITIAL];
    private int size;
    private int sequence;

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    /** {@return the deadline that comes first; the heap must not be empty} */
    long firstDeadline() {
        return at(0).deadline;
    }

    void add(TimerNode node, long deadline) {
        if (node.heapIndex >= 0) {
            throw new IllegalStateException("timer " + node + " is in a heap already");
        }
        if (size == nodes.length) {
            nodes = Arrays.copyOf(nodes, 2 * size);
        }
        node.deadline = deadline;
        node.sequence = sequence++;
        siftUp(size++, node);
    }

    /** Takes a node out; nothing happens if it is in no heap. */
    void remove(TimerNode node) {
        int index = node.heapIndex;
        if (index < 0) {
            return;
        }
        node.heapIndex = -1;
        TimerNode last = at(--size);
        nodes[size] = null;
        if (last != node) {
            siftDown(index, last);
            if (last.heapIndex == index) {
                siftUp(index, last);
            }
        }
    }

    /** Takes out the first node if it is due. */
    @Nullable
    TimerNode pollDue(long now) {
        if (size == 0) {
            return null;
        }
        return firstDeadline() - now > 0 ? null : pollFirst();
    }

    /** Takes out the node that is due first; the heap must not be empty. */
    TimerNode pollFirst() {
        TimerNode first = at(0);
        remove(first);
        return first;
    }

    /** {@return the nodes of a type, in no order} */
    <N extends TimerNode> List<N> all(Class<N> type) {
        List<N> all = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            if (type.isInstance(nodes[i])) {
                all.add(type.cast(nodes[i]));
            }
        }
        return all;
    }

    private TimerNode at(int index) {
        TimerNode node = nodes[index];
        if (node == null) {
            throw new AssertionError("hole in the timer heap at " + index + " of " + size);
        }
        return node;
    }

    private static boolean before(TimerNode a, TimerNode b) {
        long difference = a.deadline - b.deadline; // wraps as nanoTime does
        return difference < 0 || (difference == 0 && a.sequence - b.sequence < 0);
    }

    private void siftUp(int index, TimerNode node) {
        while (index > 0) {
            int parent = (index - 1) >>> 2;
            TimerNode above = at(parent);
            if (!before(node, above)) {
                break;
            }
            put(index, above);
            index = parent;
        }
        put(index, node);
    }

    private void siftDown(int index, TimerNode node) {
        for (; ; ) {
            int child = (index << 2) + 1;
            if (child >= size) {
                break;
            }
            int least = child;
            int end = Math.min(child + 4, size);
            for (int i = child + 1; i < end; i++) {
                if (before(at(i), at(least))) {
                    least = i;
                }
            }
            if (!before(at(least), node)) {
                break;
            }
            put(index, at(least));
            index = least;
        }
        put(index, node);
    }

    private void put(int index, TimerNode node) {
        nodes[index] = node;
        node.heapIndex = index;
    }
}
