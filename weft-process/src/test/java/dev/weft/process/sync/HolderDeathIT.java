package dev.weft.process.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.process.memory.SharedLongArray;
import dev.weft.process.shared.Child;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * Processes that take and release at random, and are killed at random moments while they do: nobody hangs, no permit is
 * lost, and what a lock protects holds.
 *
 * <p>{@code -Dweft.stress.factor} makes it longer.
 */
@Timeout(value = 300)
@EnabledOnOs(OS.LINUX)
class HolderDeathIT {
    private static final int PERMITS = 3;
    private static final int FACTOR = Integer.getInteger("weft.stress.factor", 1);
    private static final int KILLS = 12 * FACTOR;
    private static final int OPERATIONS = 4_000 * FACTOR;

    // Words of the shared array.
    private static final int LEFT = 0; // what the lock protects: these two are equal while nobody holds it
    private static final int RIGHT = 1;
    private static final int LOCKED = 2; // how often the lock was taken
    private static final int REPAIRED = 3;
    private static final int BROKEN = 4; // how often the two differed without a report
    private static final int PERMITTED = 5; // how often a permit was taken
    private static final int SIGNALS = 6;

    /** What all children do, for ever; the first argument is the seed. */
    @SuppressWarnings("unused")
    private static void works(String[] names) {
        var random = new Random(Long.parseLong(names[0]));
        var lock = ProcessLock.attach(names[1]);
        var semaphore = ProcessSemaphore.attach(names[2]);
        var words = SharedLongArray.attach(names[3]);
        var condition = ProcessCondition.attach(names[4], lock);
        Child.say("works");
        while (true) {
            switch (random.nextInt(4)) {
                case 0, 1 ->
                    lock.withLock(() -> repair(words), () -> {
                        change(words, random);
                        if (random.nextBoolean()) {
                            condition.signal();
                        }
                        return 0;
                    });
                case 2 ->
                    semaphore.withPermit(() -> {
                        linger(random);
                        words.getAndAdd(PERMITTED, 1);
                    });
                default -> {
                    try {
                        lock.withLock(() -> {
                            if (condition.await(java.time.Duration.ofMillis(5))) {
                                words.getAndAdd(SIGNALS, 1);
                            }
                        });
                    } catch (OwnerDiedException e) {
                        // somebody repairs
                    }
                }
            }
        }
    }

    private static void change(SharedLongArray words, Random random) {
        long left = words.getPlain(LEFT);
        if (left != words.getPlain(RIGHT)) {
            words.getAndAdd(BROKEN, 1);
        }
        words.setPlain(LEFT, left + 1);
        linger(random);
        words.setPlain(RIGHT, left + 1);
        words.getAndAdd(LOCKED, 1);
    }

    /** So that it is killed here sometimes. */
    private static void linger(Random random) {
        for (int i = random.nextInt(20_000); i > 0; i--) {
            Thread.onSpinWait();
        }
    }

    private static void repair(SharedLongArray words) {
        words.setPlain(RIGHT, words.getPlain(LEFT));
        words.getAndAdd(REPAIRED, 1);
    }

    @Test
    void holdersAreKilledAtRandomMoments() throws Exception {
        var random = new Random(11);
        List<Child> children = new ArrayList<>();
        try (var lock = ProcessLock.create();
                var condition = ProcessCondition.create(lock);
                var semaphore = ProcessSemaphore.create(PERMITS);
                var words = SharedLongArray.create(8)) {
            String[] names = {"", lock.name(), semaphore.name(), words.name(), condition.name()};
            for (int i = 0; i < 3; i++) {
                children.add(start(i, names));
            }
            int kills = 0;
            long operations = 0;
            while (kills < KILLS || operations < OPERATIONS) {
                long before = operations(words);
                long some = 50L + random.nextInt(450);
                await("all go on after " + kills + " kills", () -> operations(words) >= before + some, words);
                LongPredicate ownsLock = pid -> lock.state().endsWith("owned by process " + pid);
                Child victim = victim(children, kills % 2 == 0 ? ownsLock : semaphore::holds, random);
                victim.kill();
                children.remove(victim);
                kills++;
                children.add(start(100 + kills, names));
                operations = operations(words);
            }
            children.forEach(Child::kill);

            // All permits can be had by one, and the lock too.
            for (int i = 0; i < PERMITS; i++) {
                assertThat(semaphore.tryAcquire(java.time.Duration.ofSeconds(20)))
                        .isTrue();
            }
            assertThat(semaphore.tryAcquire()).isFalse();
            lock.withLock(() -> repair(words), () -> 0);
            assertThat(words.get(LEFT)).isEqualTo(words.get(RIGHT));
            assertThat(words.get(BROKEN)).isZero();
            System.out.println("holders killed: " + kills + ", locked " + words.get(LOCKED) + " times, repaired "
                    + words.get(REPAIRED) + ", permits taken " + words.get(PERMITTED) + ", returned by death "
                    + semaphore.returned() + ", lost 0, signals " + words.get(SIGNALS) + ", hangs 0");
        } finally {
            children.forEach(Child::close);
        }
    }

    /** One that holds the lock or a permit at this moment, most of the time. */
    private static Child victim(List<Child> children, LongPredicate holds, Random random) {
        for (int i = 0; i < 1_000_000; i++) {
            for (Child child : children) {
                if (holds.test(child.pid())) {
                    return child;
                }
            }
        }
        return children.get(random.nextInt(children.size()));
    }

    private static long operations(SharedLongArray words) {
        return words.get(LOCKED) + words.get(PERMITTED);
    }

    private static Child start(int seed, String[] names) {
        String[] arguments = names.clone();
        arguments[0] = Integer.toString(seed);
        return Child.start(
                        seed % 3 == 2
                                ? List.of("-Dweft.process.native=false")
                                : List.of("--enable-native-access=ALL-UNNAMED"),
                        HolderDeathIT.class,
                        "works",
                        arguments)
                .until("works");
    }

    private static void await(String what, BooleanSupplier condition, SharedLongArray words)
            throws InterruptedException {
        long deadline = System.nanoTime() + 120_000_000_000L;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(
                        "not within 120 s: " + what + ", " + java.util.Arrays.toString(words.toArray()));
            }
            Thread.sleep(2);
        }
    }
}
