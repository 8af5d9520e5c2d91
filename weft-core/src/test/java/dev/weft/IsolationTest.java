package dev.weft;

import static dev.weft.Weft.run;
import static dev.weft.Weft.sleep;
import static dev.weft.Weft.spawn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.loop.EventLoop;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What one task does to its thread, no later task on that thread sees. */
class IsolationTest {
    private static final Duration TICK = Duration.ofMillis(1);
    private static final int FOLLOWERS = 20;
    private static final ThreadLocal<String> LOCAL = new ThreadLocal<>();
    private static final InheritableThreadLocal<String> INHERITABLE = new InheritableThreadLocal<>();
    private static final ScopedValue<String> USER = ScopedValue.newInstance();

    /**
     * Runs something that leaves traces, as a task and as a callback, and then looks for the traces from many tasks and
     * callbacks.
     */
    private static List<Object> tracesOf(Runnable culprit, java.util.function.Supplier<Object> trace) {
        List<Object> seen = new ArrayList<>();
        try (EventLoop loop = EventLoop.open("isolation")) {
            loop.spawn(() -> {
                        culprit.run();
                        return null;
                    })
                    .await();
            look(loop, trace, seen);
            var called = new CompletableFuture<Void>();
            loop.callSoon(() -> {
                culprit.run();
                called.complete(null);
            });
            called.join();
            look(loop, trace, seen);
        }
        return seen;
    }

    private static void look(EventLoop loop, java.util.function.Supplier<Object> trace, List<Object> seen) {
        for (int i = 0; i < FOLLOWERS; i++) {
            seen.add(loop.spawn(trace::get).await());
            var called = new CompletableFuture<>();
            loop.callSoon(() -> called.complete(trace.get()));
            seen.add(called.join());
        }
    }

    @Nested
    class NothingIsLeftBehind {
        @Test
        void ofThreadLocals() {
            assertThat(tracesOf(() -> LOCAL.set("culprit"), LOCAL::get)).containsOnlyNulls();
        }

        @Test
        void ofInheritableThreadLocals() {
            assertThat(tracesOf(() -> INHERITABLE.set("culprit"), INHERITABLE::get))
                    .containsOnlyNulls();
        }

        @Test
        void ofAnInterrupt() {
            assertThat(tracesOf(
                            () -> Thread.currentThread().interrupt(),
                            () -> Thread.currentThread().isInterrupted()))
                    .containsOnly(false);
        }

        @Test
        void ofAContextClassLoader() {
            ClassLoader before = Thread.currentThread().getContextClassLoader();
            var own = new URLClassLoader(new URL[0], before);
            assertThat(tracesOf(
                            () -> Thread.currentThread().setContextClassLoader(own),
                            () -> Thread.currentThread().getContextClassLoader() == own))
                    .containsOnly(false);
        }

        @Test
        void ofAnUncaughtExceptionHandler() {
            Thread.UncaughtExceptionHandler own = (_, _) -> {};
            assertThat(tracesOf(
                            () -> Thread.currentThread().setUncaughtExceptionHandler(own),
                            () -> Thread.currentThread().getUncaughtExceptionHandler() == own))
                    .containsOnly(false);
        }

        @Test
        void ofAThreadName() {
            assertThat(tracesOf(
                            () -> Thread.currentThread().setName("culprit"),
                            () -> Thread.currentThread().getName().equals("culprit")))
                    .containsOnly(false);
        }
    }

    @Nested
    class ThreadLocals {
        @Test
        void surviveTheWaitsOfTheirTask() {
            run(() -> {
                LOCAL.set("main");
                Task<String> other = spawn(() -> {
                    LOCAL.set("other");
                    sleep(TICK);
                    return LOCAL.get();
                });
                sleep(TICK.multipliedBy(2));

                assertThat(LOCAL.get()).isEqualTo("main");
                assertThat(other.await()).isEqualTo("other");
            });
        }

        @Test
        void ofTheCallerAreNotSeenInTheLoop() {
            LOCAL.set("caller");
            INHERITABLE.set("caller");
            try {
                List<String> seen = run(() -> {
                    var all = new ArrayList<String>();
                    all.add(LOCAL.get());
                    all.add(INHERITABLE.get());
                    for (int i = 0; i < 5; i++) {
                        all.add(spawn(INHERITABLE::get).await());
                        spawn(() -> sleep(TICK)); // keeps a strand, so that the next task gets another one
                    }
                    return all;
                });
                assertThat(seen).containsOnlyNulls();
                assertThat(LOCAL.get()).isEqualTo("caller");
            } finally {
                LOCAL.remove();
                INHERITABLE.remove();
            }
        }
    }

    @Nested
    class ContextClassLoaders {
        @Test
        void areThatOfWhoMadeTheLoop() {
            Thread self = Thread.currentThread();
            ClassLoader before = self.getContextClassLoader();
            var own = new URLClassLoader(new URL[0], before);
            self.setContextClassLoader(own);
            try {
                List<ClassLoader> seen = run(() -> {
                    var all = new ArrayList<ClassLoader>();
                    all.add(Thread.currentThread().getContextClassLoader());
                    for (int i = 0; i < 5; i++) {
                        all.add(spawn(() -> {
                                    Thread.currentThread().setContextClassLoader(null);
                                    return Thread.currentThread();
                                })
                                .await()
                                .getContextClassLoader());
                        all.add(spawn(() -> Thread.currentThread().getContextClassLoader())
                                .await());
                    }
                    return all.stream().filter(loader -> loader != null).toList();
                });
                assertThat(seen).hasSizeGreaterThanOrEqualTo(6).containsOnly(own);
            } finally {
                self.setContextClassLoader(before);
            }
        }
    }

    @Nested
    @Tag("loop-only")
    class ScopedValues {
        @Test
        void ofTheCallerAreBoundInTheMainBlock() {
            String seen = ScopedValue.where(USER, "alice").call(() -> run(() -> USER.get()));

            assertThat(seen).isEqualTo("alice");
        }

        @Test
        void areThoseBoundWhereTheTaskWasSpawned() {
            run(() -> {
                Task<String> unbound = spawn(() -> USER.orElse("nobody"));
                Task<String> alice = ScopedValue.where(USER, "alice").call(() -> spawn(() -> USER.get()));
                Task<String> bob = ScopedValue.where(USER, "bob")
                        .call(() -> spawn(() -> {
                            sleep(TICK);
                            return USER.get();
                        }));
                Task<String> after = spawn(() -> USER.orElse("nobody"));

                assertThat(List.of(unbound.await(), alice.await(), bob.await(), after.await()))
                        .containsExactly("nobody", "alice", "bob", "nobody");
            });
        }

        @Test
        void doNotPassFromTaskToTaskOnTheSameThread() {
            run(() -> {
                var threads = new ArrayList<Thread>();
                for (int i = 0; i < 50; i++) {
                    String user = "user " + i;
                    Task<String> bound = ScopedValue.where(USER, user)
                            .call(() -> spawn(() -> {
                                threads.add(Thread.currentThread());
                                return USER.get();
                            }));
                    Task<String> unbound = spawn(() -> {
                        threads.add(Thread.currentThread());
                        return USER.orElse("nobody");
                    });
                    assertThat(bound.await()).isEqualTo(user);
                    assertThat(unbound.await()).isEqualTo("nobody");
                }
                assertThat(threads.stream().distinct().count())
                        .as("threads are reused")
                        .isLessThan(threads.size());
            });
        }

        @Test
        void boundInATaskAreInheritedByItsChildrenAndEndWithTheirBlock() {
            run(() -> {
                Task<List<String>> task = spawn(() -> {
                    var seen = new ArrayList<String>();
                    ScopedValue.where(USER, "outer").run(() -> {
                        seen.add(spawn(() -> USER.get()).await());
                        ScopedValue.where(USER, "inner")
                                .run(() -> seen.add(spawn(() -> USER.get()).await()));
                        seen.add(USER.get());
                    });
                    seen.add(USER.orElse("nobody"));
                    return seen;
                });
                assertThat(task.await()).containsExactly("outer", "inner", "outer", "nobody");
            });
        }

        @Test
        void ofAForeignThreadReachTheTaskThatItSpawns() {
            try (EventLoop loop = EventLoop.open("served")) {
                Task<String> task = ScopedValue.where(USER, "foreign").call(() -> loop.spawn(() -> USER.get()));

                assertThat(task.await()).isEqualTo("foreign");
                assertThat(loop.spawn(() -> USER.orElse("nobody")).await()).isEqualTo("nobody");
            }
        }

        @Test
        void surviveAFailureInsideTheirBlock() {
            run(() -> {
                Task<?> failing = ScopedValue.where(USER, "alice")
                        .call(() -> spawn(() -> {
                            throw new IllegalStateException(USER.get());
                        }));
                assertThatThrownBy(failing::await).hasMessage("alice");
                assertThat(spawn(() -> USER.orElse("nobody")).await()).isEqualTo("nobody");
            });
        }

        @Test
        void workInAGroup() {
            run(() -> {
                var seen = new AtomicReference<String>();
                ScopedValue.where(USER, "alice").run(() -> {
                    try (var group = TaskGroup.open()) {
                        group.spawn(() -> seen.set(USER.get()));
                        group.join();
                    }
                });
                assertThat(seen).hasValue("alice");
            });
        }
    }
}
