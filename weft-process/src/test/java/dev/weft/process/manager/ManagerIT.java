package dev.weft.process.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Weft;
import dev.weft.process.ProcessPool;
import dev.weft.process.RemoteTrace;
import dev.weft.process.TransferException;
import dev.weft.process.WorkerProcess;
import dev.weft.process.connection.AuthKey;
import dev.weft.process.connection.AuthenticationException;
import dev.weft.process.connection.Connection;
import dev.weft.process.connection.ConnectionException;
import dev.weft.process.connection.Pipe;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Objects in a manager process, used from several others. */
@Timeout(120)
class ManagerIT {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final List<String> PRINTED = new CopyOnWriteArrayList<>();

    /** A type of the user. */
    public interface Counter {
        int add(int number);

        void fail() throws InterruptedException;

        int sizeOf(Map<String, Integer> map);
    }

    /** What it is in the manager. */
    static final class CounterInManager implements Counter {
        private final AtomicInteger sum = new AtomicInteger();

        @Override
        public int add(int number) {
            return sum.addAndGet(number);
        }

        @Override
        public void fail() {
            throw new IllegalArgumentException("no such number");
        }

        @Override
        public int sizeOf(Map<String, Integer> map) {
            return map.size();
        }
    }

    private static Manager manager;

    @BeforeAll
    static void start() {
        manager = Manager.builder()
                .heap("64m")
                .register(Counter.class, CounterInManager::new)
                .output((_, _, line) -> PRINTED.add(line))
                .start();
    }

    @AfterAll
    static void close() {
        manager.close();
    }

    private static WorkerProcess.Builder process() {
        return WorkerProcess.builder().heap("64m");
    }

    @Test
    void containersAreUsedAsAnyOthers() {
        ConcurrentMap<String, Integer> map = manager.map();
        assertThat(map.put("a", 1)).isNull();
        assertThat(map.putIfAbsent("a", 2)).isEqualTo(1);
        assertThat(map.merge("a", 10, Integer::sum)).isEqualTo(11);
        assertThat(map.computeIfAbsent("b", String::length)).isEqualTo(1);
        assertThat(map.keySet()).isEqualTo(Set.of("a", "b"));
        assertThat(map.entrySet()).isEqualTo(Map.of("a", 11, "b", 1).entrySet());
        assertThat(map.values()).containsExactlyInAnyOrder(11, 1);
        assertThat(map).hasToString("{a=11, b=1}");

        List<String> list = manager.list();
        list.add("x");
        list.addAll(List.of("y", "z"));
        list.set(1, "Y");
        assertThat(list.toArray()).containsExactly("x", "Y", "z");
        assertThat(list.stream().map(String::toLowerCase).toList()).containsExactly("x", "y", "z");
        assertThat(list.subList(1, 3)).containsExactly("Y", "z");
        assertThat(list.contains("z")).isTrue();
        assertThatThrownBy(() -> list.get(7)).isInstanceOf(IndexOutOfBoundsException.class);

        var queue = manager.<Integer>queue(2);
        assertThat(queue.offer(1)).isTrue();
        assertThat(queue.offer(2)).isTrue();
        assertThat(queue.offer(3)).isFalse();
        List<Integer> drained = new ArrayList<>();
        assertThat(queue.drainTo(drained)).isEqualTo(2);
        assertThat(drained).containsExactly(1, 2);

        var value = manager.value("old");
        assertThat(value.compareAndSet("other", "new")).isFalse();
        assertThat(value.compareAndSet("old", "new")).isTrue();
        assertThat(value.getAndSet("newer")).isEqualTo("new");
        assertThat(value.get()).isEqualTo("newer");
    }

    @Test
    void workersOfAPoolShareThem() {
        ConcurrentMap<String, Integer> counts = manager.map();
        try (var pool = ProcessPool.builder().workers(2).heap("64m").build()) {
            pool.map((String word) -> counts.merge(word, 1, Integer::sum), List.of("a", "b", "a", "c", "a", "b"))
                    .toList();
        }
        assertThat(counts.entrySet()).isEqualTo(Map.of("a", 3, "b", 2, "c", 1).entrySet());
    }

    @Test
    @DisplayName("P268 proxies nested in proxies stay live shared objects, also after local handles are dropped")
    void nestedProxiesStayLive() throws Exception {
        ConcurrentMap<String, Object> outer = manager.map();
        ConcurrentMap<String, Object> inner = manager.map();
        List<Object> innermost = manager.list();
        outer.put("inner", inner);
        inner.put("innermost", innermost);
        innermost.add("at the bottom");
        Managed.of(inner).close();
        Managed.of(innermost).close();
        assertThatThrownBy(inner::size)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");

        try (var process = process().start(() -> {
            var in = (Map<?, ?>) outer.get("inner");
            @SuppressWarnings("unchecked")
            var bottom = (List<Object>) in.get("innermost");
            bottom.add("from another process");
            return bottom.size();
        })) {
            assertThat(process.task().await()).isEqualTo(2);
        }
        var again = (Map<?, ?>) outer.get("inner");
        assertThat((List<?>) again.get("innermost")).hasToString("[at the bottom, from another process]");
        assertThat(again).isEqualTo(outer.get("inner"));
        assertThat(outer.containsValue(again)).isTrue();
        assertThat(again).isNotEqualTo(outer);
    }

    @Test
    void whatNobodyHoldsIsGone() throws Exception {
        int before = manager.objects();
        List<Object> proxies = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            proxies.add(manager.list());
        }
        assertThat(manager.objects()).isEqualTo(before + 5);
        proxies.forEach(proxy -> Managed.of(proxy).close());
        until("the lists are gone", () -> manager.objects() <= before);
        try (var other = Manager.connect(manager.address(), manager.key())) {
            other.list();
            other.map();
            assertThat(manager.objects()).isEqualTo(before + 2);
        }
        until("what the other client had is gone", () -> manager.objects() <= before);
    }

    private static void until(String what, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + LONG.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("not in time: " + what).isLessThan(end);
            Thread.sleep(2);
        }
    }

    @Test
    void namesMakeAnObjectOnce() {
        try (var other = Manager.connect(manager.address(), manager.key())) {
            manager.<Integer>list("named").add(1);
            other.<Integer>list("named").add(2);
            assertThat(manager.<Integer>list("named")).hasToString("[1, 2]");
            assertThat(other.list("named")).isEqualTo(manager.list("named"));
            assertThatThrownBy(() -> other.map("named"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'named' is a List");
        }
    }

    @Test
    void typesOfTheUserAndTheirFailures() {
        Counter counter = manager.create(Counter.class);
        assertThat(counter.add(3)).isEqualTo(3);
        assertThat(counter.add(4)).isEqualTo(7);
        ConcurrentMap<String, Integer> map = manager.map();
        map.put("one", 1);
        assertThat(counter.sizeOf(map)).isEqualTo(1);
        assertThatThrownBy(counter::fail)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no such number")
                .satisfies(e -> {
                    assertThat(e.getStackTrace()[0].getClassName()).isEqualTo(CounterInManager.class.getName());
                    assertThat(e.getSuppressed())
                            .anySatisfy(trace -> assertThat(trace)
                                    .isInstanceOfSatisfying(
                                            RemoteTrace.class,
                                            remote -> assertThat(remote.pid()).isEqualTo(manager.pid())));
                });
        assertThatThrownBy(() -> manager.create(Runnable.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("register(java.lang.Runnable.class");
    }

    @Test
    @DisplayName(
            "P279 a manager is used over TCP from another process with the right key; what cannot be serialized fails that call")
    void aManagerOverTcp() {
        AuthKey key = AuthKey.random();
        try (var remote = Manager.builder()
                .heap("64m")
                .key(key)
                .address(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .start()) {
            int port = ((InetSocketAddress) remote.address()).getPort();
            try (var process = process().start(() -> {
                var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
                try (var manager = Manager.connect(address, key)) {
                    manager.<String>queue("orders", 10).put("from another process");
                }
                return 0;
            })) {
                assertThat(process.task().await()).isZero();
            }
            var queue = remote.<Object>queue("orders", 10);
            assertThat(queue.poll()).isEqualTo("from another process");
            assertThatThrownBy(() -> queue.put(new Object()))
                    .isInstanceOf(TransferException.class)
                    .hasMessageContaining("java.lang.Object");
            assertThat(queue.offer("goes on")).isTrue();
            assertThatThrownBy(() -> Manager.connect(remote.address(), AuthKey.random()))
                    .isInstanceOf(AuthenticationException.class);
        }
    }

    @Test
    void aLockExcludesProcessesAndCoroutines() throws Exception {
        ManagedLock lock = manager.lock();
        ManagedValue<Integer> sum = manager.value(0);
        List<WorkerProcess<Integer>> processes = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            processes.add(process().start(() -> {
                for (int n = 0; n < 50; n++) {
                    lock.acquire();
                    try {
                        sum.set(sum.get() + 1);
                    } finally {
                        lock.release();
                    }
                }
                return 0;
            }));
        }
        for (var process : processes) {
            assertThat(process.task().await()).isZero();
            process.close();
        }
        assertThat(sum.get()).isEqualTo(100);
        assertThat(lock.isLocked()).isFalse();
        assertThatThrownBy(lock::release).isInstanceOf(IllegalMonitorStateException.class);
        lock.acquire();
        assertThat(lock.tryAcquire(Duration.ZERO)).isTrue(); // once more by its owner
        assertThat(CompletableFuture.supplyAsync(() -> tryAcquire(lock)).join()).isFalse();
        lock.release();
        lock.release();
        assertThat(lock.isLocked()).isFalse();
    }

    private static boolean tryAcquire(ManagedLock lock) {
        try {
            return lock.tryAcquire(Duration.ZERO);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aLockWhoseOwnerDiedIsReportedAndRecovered() throws Exception {
        ManagedLock lock = manager.lock();
        ManagedSemaphore permits = manager.semaphore(2);
        Pipe pipe = Pipe.open();
        Connection theirs = pipe.right();
        try (var owner = process().start(() -> {
                    lock.acquire();
                    permits.acquire();
                    theirs.send("owned");
                    return theirs.receive();
                });
                var mine = pipe.left()) {
            assertThat(mine.receive()).isEqualTo("owned");
            assertThat(lock.isLocked()).isTrue();
            assertThat(permits.available()).isEqualTo(1);
            assertThat(lock.tryAcquire(Duration.ZERO)).isFalse();
            var waiting = CompletableFuture.supplyAsync(() -> {
                try {
                    lock.acquire();
                    return "acquired";
                } catch (InterruptedException e) {
                    return "interrupted";
                }
            });
            owner.kill();
            long pid = owner.pid();
            assertThatThrownBy(waiting::join)
                    .hasCauseInstanceOf(OwnerDiedException.class)
                    .hasMessageContaining("process " + pid + " ended while it owned this lock");
            assertThatThrownBy(lock::acquire)
                    .isInstanceOfSatisfying(
                            OwnerDiedException.class, e -> assertThat(e.pid()).isEqualTo(pid));
            assertThat(lock.recover()).isTrue();
            assertThat(lock.recover()).isFalse();
            lock.release();
            lock.acquire();
            lock.release();
            until("the permit is back", () -> permits.available() == 2);
            until("the death is reported", () -> PRINTED.stream().anyMatch(line -> line.contains("process " + pid)));
        }
    }

    @Test
    void conditionsEventsAndBarriersWakeProcesses() throws Exception {
        ManagedLock lock = manager.lock();
        ManagedCondition condition = manager.condition(lock);
        ManagedValue<Boolean> ready = manager.value(false);
        ManagedEvent event = manager.event();
        ManagedBarrier barrier = manager.barrier(2);
        try (var process = process().start(() -> {
            lock.acquire();
            try {
                event.set();
                while (!ready.get()) {
                    condition.await();
                }
            } finally {
                lock.release();
            }
            return barrier.await();
        })) {
            event.await();
            lock.acquire(); // had only when the other one waits
            try {
                ready.set(true);
                condition.signal(5);
            } finally {
                lock.release();
            }
            int mine = barrier.await();
            assertThat(List.of(mine, process.task().await())).containsExactlyInAnyOrder(0, 1);
        }
        assertThat(event.isSet()).isTrue();
        event.clear();
        assertThat(event.await(Duration.ofMillis(1))).isFalse();
        assertThat(condition).isNotNull();
        assertThatThrownBy(condition::signalAll).isInstanceOf(IllegalMonitorStateException.class);
    }

    @Test
    void aPartyThatDiesBreaksABarrier() throws Exception {
        ManagedBarrier barrier = manager.barrier(2);
        try (var process = process().start(barrier::await)) {
            until("the other party waits", () -> barrier.waiting() == 1);
            process.kill();
            until("the barrier is broken", barrier::isBroken);
            assertThatThrownBy(barrier::await).isInstanceOf(BrokenBarrierException.class);
            barrier.reset();
            assertThat(barrier.isBroken()).isFalse();
        }
    }

    @Test
    void aCancelledWaitTakesNothingFromAQueue() throws Exception {
        var queue = manager.<Integer>queue(10);
        Object polled = Weft.run(() -> {
            Weft.moveOnAfter(Duration.ofMillis(50), () -> queue.take());
            queue.put(7);
            return queue.poll(60, TimeUnit.SECONDS);
        });
        assertThat(polled).isEqualTo(7);
    }

    @Test
    void aCallThatWaitsHoldsUpNoOther() throws Exception {
        var queue = manager.<String>queue(1);
        var taken = CompletableFuture.supplyAsync(() -> {
            try {
                return queue.take();
            } catch (InterruptedException e) {
                return "interrupted";
            }
        });
        for (int i = 0; i < 20; i++) {
            assertThat(queue.size()).isZero();
        }
        queue.put("at last");
        assertThat(taken.get()).isEqualTo("at last");
    }

    @Test
    void aManagerThatIsGoneFailsCallsAndOneThatCannotListenSaysSo() {
        var gone = Manager.builder().heap("64m").start();
        List<Object> list = gone.list();
        gone.close();
        gone.close();
        assertThatThrownBy(list::size).isInstanceOfAny(ConnectionException.class, IllegalStateException.class);
        assertThatThrownBy(() -> Manager.builder()
                        .heap("64m")
                        .address(manager.address())
                        .output((_, _, _) -> {})
                        .start())
                .isInstanceOf(ConnectionException.class)
                .hasMessageContaining("cannot listen on");
    }

    @Test
    void aTypeThatIsNoPublicInterfaceIsRefused() {
        assertThatThrownBy(() -> Manager.builder().register(String.class, () -> "x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must be a public interface");
    }
}
