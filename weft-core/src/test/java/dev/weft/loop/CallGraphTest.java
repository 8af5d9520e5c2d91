package dev.weft.loop;

import static dev.weft.Eventually.passes;
import static dev.weft.Eventually.until;
import static dev.weft.Eventually.waits;
import static dev.weft.Weft.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Task;
import dev.weft.TaskGroup;
import dev.weft.loop.kernel.Promise;
import dev.weft.sync.Lock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Who waits for whom. */
class CallGraphTest {
    private static final Duration LONG = Duration.ofHours(1);

    private final EventLoop loop =
            EventLoop.builder().name("graph").exceptionHandler(_ -> {}).open();
    private final AtomicBoolean released = new AtomicBoolean();

    @AfterEach
    void close() {
        released.set(true);
        loop.close();
    }

    private static CallGraph.Node node(CallGraph graph, String name) {
        return graph.nodes().stream()
                .filter(node -> node.name().equals(name))
                .findAny()
                .orElseThrow(() -> new AssertionError("no " + name + " in\n" + graph));
    }

    @Test
    void showsWhatEachTaskWaitsForAndWhere() {
        Task<?> inner = loop.spawn("inner", () -> {
            sleep(LONG);
            return null;
        });
        loop.spawn("outer", () -> inner.await());
        loop.call(() -> passes(2));

        CallGraph graph = CallGraph.capture(loop);

        CallGraph.Node outer = node(graph, "task 'outer'");
        assertThat(outer.state()).isEqualTo(CallGraph.State.WAITING);
        assertThat(outer.waitsFor()).isEqualTo("task 'inner'");
        assertThat(outer.loop()).isEqualTo("graph");
        assertThat(outer.awaited()).containsExactly(node(graph, "task 'inner'"));
        assertThat(node(graph, "task 'inner'").awaiters()).containsExactly(outer);
        assertThat(node(graph, "task 'inner'").at()).satisfies(frame -> {
            assertThat(frame.getClassName()).startsWith(CallGraphTest.class.getName());
            assertThat(frame.getLineNumber()).isPositive();
        });
        assertThat(graph.toString())
                .containsPattern(
                        "task 'outer' of loop 'graph' waits for task 'inner', at CallGraphTest\\.\\S+\\(CallGraphTest.java:\\d+\\)\n"
                                + "└─ task 'inner' of loop 'graph' waits for sleep, at CallGraphTest");
        assertThat(graph.deadlocks()).isEmpty();
        assertThat(graph.describeDeadlocks()).isEmpty();
    }

    @Test
    void showsTheTasksOfAGroupBelowTheTaskThatJoinsIt() {
        loop.spawn("owner", () -> {
            try (var group = TaskGroup.open()) {
                for (int i = 1; i <= 3; i++) {
                    group.spawn("child-" + i, () -> {
                        sleep(LONG);
                        return null;
                    });
                }
                group.join();
            }
            return null;
        });
        loop.call(() -> passes(3));

        CallGraph graph = CallGraph.capture(loop);

        assertThat(node(graph, "task 'owner'").waitsFor()).isEqualTo("the tasks of its group");
        assertThat(node(graph, "task 'owner'").awaited())
                .extracting(CallGraph.Node::name)
                .containsExactlyInAnyOrder("task 'child-1'", "task 'child-2'", "task 'child-3'");
        assertThat(graph.toString()).contains("├─ task 'child-").contains("└─ task 'child-");
    }

    @Test
    @DisplayName("P207 the graph of a bare future lists all that wait for it, tasks of several loops and threads")
    void ofABareFutureListsAllWhoWait() throws InterruptedException {
        var future = new Promise<String>("the answer");
        try (EventLoop other = EventLoop.open("other")) {
            loop.spawn("here-1", future::await);
            loop.spawn("here-2", future::await);
            other.spawn("there", future::await);
            Thread thread = Thread.ofPlatform().name("outside").start(future::join);
            loop.call(() -> passes(2));
            other.call(() -> passes(2));
            waits(thread);

            CallGraph graph = CallGraph.capture(future);

            assertThat(node(graph, "the answer").awaiters())
                    .extracting(CallGraph.Node::name)
                    .containsExactlyInAnyOrder("task 'here-1'", "task 'here-2'", "task 'there'", "thread 'outside'");
            assertThat(graph.nodes()).hasSize(5);
            assertThat(node(graph, "the answer").state()).isEqualTo(CallGraph.State.ELSEWHERE);
            future.keep("42");
            thread.join();
        }
    }

    @Test
    void ofATaskLeavesOutWhatItHasNothingToDoWith() {
        Task<?> inner = loop.spawn("inner", () -> {
            sleep(LONG);
            return null;
        });
        loop.spawn("outer", () -> inner.await());
        loop.spawn("stranger", () -> {
            sleep(LONG);
            return null;
        });
        loop.call(() -> passes(2));

        assertThat(CallGraph.capture(inner).nodes())
                .extracting(CallGraph.Node::name)
                .containsExactlyInAnyOrder("task 'inner'", "task 'outer'");
    }

    @Test
    void reportsTasksThatWaitForEachOther() {
        List<Task<?>> tasks = new ArrayList<>();
        loop.call(() -> {
            for (int i = 0; i < 3; i++) {
                int next = (i + 1) % 3;
                tasks.add(loop.spawn("t" + i, () -> tasks.get(next).await()));
            }
            passes(2);
        });

        CallGraph graph = CallGraph.capture(loop);

        assertThat(graph.deadlocks())
                .singleElement()
                .satisfies(cycle -> assertThat(cycle)
                        .extracting(CallGraph.Node::name)
                        .containsExactlyInAnyOrder("task 't0'", "task 't1'", "task 't2'"));
        assertThat(graph.describeDeadlocks())
                .contains("deadlock of 3 tasks")
                .contains("task 't0' waits for task 't1', at CallGraphTest")
                .contains("none of them goes on");
        assertThat(graph.toString()).contains("(see above)").contains("deadlock of 3 tasks");
        tasks.getFirst().cancel("resolved");
    }

    @Test
    void reportsLocksTakenInOppositeOrder() {
        var first = new Lock();
        var second = new Lock();
        loop.call(() -> {
            loop.spawn("one", () -> {
                first.acquire();
                passes(1);
                second.acquire();
                return null;
            });
            loop.spawn("two", () -> {
                second.acquire();
                passes(1);
                first.acquire();
                return null;
            });
            passes(4);
        });

        CallGraph graph = CallGraph.capture(loop);

        assertThat(graph.deadlocks()).hasSize(1);
        assertThat(graph.describeDeadlocks())
                .contains("task 'one' waits for Lock", "owned by task 'two'")
                .contains("task 'two' waits for Lock", "owned by task 'one'");
    }

    @Test
    void aWaitWithALimitIsNoDeadlock() {
        List<Task<?>> tasks = new ArrayList<>();
        loop.call(() -> {
            tasks.add(loop.spawn("patient", () -> tasks.get(1).await()));
            tasks.add(loop.spawn("hasty", () -> tasks.get(0).get(1, TimeUnit.HOURS)));
            passes(2);
        });

        CallGraph graph = CallGraph.capture(loop);

        assertThat(graph.deadlocks()).isEmpty();
        assertThat(node(graph, "task 'hasty'").hasLimit()).isTrue();
        tasks.forEach(task -> task.cancel("seen"));
    }

    @Test
    void isTakenWhileACoroutineHoldsTheLoop() {
        loop.spawn("waiting", () -> {
            sleep(LONG);
            return null;
        });
        loop.call(() -> passes(2));
        var holding = new AtomicBoolean();
        Task<?> holder = loop.spawn("holder", () -> {
            holding.set(true);
            while (!released.get()) {
                Thread.onSpinWait();
            }
            return null;
        });
        until("it holds the loop", holding::get);

        CallGraph graph = CallGraph.capture(loop);

        assertThat(node(graph, "task 'holder'").state()).isEqualTo(CallGraph.State.RUNNING);
        assertThat(node(graph, "task 'holder'").at()).isNotNull();
        assertThat(node(graph, "task 'waiting'").waitsFor()).isEqualTo("sleep");
        assertThat(holder.isDone()).isFalse();
    }

    @Test
    @Tag("loop-only") // on the portable scheduler it holds the loop, and then it runs
    @SuppressWarnings("LockNotBeforeTry") // nothing in between throws
    void showsAWaitInTheJdk() {
        var lock = new java.util.concurrent.locks.ReentrantLock();
        lock.lock();
        loop.spawn("queued", () -> {
            lock.lock();
            lock.unlock();
            return null;
        });
        until("it waits", lock::hasQueuedThreads);

        assertThat(node(CallGraph.capture(loop), "task 'queued'")).satisfies(node -> {
            assertThat(node.state()).isEqualTo(CallGraph.State.WAITING);
            assertThat(node.waitsFor()).contains("ReentrantLock");
        });
        lock.unlock();
    }

    @Test
    void tellsWhereTasksWereStartedInDebugMode() {
        try (EventLoop debugged =
                EventLoop.builder().name("debugged").debug(true).open()) {
            debugged.spawn("started", () -> {
                sleep(LONG);
                return null;
            });
            debugged.call(() -> passes(1));

            assertThat(node(CallGraph.capture(debugged), "task 'started'").startedAt())
                    .isNotNull()
                    .satisfies(frame ->
                            assertThat(frame.getMethodName()).isEqualTo("tellsWhereTasksWereStartedInDebugMode"));
        }
    }

    @Test
    void canBeTakenByACoroutineAndChangesNothing() {
        Task<?> waiting = loop.spawn("waiting", () -> {
            sleep(Duration.ofMillis(5));
            return 7;
        });
        loop.call(() -> {
            while (!waiting.isDone()) {
                assertThat(CallGraph.capture().nodes()).isNotEmpty();
                sleep(Duration.ofMillis(1));
            }
        });

        assertThat(waiting.result()).isEqualTo(7);
    }
}
