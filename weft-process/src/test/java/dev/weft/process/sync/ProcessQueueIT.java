package dev.weft.process.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Task;
import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.process.ProcessPool;
import dev.weft.process.TransferException;
import dev.weft.process.shared.Child;
import dev.weft.sync.ClosedException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Queues between real processes, some of which are killed. */
@Timeout(180)
@EnabledOnOs(OS.LINUX)
class ProcessQueueIT {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofMillis(20);

    record Order(String what, List<Integer> sizes) implements Serializable {}

    private static Child child(String method, String... arguments) {
        return Child.start(ProcessQueueIT.class, method, arguments);
    }

    // ---- what children do

    /** Passes numbers from one queue to another. */
    @SuppressWarnings("unused")
    private static void passes(String[] names) {
        var from = ProcessQueue.attach(Integer.class, names[0]);
        var to = ProcessQueue.attach(Integer.class, names[1]);
        while (true) {
            int number;
            try {
                number = from.get();
            } catch (ClosedException e) {
                Child.say("end");
                return;
            }
            to.put(number);
            from.taskDone();
        }
    }

    @SuppressWarnings("unused")
    private static void takes(String[] names) {
        var queue = ProcessQueue.attach(String.class, names[0]);
        for (int i = 0; i < Integer.parseInt(names[1]); i++) {
            Child.say(queue.get());
        }
        Child.await();
        queue.taskDone();
        Child.say("done");
        Child.await();
    }

    @SuppressWarnings("unused")
    private static void putsForEver(String[] names) {
        var queue = ProcessQueue.attach(byte[].class, names[0]);
        Child.say("begins");
        for (int i = 0; ; i++) {
            byte[] item = new byte[1000 + i % 1000];
            Arrays.fill(item, (byte) i);
            queue.put(item);
        }
    }

    @SuppressWarnings("unused")
    private static void takesForEver(String[] names) {
        var queue = ProcessQueue.attach(byte[].class, names[0]);
        Child.say("begins");
        while (true) {
            queue.get();
            queue.taskDone();
        }
    }

    // ---- tests

    @Test
    @DisplayName("P256 a full queue refuses an item, at once, after a time, or keeps its producer waiting")
    void aFullQueueRefusesAnItem() throws Exception {
        try (var queue = ProcessQueue.create(Integer.class, 3)) {
            assertThat(queue.tryPut(1)).isTrue();
            queue.put(2);
            assertThat(queue.tryPut(3, LONG)).isTrue();
            assertThat(queue.size()).isEqualTo(3);
            assertThat(queue.tryPut(4)).isFalse();
            assertThat(queue.tryPut(4, SHORT)).isFalse();
            Thread producer = Thread.ofVirtual().start(() -> queue.put(4));
            assertThat(producer.join(SHORT)).isFalse();
            assertThat(queue.get()).isEqualTo(1);
            producer.join();
            assertThat(List.of(queue.get(), queue.get(), queue.get())).containsExactly(2, 3, 4);
            assertThat(queue.tryGet()).isNull();
            assertThat(queue.tryGet(SHORT)).isNull();
            assertThatThrownBy(() -> ProcessQueue.create(Integer.class, 0))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void whatIsPutIsTakenOnceInOrderByAnyProcess() {
        int count = 20_000;
        try (var there = ProcessQueue.create(Integer.class, 100);
                var back = ProcessQueue.create(Integer.class, 50);
                Child first = child("passes", there.name(), back.name());
                Child second = child("passes", there.name(), back.name())) {
            BitSet seen = new BitSet();
            Thread producer = Thread.ofPlatform().start(() -> {
                for (int i = 0; i < count; i++) {
                    there.put(i);
                }
            });
            for (int i = 0; i < count; i++) {
                int number = back.get();
                assertThat(seen.get(number)).isFalse();
                seen.set(number);
            }
            assertThat(seen.cardinality()).isEqualTo(count);
            there.join();
            assertThat(there.unfinished()).isZero();
            there.shutdown();
            first.until("end");
            second.until("end");
            assertThat(producer.isAlive()).isFalse();
        }
    }

    @Test
    void objectsAreSentAsTheyWereWhenTheyWerePut() {
        try (var queue = ProcessQueue.create(Order.class, 10);
                var pool = ProcessPool.builder().workers(1).heap("64m").build()) {
            List<Integer> sizes = new ArrayList<>(List.of(1, 2));
            queue.put(new Order("shoes", sizes));
            sizes.set(0, 9);
            String answer = pool.submit(() -> {
                        Order order = queue.get();
                        queue.put(new Order(order.what() + order.sizes(), List.of()));
                        queue.taskDone();
                        return "answered";
                    })
                    .await();
            assertThat(answer).isEqualTo("answered");
            assertThat(queue.get().what()).isEqualTo("shoes[1, 2]");
        }
    }

    static final class Unsendable {
        final Thread thread = Thread.currentThread();
    }

    @Test
    void whatCannotBeSentFailsPut() {
        try (var queue = ProcessQueue.create(Object.class, 10)) {
            assertThatThrownBy(() -> queue.put(new Unsendable())).isInstanceOf(TransferException.class);
            assertThatThrownBy(() -> queue.put(null)).isInstanceOf(ClassCastException.class);
            queue.put("a text");
            assertThat(queue.get()).isEqualTo("a text");
            assertThat(queue.unfinished()).isOne();
            queue.taskDone();
            assertThatThrownBy(queue::taskDone).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void largeItemsAreInMemoryOfTheirOwnThatIsRemoved() throws Exception {
        byte[] large = new byte[3 << 20];
        new Random(1).nextBytes(large);
        Path room = Path.of("/dev/shm/weft." + System.getProperty("user.name"));
        String name;
        try (var queue = ProcessQueue.create(byte[].class, 10)) {
            name = queue.name();
            for (int i = 0; i < 3; i++) {
                queue.put(large);
                queue.put(new byte[] {(byte) i});
            }
            for (int i = 0; i < 2; i++) {
                assertThat(queue.get()).isEqualTo(large);
                assertThat(queue.get()).containsExactly((byte) i);
            }
            for (int i = 0; i < 8; i++) {
                queue.put(new byte[100]);
            }
            assertThat(queue.tryPut(large)).isFalse();
            try (var files = Files.list(room)) {
                assertThat(files.filter(file -> file.getFileName().toString().startsWith(name + ".")))
                        .hasSize(1);
            }
        }
        try (var files = Files.list(room)) {
            assertThat(files.filter(file -> file.getFileName().toString().startsWith(name)))
                    .isEmpty();
        }
    }

    @Test
    void manySizesFillTheRingAgainAndAgain() {
        var random = new Random(5);
        try (var queue = ProcessQueue.create(byte[].class, 40)) {
            var expected = new java.util.ArrayDeque<byte[]>();
            for (int i = 0; i < 3000; i++) {
                byte[] item = new byte[random.nextInt(120_000)];
                random.nextBytes(item);
                while (!queue.tryPut(item)) {
                    assertThat(queue.get()).isEqualTo(expected.remove());
                }
                expected.add(item);
            }
            while (!expected.isEmpty()) {
                assertThat(queue.get()).isEqualTo(expected.remove());
            }
            assertThat(queue.tryGet()).isNull();
        }
    }

    @Test
    void aConsumerThatDiesLosesWhatItHadInHandAndJoinReportsIt() {
        try (var queue = ProcessQueue.create(String.class, 10);
                Child dead = child("takes", queue.name(), "2")) {
            queue.put("one");
            queue.put("two");
            dead.until("one").until("two");
            queue.put("three");
            assertThat(queue.get()).isEqualTo("three");
            queue.taskDone();
            assertThat(queue.unfinished()).isEqualTo(2);
            assertThat(queue.tryJoin(SHORT)).isFalse();
            dead.kill();
            assertThatThrownBy(queue::join)
                    .isInstanceOf(OwnerDiedException.class)
                    .hasMessageContaining("2 items")
                    .satisfies(e -> assertThat(((OwnerDiedException) e).pid()).isEqualTo(dead.pid()));
            assertThat(queue.lost()).isEqualTo(2);
            queue.join(); // it was reported
        }
    }

    @Test
    void processesThatDieWhileTheyPutOrTakeWedgeNobody() {
        var random = new Random(3);
        try (var queue = ProcessQueue.create(byte[].class, 20)) {
            for (int round = 0; round < 8; round++) {
                boolean producer = round % 2 == 0;
                try (Child victim = child(producer ? "putsForEver" : "takesForEver", queue.name())) {
                    victim.until("begins");
                    for (int i = 0; i < 200 + random.nextInt(2000); i++) {
                        if (producer) {
                            check(queue.get());
                        } else {
                            queue.put(new byte[500]);
                        }
                    }
                    victim.kill();
                }
                while (true) {
                    byte[] item = queue.tryGet(Duration.ofMillis(200));
                    if (item == null) {
                        break;
                    }
                    check(item);
                }
                assertThat(queue.size()).isZero();
                assertThat(queue.tryPut(new byte[] {1}, LONG)).isTrue();
                assertThat(queue.get()).containsExactly(1);
            }
        }
    }

    private static void check(byte[] item) {
        for (byte element : item) {
            assertThat(element).isEqualTo(item[0]);
        }
    }

    @Test
    void anItemIsNotLostOnATaskThatIsCancelled() {
        try (var queue = ProcessQueue.create(Integer.class, 4)) {
            List<Integer> got = new ArrayList<>();
            for (int round = 0; round < 200; round++) {
                int item = round;
                Weft.run(() -> {
                    try (var group = TaskGroup.open()) {
                        Task<Integer> consumer = group.spawn(queue::get);
                        Weft.sleep(Duration.ZERO);
                        Thread.ofPlatform().start(() -> queue.put(item));
                        for (int i = 0; i < item * 20; i++) {
                            Thread.onSpinWait();
                        }
                        consumer.cancel("test");
                        consumer.join();
                        got.add(consumer.isCancelled() ? queue.tryGet(LONG) : consumer.result());
                    }
                    return null;
                });
            }
            assertThat(got)
                    .containsExactlyElementsOf(
                            java.util.stream.IntStream.range(0, 200).boxed().toList());
            assertThat(queue.size()).isZero();
        }
    }

    @Test
    void afterShutdownWhatIsThereIsTaken() {
        try (var queue = ProcessQueue.create(String.class, 1)) {
            queue.put("last");
            Weft.run(() -> {
                try (var group = TaskGroup.open()) {
                    Task<Boolean> producer = group.spawn(() -> {
                        assertThatThrownBy(() -> queue.put("late")).isInstanceOf(ClosedException.class);
                        return true;
                    });
                    Weft.sleep(Duration.ofMillis(5));
                    queue.shutdown();
                    assertThat(producer.await()).isTrue();
                    group.join();
                }
                return null;
            });
            assertThat(queue.isShutdown()).isTrue();
            assertThat(queue.get()).isEqualTo("last");
            assertThatThrownBy(queue::get).isInstanceOf(ClosedException.class);
            assertThatThrownBy(queue::tryGet).isInstanceOf(ClosedException.class);
        }
    }
}
