package dev.weft.process.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Cancelled;
import dev.weft.Task;
import dev.weft.TaskGroup;
import dev.weft.TimedOutException;
import dev.weft.Weft;
import dev.weft.process.ProcessPool;
import dev.weft.process.memory.SharedLong;
import dev.weft.process.memory.SharedLongArray;
import dev.weft.process.shared.Child;
import dev.weft.sync.BrokenException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * Locks, semaphores, events, conditions and barriers between real processes, some of which are killed while they hold
 * something.
 */
@Timeout(180)
@EnabledOnOs(OS.LINUX)
class ProcessSyncIT {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofMillis(20);

    private static Child child(String method, String... arguments) {
        return Child.start(ProcessSyncIT.class, method, arguments);
    }

    private static Child portable(String method, String... arguments) {
        return Child.start(List.of("-Dweft.process.native=false"), ProcessSyncIT.class, method, arguments);
    }

    // ---- what children do

    @SuppressWarnings("unused")
    private static void holdsLock(String[] names) {
        var lock = ProcessLock.attach(names[0]);
        lock.acquire();
        Child.say("held");
        Child.await();
        lock.release();
        Child.say("released");
        Child.await();
    }

    @SuppressWarnings("unused")
    private static void takesLock(String[] names) {
        var lock = ProcessLock.attach(names[0]);
        Child.say("trying");
        try {
            lock.acquire();
            Child.say("taken");
            lock.release();
        } catch (OwnerDiedException e) {
            Child.say("died " + e.pid());
        }
    }

    /** Adds to a number in a way that loses additions if two do it at once. */
    @SuppressWarnings("unused")
    private static void adds(String[] names) {
        var lock = ProcessLock.attach(names[0]);
        var number = SharedLongArray.attach(names[1]);
        for (int i = 0; i < Integer.parseInt(names[2]); i++) {
            lock.withLock(() -> number.setPlain(0, number.getPlain(0) + 1));
        }
        Child.say("added");
    }

    @SuppressWarnings("unused")
    private static void holdsPermits(String[] names) {
        var semaphore = ProcessSemaphore.attach(names[0]);
        for (int i = 0; i < Integer.parseInt(names[1]); i++) {
            semaphore.acquire();
        }
        Child.say("held");
        Child.await();
    }

    @SuppressWarnings("unused")
    private static void awaitsEvent(String[] names) {
        var event = ProcessEvent.attach(names[0]);
        Child.say("waiting");
        event.await();
        Child.say("gone on");
    }

    /** Three threads that wait for a condition, and count when they go on. */
    @SuppressWarnings("unused")
    private static void waitsForCondition(String[] names) throws Exception {
        var lock = ProcessRLock.attach(names[0]);
        var condition = ProcessCondition.attach(names[1], lock);
        var numbers = SharedLongArray.attach(names[2]);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < Integer.parseInt(names[3]); i++) {
            threads.add(Thread.ofPlatform().start(() -> waitOnce(lock, condition, numbers)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        Child.say("all");
    }

    private static void waitOnce(ProcessLock lock, ProcessCondition condition, SharedLongArray numbers) {
        lock.withLock(() -> {
            numbers.getAndAdd(0, 1);
            condition.await();
            numbers.getAndAdd(1, 1);
        });
    }

    @SuppressWarnings("unused")
    private static void waitsAtBarrier(String[] names) {
        var barrier = ProcessBarrier.attach(names[0]);
        for (int i = 0; i < Integer.parseInt(names[1]); i++) {
            Child.say("waiting");
            try {
                Child.say("index " + barrier.await());
            } catch (BrokenException e) {
                Child.say("broken");
            }
        }
        Child.await();
    }

    private static void eventually(String what, java.util.function.BooleanSupplier condition) {
        long deadline = System.nanoTime() + LONG.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + LONG + ": " + what);
            }
            try {
                Thread.sleep(2);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    // ---- locks

    @Test
    @DisplayName("P261 a lock held in another process is seen as locked here")
    void aLockHeldInAnotherProcessIsSeenAsLockedHere() {
        try (var lock = ProcessLock.create();
                Child child = child("holdsLock", lock.name())) {
            assertThat(lock.isLocked()).isFalse();
            child.until("held");
            assertThat(lock.isLocked()).isTrue();
            assertThat(lock.isOwned()).isFalse();
            assertThat(lock.tryAcquire()).isFalse();
            assertThat(lock.tryAcquire(SHORT)).isFalse();
            assertThat(lock.toString()).contains("owned by process " + child.pid());
            assertThatThrownBy(lock::release)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("owned by process " + child.pid());
            child.tell("release");
            lock.acquire();
            assertThat(lock.isOwned()).isTrue();
            assertThatThrownBy(lock::acquire)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("ProcessRLock");
            lock.release();
            assertThat(lock.isLocked()).isFalse();
        }
    }

    @Test
    void processesWithAndWithoutNativeCallsExcludeEachOther() {
        try (var lock = ProcessLock.create();
                var number = SharedLongArray.create(1);
                Child first = child("adds", lock.name(), number.name(), "3000");
                Child second = portable("adds", lock.name(), number.name(), "3000")) {
            for (int i = 0; i < 3000; i++) {
                lock.withLock(() -> number.setPlain(0, number.getPlain(0) + 1));
            }
            first.until("added");
            second.until("added");
            assertThat(number.get(0)).isEqualTo(9000);
        }
    }

    @Test
    void theNextOwnersAreToldThatOneHasDied() {
        try (var lock = ProcessLock.create();
                Child owner = child("holdsLock", lock.name());
                Child waiter = child("takesLock", owner.until("held") == owner ? lock.name() : "")) {
            waiter.until("trying");
            owner.kill();
            assertThatThrownBy(lock::acquire)
                    .isInstanceOf(OwnerDiedException.class)
                    .hasMessageContaining("recover()")
                    .satisfies(e -> assertThat(((OwnerDiedException) e).pid()).isEqualTo(owner.pid()));
            assertThat(waiter.line()).isEqualTo("died " + owner.pid());
            assertThat(lock.isAbandoned()).isTrue();
            assertThatThrownBy(lock::tryAcquire).isInstanceOf(OwnerDiedException.class);
            assertThatThrownBy(() -> lock.withLock(() -> 5)).isInstanceOf(OwnerDiedException.class);
            assertThat(lock.recover()).isTrue();
            assertThat(lock.isAbandoned()).isFalse();
            lock.release();
            lock.acquire();
            lock.release();
            assertThat(lock.recover()).isFalse();
            lock.release();
        }
    }

    @Test
    void aLockWhoseRepairFailsStaysAbandoned() {
        try (var lock = ProcessLock.create();
                Child owner = child("holdsLock", lock.name())) {
            owner.until("held");
            owner.kill();
            assertThatThrownBy(() -> lock.withLock(
                            () -> {
                                throw new IllegalArgumentException("cannot");
                            },
                            () -> 1))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(lock::acquire).isInstanceOf(OwnerDiedException.class);
            int[] repaired = new int[1];
            assertThat(lock.<Integer, RuntimeException>withLock(() -> repaired[0]++, () -> 7))
                    .isEqualTo(7);
            assertThat(lock.<Integer, RuntimeException>withLock(() -> repaired[0]++, () -> 8))
                    .isEqualTo(8);
            assertThat(repaired[0]).isEqualTo(1);
        }
    }

    @Test
    void aWaitForAnotherProcessHoldsACoroutineAndNotItsLoop() {
        try (var lock = ProcessLock.create();
                Child child = child("holdsLock", lock.name())) {
            child.until("held");
            Weft.run(() -> {
                try (var group = TaskGroup.open()) {
                    Task<Boolean> waiter = group.spawn(() -> {
                        lock.acquire();
                        lock.release();
                        return true;
                    });
                    for (int i = 0; i < 20; i++) {
                        Weft.sleep(Duration.ofMillis(1)); // the loop goes on
                    }
                    assertThat(waiter.isDone()).isFalse();
                    child.tell("release");
                    assertThat(waiter.await()).isTrue();
                    group.join();
                }
                return null;
            });
        }
    }

    @Test
    void acquiresThatAreCancelledTakeNothing() throws Exception {
        try (var lock = ProcessLock.create();
                var semaphore = ProcessSemaphore.create(1)) {
            for (int round = 0; round < 300; round++) {
                int wait = round % 40;
                Weft.run(() -> {
                    try (var group = TaskGroup.open()) {
                        lock.acquire();
                        semaphore.acquire();
                        Task<?> first = group.spawn(() -> {
                            try {
                                lock.acquire();
                                lock.release();
                            } catch (Cancelled e) {
                                assertThat(lock.isOwned()).isFalse();
                                throw e;
                            }
                            return 0;
                        });
                        Task<?> second = group.spawn(() -> semaphore.withPermit(() -> 0));
                        Weft.sleep(Duration.ZERO);
                        Thread releaser = Thread.ofPlatform().start(() -> first.cancel("test"));
                        for (int i = 0; i < wait * 50; i++) {
                            Thread.onSpinWait();
                        }
                        lock.release();
                        second.cancel("test");
                        semaphore.release();
                        first.join();
                        second.join();
                        releaser.join();
                    }
                    return null;
                });
                assertThat(lock.tryAcquire(LONG)).isTrue();
                lock.release();
                assertThat(semaphore.available()).isEqualTo(1);
            }
        }
    }

    @Test
    void aReentrantLockIsFreeWhenItWasReleasedAsOften() {
        try (var lock = ProcessRLock.create();
                var again = ProcessRLock.attach(lock.name())) {
            lock.acquire();
            again.acquire(); // another object, the same lock
            lock.withLock(() -> assertThat(lock.isOwned()).isTrue());
            lock.release();
            assertThat(again.isOwned()).isTrue();
            again.release();
            assertThat(lock.isLocked()).isFalse();
            assertThatThrownBy(lock::release).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void whatIsClosedSaysSo() {
        var lock = ProcessLock.create();
        String name = lock.name();
        lock.close();
        lock.close();
        assertThatThrownBy(lock::acquire)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> ProcessLock.attach(name)).hasMessageContaining("no ProcessLock named '" + name + "'");
        try (var event = ProcessEvent.create()) {
            assertThatThrownBy(() -> ProcessLock.attach(event.name()))
                    .hasMessageContaining("it is a ProcessEvent, not a ProcessLock");
        }
    }

    // ---- semaphores

    @Test
    void thePermitsOfAProcessThatDiesReturn() {
        try (var semaphore = ProcessSemaphore.create(5);
                Child child = child("holdsPermits", semaphore.name(), "3")) {
            child.until("held");
            assertThat(semaphore.available()).isEqualTo(2);
            semaphore.acquire();
            semaphore.acquire();
            assertThat(semaphore.tryAcquire(SHORT)).isFalse();
            child.kill();
            assertThat(semaphore.tryAcquire(LONG)).isTrue();
            semaphore.acquire();
            semaphore.acquire();
            assertThat(semaphore.returned()).isEqualTo(3);
            assertThat(semaphore.tryAcquire(Duration.ZERO)).isFalse();
            semaphore.release(5);
            assertThat(semaphore.available()).isEqualTo(5);
        }
    }

    @Test
    void aPermitIsReleasedByTheProcessThatHasIt() {
        try (var semaphore = ProcessSemaphore.create(2);
                Child child = child("holdsPermits", semaphore.name(), "1")) {
            child.until("held");
            assertThatThrownBy(semaphore::release)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("counting");
            assertThat(semaphore.available()).isEqualTo(1);
        }
    }

    @Test
    void aCountingSemaphoreIsRaisedByAnyProcess() {
        try (var semaphore = ProcessSemaphore.counting(0);
                Child child = child("holdsPermits", semaphore.name(), "5")) {
            semaphore.release(7);
            child.until("held");
            assertThat(semaphore.available()).isEqualTo(2);
            assertThat(semaphore.tryAcquire()).isTrue();
            assertThatThrownBy(() -> semaphore.release(Integer.MAX_VALUE)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> semaphore.release(0)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> ProcessSemaphore.create(0)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> ProcessSemaphore.counting(-1)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    // ---- events

    @Test
    void anEventLetsAllGoOnThatWaitAlsoIfItIsClearedAtOnce() {
        try (var event = ProcessEvent.create();
                Child first = child("awaitsEvent", event.name());
                Child second = portable("awaitsEvent", event.name())) {
            first.until("waiting");
            second.until("waiting");
            assertThat(event.await(Duration.ofMillis(200))).isFalse(); // time for them to wait
            event.set();
            event.clear();
            assertThat(event.isSet()).isFalse();
            event.set(); // for one that was slower than that
            first.until("gone on");
            second.until("gone on");
            event.await();
        }
    }

    // ---- conditions

    @Test
    @DisplayName("P262 signal(n) lets exactly n go on, of threads and processes, and more than wait are no error")
    void signalLetsExactlySoManyGoOn() {
        try (var lock = ProcessRLock.create();
                var condition = ProcessCondition.create(lock);
                var numbers = SharedLongArray.create(2)) {
            String[] names = {lock.name(), condition.name(), numbers.name(), "3"};
            try (Child first = child("waitsForCondition", names);
                    Child second = portable("waitsForCondition", names)) {
                List<Thread> threads = IntStream.range(0, 3)
                        .mapToObj(_ -> Thread.ofVirtual().start(() -> waitOnce(lock, condition, numbers)))
                        .toList();
                eventually("nine wait", () -> numbers.get(0) == 9);
                lock.withLock(() -> condition.signal(2)); // has the lock: all nine wait
                eventually("two have gone on", () -> numbers.get(1) == 2);
                lock.withLock(() -> condition.signal(4));
                eventually("six have gone on", () -> numbers.get(1) == 6);
                lock.withLock(() -> {
                    assertThat(condition.await(Duration.ofMillis(100))).isFalse();
                    assertThat(numbers.get(1)).isEqualTo(6);
                    condition.signal(100);
                    condition.signalAll();
                });
                first.until("all");
                second.until("all");
                threads.forEach(thread -> eventually("the thread ends", () -> !thread.isAlive()));
                assertThat(numbers.get(1)).isEqualTo(9);
                assertThatThrownBy(condition::signal).isInstanceOf(IllegalStateException.class);
                assertThatThrownBy(condition::await).isInstanceOf(IllegalStateException.class);
            }
        }
    }

    @Test
    void aSignalIsNotLostOnAProcessThatHasDied() {
        try (var lock = ProcessRLock.create();
                var condition = ProcessCondition.create(lock);
                var numbers = SharedLongArray.create(2);
                Child dead = child("waitsForCondition", lock.name(), condition.name(), numbers.name(), "1")) {
            eventually("the first waits", () -> numbers.get(0) == 1);
            Thread second = Thread.ofPlatform().start(() -> waitOnce(lock, condition, numbers));
            eventually("the second waits", () -> numbers.get(0) == 2);
            dead.kill();
            lock.withLock(() -> condition.signal());
            eventually("the second goes on", () -> numbers.get(1) == 1);
            eventually("the second ends", () -> !second.isAlive());
        }
    }

    @Test
    void aWaitForAConditionEndsWhenAnOwnerOfItsLockDies() {
        try (var lock = ProcessLock.create();
                var condition = ProcessCondition.create(lock);
                Child owner = child("holdsLock", lock.name())) {
            owner.until("held");
            owner.tell("release");
            owner.until("released");
            assertThatThrownBy(() -> lock.withLock(() -> {
                        try (Child other = child("holdsLock", lock.name())) {
                            Thread.ofVirtual().start(() -> other.until("held").kill());
                            condition.awaitUntil(() -> false, LONG);
                        }
                    }))
                    .isInstanceOf(OwnerDiedException.class);
            assertThat(lock.isAbandoned()).isTrue();
            assertThat(lock.recover()).isTrue();
            lock.release();
        }
    }

    // ---- barriers

    @Test
    @DisplayName("P265 each party of a generation has another index, from 0 on")
    void eachPartyHasAnotherIndex() {
        try (var barrier = ProcessBarrier.create(3);
                Child first = child("waitsAtBarrier", barrier.name(), "50");
                Child second = child("waitsAtBarrier", barrier.name(), "50")) {
            for (int round = 0; round < 50; round++) {
                first.until("waiting");
                second.until("waiting");
                List<String> indexes = new ArrayList<>(List.of("index " + barrier.await()));
                indexes.add(first.line());
                indexes.add(second.line());
                assertThat(indexes).containsExactlyInAnyOrder("index 0", "index 1", "index 2");
            }
            assertThat(barrier.waiting()).isZero();
        }
    }

    @Test
    @DisplayName(
            "P264 abort fails the parties of all processes and leaves the barrier broken; reset makes it usable again")
    void abortFailsThePartiesOfAllProcesses() {
        try (var barrier = ProcessBarrier.create(3);
                Child first = child("waitsAtBarrier", barrier.name(), "2");
                Child second = child("waitsAtBarrier", barrier.name(), "2")) {
            eventually("two wait", () -> barrier.waiting() == 2);
            barrier.abort();
            first.until("broken").until("waiting").until("broken");
            second.until("broken").until("waiting").until("broken");
            assertThat(barrier.isBroken()).isTrue();
            assertThatThrownBy(barrier::await).isInstanceOf(BrokenException.class);
            barrier.reset();
            assertThat(barrier.isBroken()).isFalse();
            assertThat(barrier.waiting()).isZero();
        }
    }

    @Test
    void aPartyThatDiesBreaksTheBarrier() {
        try (var barrier = ProcessBarrier.create(3);
                Child dead = child("waitsAtBarrier", barrier.name(), "1");
                Child other = child("waitsAtBarrier", barrier.name(), "1")) {
            eventually("two wait", () -> barrier.waiting() == 2);
            dead.kill();
            other.until("broken");
            assertThat(barrier.isBroken()).isTrue();
        }
    }

    @Test
    void aPartyThatIsOutOfTimeOrCancelledBreaksTheBarrier() {
        try (var barrier = ProcessBarrier.create(2)) {
            assertThatThrownBy(() -> barrier.await(SHORT)).isInstanceOf(TimedOutException.class);
            assertThat(barrier.isBroken()).isTrue();
            barrier.reset();
            Weft.run(() -> {
                try (var group = TaskGroup.open()) {
                    Task<Integer> party = group.spawn(() -> barrier.await());
                    Weft.sleep(Duration.ZERO);
                    eventually("it waits", () -> barrier.waiting() == 1);
                    party.cancel("test");
                    party.join();
                }
                return null;
            });
            assertThat(barrier.isBroken()).isTrue();
        }
    }

    // ---- as arguments

    @Test
    void allOfThemCanBeSentToWorkers() {
        try (var pool = ProcessPool.builder().workers(2).heap("64m").build();
                var lock = ProcessLock.create();
                var semaphore = ProcessSemaphore.create(2);
                var event = ProcessEvent.create();
                var barrier = ProcessBarrier.create(2);
                var condition = ProcessCondition.create(lock);
                var number = SharedLong.create(0)) {
            List<Task<Integer>> tasks = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                tasks.add(pool.submit(() -> {
                    int index = barrier.await(LONG);
                    for (int n = 0; n < 200; n++) {
                        semaphore.withPermit(() -> lock.withLock(() -> number.set(number.get() + 1)));
                    }
                    lock.withLock(() -> condition.signalAll());
                    event.await();
                    return index;
                }));
            }
            lock.withLock(() -> assertThat(condition.awaitUntil(() -> number.get() == 400, LONG))
                    .isTrue());
            event.set();
            assertThat(List.of(tasks.get(0).await(), tasks.get(1).await())).containsExactlyInAnyOrder(0, 1);
            assertThat(semaphore.available()).isEqualTo(2);
            assertThat(lock.isLocked()).isFalse();
        }
    }
}
