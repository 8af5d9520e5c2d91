package dev.weft.loop.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weft.Task;
import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.loop.jdk.JdkAccess;
import dev.weft.sync.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Where strands come from when making one takes long or fails. */
class StrandSupplyTest {

    /** Starts strands as if another thread held the lock of the JDK's list of threads: the strand that starts another one has to wait. */
    private static final class SlowToStart extends CoroutineLoop {
        SlowToStart() {
            super("slow to start");
        }

        @Override
        void start(Thread thread) {
            if (Thread.currentThread().isVirtual()) {
                Thread.yield();
                Thread.yield();
            }
            super.start(thread);
        }
    }

    private static <T> T run(LoopCore loop, Callable<T> body) throws Exception {
        LoopTask<T> main = new LoopTask<>(loop, null, "main", body);
        main.whenDone(_ -> loop.stop());
        loop.pumpUntilStopped(main);
        return main.get();
    }

    @Test
    @Tag("loop-only")
    void tasksWaitInLineWhileTheLastStrandIsBusyMakingAnotherOne() throws Exception {
        var loop = new SlowToStart();
        var order = new ArrayList<Integer>();
        var strangers = new ArrayList<Thread>();
        var strangersRun = new AtomicInteger();
        List<Integer> results = run(loop, () -> {
            try (var group = TaskGroup.open()) {
                List<Task<Integer>> tasks = new ArrayList<>();
                group.spawn(() -> {
                    for (int i = 0; i < 50; i++) { // a thread that is no strand, while a strand is being started
                        strangers.add(Thread.startVirtualThread(strangersRun::incrementAndGet));
                        Weft.sleep(Duration.ZERO);
                    }
                });
                for (int i = 0; i < 100; i++) {
                    int number = i;
                    tasks.add(group.spawn(() -> {
                        order.add(number);
                        Weft.sleep(Duration.ofMillis(1)); // keeps its strand, so that the next task needs a new one
                        return number;
                    }));
                }
                group.join();
                return tasks.stream().map(Task::result).toList();
            }
        });

        assertThat(results).hasSize(100).isSorted();
        assertThat(order).hasSize(100).doesNotHaveDuplicates();
        for (Thread stranger : strangers) {
            stranger.join();
        }
        assertThat(strangersRun).hasValue(50);
    }

    @Test
    @Tag("loop-only")
    void whatCameFirstBeginsFirstAlsoWhereItsStrandIsHeldUp() throws Exception {
        var order = new ArrayList<String>();
        boolean[] holdNext = {false};
        var loop = new CoroutineLoop("held up") {
            @Override
            void start(Thread thread) {
                if (holdNext[0] && Thread.currentThread().isVirtual()) {
                    holdNext[0] = false;
                    for (int i = 0; i < 100 && order.size() < 2; i++) {
                        Thread.yield();
                    }
                }
                super.start(thread);
            }
        };
        run(loop, () -> {
            var ends = new Event();
            try (var group = TaskGroup.open()) {
                group.spawn(ends::await);
                Weft.sleep(Duration.ZERO);
                holdNext[0] = true;
                group.spawn(() -> order.add("first")); // its strand has to make another one, and is held up
                ends.set(); // has the strand of an earlier task free meanwhile
                group.spawn(() -> order.add("second"));
                group.join();
            }
            return null;
        });

        assertThat(order).containsExactly("first", "second");
    }

    @Test
    void aTaskForWhichThereIsNoStrandFailsAloneAndTheLoopLivesOn() throws Exception {
        boolean[] exhausted = {false};
        var exhaustion = new OutOfMemoryError("no more threads");
        LoopCore loop = JdkAccess.available() && !"portable".equals(System.getProperty("weft.scheduler"))
                ? new CoroutineLoop("exhausted") {
                    @Override
                    Strand newStrand() {
                        if (exhausted[0]) {
                            throw exhaustion;
                        }
                        return super.newStrand();
                    }
                }
                : new PortableLoop("exhausted") {
                    @Override
                    Strand newStrand() {
                        if (exhausted[0]) {
                            throw exhaustion;
                        }
                        return super.newStrand();
                    }
                };
        int[] ran = {0};
        run(loop, () -> {
            List<Task<?>> tasks = new ArrayList<>();
            Throwable seen = catchThrowable(() -> {
                try (var group = TaskGroup.open()) {
                    group.spawn(() -> Weft.sleep(Duration.ofHours(1))); // has a strand
                    Weft.sleep(Duration.ZERO);
                    exhausted[0] = true;
                    for (int i = 0; i < 3; i++) {
                        tasks.add(group.spawn(() -> ran[0]++));
                    }
                    group.join();
                }
            });
            assertThat(seen).isSameAs(exhaustion);
            assertThat(tasks.getFirst().failure()).isSameAs(exhaustion);
            assertThat(ran[0]).isZero();

            exhausted[0] = false;
            assertThat(Weft.gather(() -> 1, () -> 2)).containsExactly(1, 2);
            return null;
        });
    }

    @Test
    @DisplayName("T014 an error in the machinery of a loop ends all that runs on it, with an internal error")
    void aPumpThatDiesTellsAllWhoWait() throws Exception {
        var loop = LoopCore.create("doomed");
        List<Task<?>> tasks = new ArrayList<>();
        LoopTask<Void> main = new LoopTask<>(loop, null, "main", () -> {
            try (var group = TaskGroup.open()) {
                tasks.add(group.spawn("asleep", () -> {
                    Weft.sleep(Duration.ofHours(1));
                    return null;
                }));
                Weft.sleep(Duration.ZERO);
                tasks.add(group.spawn("not begun", () -> 1));
                loop.perform(() -> loop.ready.addFirst("nonsense"));
                group.join();
                return null;
            }
        });

        assertThatThrownBy(() -> loop.pumpUntilStopped(main)).isInstanceOf(AssertionError.class);

        tasks.add(main);
        assertThat(tasks)
                .allSatisfy(task -> assertThatThrownBy(task::await)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("doomed")
                        .hasCauseInstanceOf(AssertionError.class));
        Task<?> late = new LoopTask<>(loop, null, "late", () -> 1);
        loop.submit(late);
        assertThat(late.isCancelled()).isTrue();
    }
}
