package dev.weft.stress;

import dev.weft.sync.Queue;
import java.util.ArrayList;
import java.util.List;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class QueueLincheckTest {
    @Param(name = "item", gen = IntGen.class, conf = "1:3")
    public static class Bounded {
        private final Queue<Integer> queue = Queue.bounded(2);

        @Operation
        public boolean tryPut(@Param(name = "item") int item) {
            return queue.tryPut(item);
        }

        @Operation
        public @Nullable Integer tryGet() {
            return queue.tryGet();
        }

        @Operation
        public int size() {
            return queue.size();
        }

        @Operation
        public void taskDone() {
            queue.taskDone();
        }

        @Operation
        public void shutdown() {
            queue.shutdown();
        }
    }

    @Param(name = "item", gen = IntGen.class, conf = "1:3")
    public static class Ranked {
        private final Queue<Integer> queue = Queue.priority((Integer item) -> -item);

        @Operation
        public void put(@Param(name = "item") int item) {
            queue.put(item);
        }

        @Operation
        public @Nullable Integer tryGet() {
            return queue.tryGet();
        }

        @Operation
        public List<Integer> shutdownNow() {
            return queue.shutdownNow();
        }
    }

    /** The planted bug: a list that only the writers lock. */
    @Param(name = "item", gen = IntGen.class, conf = "1:3")
    public static class HalfLocked {
        private final List<Integer> items = new ArrayList<>();

        @Operation
        public synchronized boolean tryPut(@Param(name = "item") int item) {
            return items.size() < 2 && items.add(item);
        }

        @Operation
        public @Nullable Integer tryGet() {
            return items.isEmpty() ? null : items.removeFirst();
        }
    }

    @Test
    void aBoundedQueueIsLinearizable() {
        Models.holds(Bounded.class);
    }

    @Test
    void aPriorityQueueIsLinearizable() {
        Models.holds(Ranked.class);
    }

    @Test
    void aQueueThatOnlyWritersLockIsFound() {
        Models.breaks(HalfLocked.class);
    }

    @Test
    void writersAndReadersWakeEachOther() {
        Models.ends(() -> {
            Queue<Integer> queue = Queue.bounded(1);
            Thread writer = new Thread(() -> {
                queue.put(1);
                queue.put(2);
            });
            writer.start();
            int first = queue.get();
            int second = queue.get();
            Models.join(writer);
            if (first != 1 || second != 2) {
                throw new AssertionError("expected 1 and 2, found " + first + " and " + second);
            }
        });
    }
}
