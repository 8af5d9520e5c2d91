package dev.weft.testing.explored;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.sync.ClosedException;
import dev.weft.sync.Queue;
import dev.weft.testing.LoopTest;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;

class QueueSeededTest {
    private static final int SCHEDULES = 300;
    private static final int PRODUCERS = 3;
    private static final int ITEMS = 3;

    private final Queue<String> queue = Queue.bounded(2);
    private final List<String> put = new ArrayList<>();
    private final List<String> got = new ArrayList<>();

    @LoopTest(schedules = SCHEDULES)
    void everyItemIsGotOnceAndJoinWaitsForAll(RandomGenerator random) {
        try (var group = TaskGroup.open()) {
            for (int i = 0; i < 2; i++) {
                group.spawn(() -> consume(random));
            }
            produce(random);
            queue.join();
            assertThat(queue.unfinished()).isZero();
            assertThat(got).containsExactlyInAnyOrderElementsOf(put);
            queue.shutdown();
            group.join();
        }
    }

    @LoopTest(schedules = SCHEDULES, cancelEverywhere = true)
    void noItemIsLostOrDoubledByACancellation(RandomGenerator random) {
        try (var group = TaskGroup.open()) {
            for (int i = 0; i < 2; i++) {
                group.spawn(() -> {
                    try {
                        consume(random);
                    } finally {
                        queue.resize(Integer.MAX_VALUE); // or the producers would wait for a consumer that is no more
                    }
                });
            }
            produce(random);
            queue.shutdown();
            group.join();
        }
    }

    /** What producers do, until all have ended. */
    private void produce(RandomGenerator random) {
        try (var group = TaskGroup.open()) {
            for (int i = 0; i < PRODUCERS; i++) {
                int producer = i;
                group.spawn(() -> {
                    for (int k = 0; k < ITEMS; k++) {
                        RandomTimes.sleep(random, 3);
                        String item = producer + "." + k;
                        boolean impatient = k == 1;
                        if (impatient) {
                            Weft.moveOnAfter(RandomTimes.millis(random, 3), () -> put(item));
                        } else {
                            put(item);
                        }
                    }
                });
            }
            group.join();
        }
    }

    private void put(String item) {
        queue.put(item);
        put.add(item);
    }

    private void consume(RandomGenerator random) {
        while (true) {
            try {
                Weft.moveOnAfter(RandomTimes.millis(random, 5), () -> {
                    String item = queue.get();
                    got.add(item);
                    try {
                        RandomTimes.sleep(random, 2);
                    } finally {
                        queue.taskDone();
                    }
                });
            } catch (ClosedException e) {
                return;
            }
            Weft.sleep(RandomTimes.millis(random, 2));
        }
    }

    @AfterEach
    void whatWasPutWasGotOrIsStillThere() {
        List<String> all = new ArrayList<>(got);
        while (queue.size() > 0) {
            all.add(queue.get());
        }
        assertThat(all).containsExactlyInAnyOrderElementsOf(put);
        for (int producer = 0; producer < PRODUCERS; producer++) {
            String prefix = producer + ".";
            assertThat(put.stream().filter(item -> item.startsWith(prefix))).isSorted();
        }
    }
}
