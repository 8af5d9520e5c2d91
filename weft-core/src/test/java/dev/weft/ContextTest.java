package dev.weft;

import static dev.weft.Weft.run;
import static dev.weft.Weft.sleep;
import static dev.weft.Weft.spawn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.sync.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Scoped values as the context of coroutines and threads: given where work is started, and never written to afterwards.
 */
@Timeout(30)
class ContextTest {
    private static final ScopedValue<String> USER = ScopedValue.newInstance();

    @Test
    @Tag("loop-only")
    @DisplayName(
            "P039 P335 the context of a task is independent of what is bound elsewhere afterwards, in both directions")
    void theContextOfATaskIsItsOwn() {
        run(() -> {
            var rebound = new Event();
            List<String> seen = new ArrayList<>();
            ScopedValue.where(USER, "first").run(() -> {
                Task<?> child = spawn(() -> {
                    rebound.await();
                    seen.add("child has " + USER.get());
                    ScopedValue.where(USER, "of the child").run(() -> sleep(java.time.Duration.ZERO));
                });
                ScopedValue.where(USER, "second").run(() -> {
                    rebound.set();
                    child.join();
                    seen.add("parent has " + USER.get());
                });
                seen.add("and then " + USER.get());
            });

            assertThat(seen).containsExactly("child has first", "parent has second", "and then first");
        });
    }

    @Test
    @Tag("loop-only")
    @DisplayName("P337 a coroutine starts with the context it inherits or is given, a thread of a pool with none")
    void aNewTaskInheritsItsContext() {
        ScopedValue.where(USER, "outer")
                .run(() -> run(() -> {
                    assertThat(spawn(() -> USER.get()).await()).isEqualTo("outer");
                    assertThat(ScopedValue.where(USER, "given")
                                    .call(() -> spawn(() -> USER.get()))
                                    .await())
                            .isEqualTo("given");
                    for (Pool pool : List.of(Pools.threads(1), Pools.virtual())) {
                        try (pool) {
                            assertThat(pool.submit(() -> USER.orElse("none")).await())
                                    .isEqualTo("none");
                        }
                    }
                }));
    }

    @Test
    @DisplayName("P337 a new thread of the JDK starts without context, or with the one its body binds")
    void aNewThreadStartsWithoutContext() throws InterruptedException {
        String seen = ScopedValue.where(USER, "outer")
                .call(() -> run(() -> {
                    var inherited = new AtomicReference<String>();
                    Thread.ofPlatform()
                            .start(() -> inherited.set(USER.orElse("none")))
                            .join();
                    var given = new AtomicReference<String>();
                    Thread.ofPlatform()
                            .start(() -> ScopedValue.where(USER, "given").run(() -> given.set(USER.get())))
                            .join();
                    return inherited + ", " + given;
                }));

        assertThat(seen).isEqualTo("none, given");
    }

    @Test
    @DisplayName("P324 a thread-local value set in one coroutine or thread is absent in another")
    void threadLocalsAreNotShared() {
        var local = new ThreadLocal<String>();
        run(() -> {
            local.set("main");
            Task<String> other = spawn(() -> {
                String found = local.get();
                local.set("other");
                sleep(java.time.Duration.ZERO);
                return found + ", then " + local.get();
            });
            assertThat(other.await()).isEqualTo("null, then other");
            assertThat(local.get()).isEqualTo("main");
            try (Pool pool = Pools.threads(1)) {
                assertThat(pool.submit(local::get).await()).isNull();
            }
        });
        assertThat(local.get()).isNull();
    }
}
