package dev.weft;

import static dev.weft.Eventually.passes;
import static dev.weft.Weft.checkpoint;
import static dev.weft.Weft.run;
import static dev.weft.Weft.shield;
import static dev.weft.Weft.sleep;
import static dev.weft.Weft.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weft.loop.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tasks that do not want to end: the JDK's waits are interrupted again, and who swallows a signal is named. */
class SwallowedCancellationTest {
    private static final Duration LONG = Duration.ofHours(1);

    @Nested
    @Tag("loop-only")
    class WaitsOfTheJdk {
        private final CountDownLatch never = new CountDownLatch(1);

        @Test
        void areInterruptedUntilTheScopeIsLeft() {
            run(() -> {
                var interrupts = new ArrayList<Throwable>();
                Task<?> task = spawn(() -> {
                    for (int i = 0; i < 3; i++) {
                        interrupts.add(catchThrowable(never::await));
                    }
                    checkpoint();
                });
                passes(2);
                task.cancel("enough");
                task.join();

                assertThat(interrupts).hasSize(3).hasOnlyElementsOfType(InterruptedException.class);
                assertThat(task.isCancelled()).isTrue();
            });
        }

        @Test
        void areInterruptedEverMoreRarely() {
            var clock = new JumpingClock();
            clock.run(() -> {
                var moments = new ArrayList<Long>();
                Task<?> task = spawn(() -> {
                    while (moments.size() < 12) {
                        var _ = catchThrowable(never::await);
                        moments.add(clock.now() / 1_000_000);
                    }
                    checkpoint();
                });
                passes(2);
                task.cancel("enough");
                task.join();

                List<Long> pauses = new ArrayList<>();
                for (int i = 1; i < moments.size(); i++) {
                    pauses.add(moments.get(i) - moments.get(i - 1));
                }
                assertThat(pauses).containsExactly(5L, 10L, 20L, 40L, 80L, 160L, 320L, 640L, 1000L, 1000L, 1000L);
            });
        }

        @Test
        void areInterruptedInCleanUpCodeToo() {
            run(() -> {
                var seen = new AtomicReference<Throwable>();
                Task<?> task = spawn(() -> {
                    try {
                        sleep(LONG);
                    } finally {
                        seen.set(catchThrowable(never::await));
                    }
                });
                passes(2);
                task.cancel("enough");
                task.join();

                assertThat(seen.get()).isInstanceOf(InterruptedException.class);
                assertThat(task.isCancelled()).isTrue();
            });
        }

        @Test
        void areInterruptedInATaskThatCancelsItself() throws InterruptedException {
            run(() -> {
                var scope = CancelScope.create();
                boolean ended = scope.run(() -> {
                    scope.cancel("enough");
                    never.await();
                });

                assertThat(ended).isFalse();
            });
        }

        @Test
        void areInterruptedAfterAWaitThatCannotBeCancelled() {
            var clock = new JumpingClock();
            clock.run(() -> {
                var seen = new AtomicReference<Throwable>();
                Task<?> task = spawn(() -> {
                    var group = TaskGroup.open();
                    group.spawn(() -> shield(() -> sleep(LONG)));
                    shield(() -> passes(2));
                    group.close();
                    seen.set(catchThrowable(never::await));
                });
                passes(2);
                task.cancel("enough");
                task.join();

                assertThat(seen.get()).isInstanceOf(InterruptedException.class);
            });
        }

        @Test
        void areLeftAloneBehindAShield() {
            run(() -> {
                var gate = new CountDownLatch(1);
                var seen = new AtomicReference<Throwable>();
                Task<?> task = spawn(() -> {
                    try {
                        never.await();
                    } finally {
                        shield(() -> seen.set(catchThrowable(gate::await)));
                    }
                });
                passes(2);
                task.cancel("enough");
                sleep(Duration.ofMillis(20));
                gate.countDown();
                task.join();

                assertThat(seen.get()).isNull();
                assertThat(task.isCancelled()).isTrue();
            });
        }

        @Test
        void areLeftAloneBehindTheScope() {
            run(() -> {
                var gate = new CountDownLatch(1);
                var scope = CancelScope.create();
                Task<?> task = spawn(() -> {
                    scope.run(() -> never.await());
                    gate.await();
                });
                passes(2);
                scope.cancel("enough");
                sleep(Duration.ofMillis(20));
                gate.countDown();
                task.join();

                assertThat(task.failure()).isNull();
                assertThat(task.isCancelled()).isFalse();
            });
        }
    }

    @Nested
    class Reports {
        private final Queue<EventLoop.Report> reports = new ConcurrentLinkedQueue<>();

        private void onLoop(Body<String, Exception> body) {
            try (EventLoop loop = EventLoop.builder()
                    .name("watched")
                    .exceptionHandler(reports::add)
                    .open()) {
                loop.spawn(body::call).await();
            }
        }

        /** Cancels a task once it has come to a wait, and waits for its end. */
        private void cancelOnLoop(Action<Exception> body) {
            onLoop(() -> {
                try (var group = TaskGroup.open()) {
                    Task<?> task = group.spawn("stubborn", () -> {
                        body.run();
                        return "saved";
                    });
                    passes(3);
                    task.cancel("enough");
                    task.join();
                }
                return "done";
            });
        }

        @Test
        void nameWhereATaskCaughtTheSignalAndEndedNormally() {
            cancelOnLoop(Swallowing::once);

            assertThat(reports).singleElement().satisfies(report -> {
                assertThat(report.message()).contains("stubborn", "enough", "Swallowing.once", "ended with a result");
                assertThat(report.task().name()).isEqualTo("stubborn");
                assertThat(report.exception()).isInstanceOf(Cancelled.class);
            });
        }

        @Test
        void nameTheLoopThatCatchesTheSignalOnce() {
            cancelOnLoop(() -> Swallowing.repeatedly(5));

            assertThat(reports)
                    .singleElement()
                    .satisfies(
                            report -> assertThat(report.message()).contains("waits again at", "Swallowing.repeatedly"));
        }

        @Test
        @Tag("loop-only")
        void nameTheWaitOfTheJdkThatDoesNotEnd() {
            cancelOnLoop(() -> Swallowing.inTheJdk(reports));

            assertThat(reports)
                    .singleElement()
                    .satisfies(report ->
                            assertThat(report.message()).contains("still waits", "Swallowing.inTheJdk", "4 times"));
        }

        @Test
        @Tag("loop-only")
        void tellOfASwallowedInterruptedException() {
            cancelOnLoop(() -> {
                var _ = catchThrowable(() -> new CountDownLatch(1).await());
            });

            assertThat(reports)
                    .singleElement()
                    .satisfies(report -> assertThat(report.message()).contains("InterruptedException"));
        }

        @Test
        void doNotTellOfCleanUpThatWaits() {
            cancelOnLoop(() -> {
                try {
                    sleep(LONG);
                } finally {
                    try {
                        checkpoint();
                    } finally {
                        sleep(Duration.ofMillis(1));
                    }
                }
            });

            assertThat(reports).isEmpty();
        }

        @Test
        void doNotTellOfATaskThatEndedBeforeItNoticed() {
            cancelOnLoop(() -> {
                shield(() -> passes(4));
            });

            assertThat(reports).isEmpty();
        }

        @Test
        void doNotTellOfAScopeThatCaughtItsOwn() {
            onLoop(() -> {
                var scope = CancelScope.create();
                scope.run(() -> {
                    scope.cancel("enough");
                    sleep(LONG);
                });
                return "done";
            });

            assertThat(reports).isEmpty();
        }
    }

    private static final class Swallowing {
        static void once() {
            try {
                sleep(LONG);
            } catch (Throwable e) {
                // as so much code does
            }
        }

        static void repeatedly(int times) {
            for (int i = 0; i < times; i++) {
                try {
                    sleep(LONG);
                } catch (Throwable e) {
                    // as so much code does
                }
            }
            checkpoint();
        }

        static void inTheJdk(Queue<?> reports) {
            while (reports.isEmpty()) {
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    // as so much code does
                }
            }
            checkpoint();
        }
    }
}
