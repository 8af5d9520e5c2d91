package dev.weft;

import static dev.weft.Weft.run;
import static dev.weft.Weft.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Handles that outlive their loop. */
class AfterTheEndTest {
    @Test
    void cancellingAGroupFromAnotherThreadDoesNothing() {
        TaskGroup group = run(() -> {
            try (var open = TaskGroup.open()) {
                open.spawn(() -> {});
                open.join();
                return open;
            }
        });

        assertThatCode(() -> inThread(() -> group.cancel("too late"))).doesNotThrowAnyException();
        assertThatCode(() -> group.cancel("too late")).doesNotThrowAnyException();
    }

    @Test
    void cancellingATaskSaysThatItHasEnded() {
        Task<Integer> task = run(() -> {
            Task<Integer> spawned = Weft.spawn(() -> 7);
            spawned.await();
            return spawned;
        });

        assertThat(task.cancel("too late")).isFalse();
        assertThat(task.result()).isEqualTo(7);
        assertThat(task.await()).isEqualTo(7);
    }

    @Test
    void cancelsThatRaceTheEndNeverDisturbTheRun() throws Exception {
        for (int round = 0; round < 200; round++) {
            var main = new AtomicReference<TaskGroup>();
            Thread canceller = Thread.ofPlatform().start(() -> {
                while (main.get() == null) {
                    Thread.onSpinWait();
                }
                for (int i = 0; i < 200; i++) {
                    main.get().cancel("race");
                }
            });
            run(() -> {
                try (var group = TaskGroup.open()) {
                    group.spawn(() -> sleep(Duration.ofHours(1)));
                    main.set(group);
                    group.join();
                }
            });
            canceller.join();
        }
    }

    private static void inThread(Runnable action) throws InterruptedException, ExecutionException {
        CompletableFuture.runAsync(action, task -> Thread.ofPlatform().start(task))
                .get();
    }
}
