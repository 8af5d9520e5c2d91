package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Task;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The ways to end a pool, and pools that are shared. */
@Timeout(60)
class PoolEndIT {
    @TempDir
    Path directory;

    private static ProcessPool.Builder quiet(int workers) {
        return ProcessPool.builder().workers(workers).heap("64m").output(WorkerOutput.discard());
    }

    @Test
    void aCloseWithATimeLimitWaitsForWhatEndsInTime() {
        var pool = quiet(1).build();
        Task<Integer> task = pool.submit(() -> {
            Jobs.pause(100);
            return 1;
        });
        assertThat(pool.close(Duration.ofSeconds(50))).isTrue();
        assertThat(task.result()).isEqualTo(1);
        assertThat(pool.isTerminated()).isTrue();
        assertThat(pool.close(Duration.ZERO)).isTrue();
    }

    @Test
    void aCloseWhoseTimeIsOverCancelsTheRest() throws Exception {
        var pool = quiet(1).killGrace(Duration.ofMillis(100)).build();
        String file = directory.resolve("started").toString();
        Task<Integer> spinning = pool.submit(() -> Jobs.startedAndSpinning(file));
        Task<Integer> waiting = pool.submit(() -> 1);
        long pid = Jobs.awaitStarted(directory.resolve("started"));
        assertThat(pool.close(Duration.ofMillis(50))).isFalse();
        assertThat(spinning.isCancelled()).isTrue();
        assertThat(waiting.isCancelled()).isTrue();
        assertThatThrownBy(spinning::await).hasMessageContaining("50 ms of its close");
        assertThat(Jobs.isAlive(pid)).isFalse();
    }

    @Test
    void killingTheWorkersEndsEverythingAndStartsNoOther() throws Exception {
        var pool = quiet(2).build();
        List<Task<?>> tasks = new ArrayList<>();
        List<Long> pids = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            String file = directory.resolve("t" + i).toString();
            tasks.add(pool.submit(() -> Jobs.startedAndSpinning(file)));
        }
        for (int i = 0; i < 2; i++) {
            pids.add(Jobs.awaitStarted(directory.resolve("t" + i)));
        }
        for (int i = 0; i < 20; i++) {
            tasks.add(pool.submit(() -> 1));
        }
        pool.killWorkers();
        assertThat(pool.isShutdown()).isTrue();
        assertThatThrownBy(() -> pool.submit(() -> 1)).isInstanceOf(RejectedExecutionException.class);
        tasks.forEach(Task::join);
        assertThat(tasks).allMatch(Task::isCancelled);
        assertThatThrownBy(() -> tasks.getFirst().await()).hasMessageContaining("were killed");
        assertThat(pool.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        assertThat(pool.workers()).isEmpty();
        assertThat(pids).noneMatch(Jobs::isAlive);
        pool.killWorkers();
        pool.terminateWorkers();
        pool.close();
    }

    @Test
    void terminatingTheWorkersRunsTheirShutdownHooks() throws Exception {
        var pool = quiet(1).killGrace(Duration.ofSeconds(20)).build();
        String file = directory.resolve("started").toString();
        Path hook = directory.resolve("hook");
        String hookFile = hook.toString();
        Task<Integer> task = pool.submit(() -> {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                try {
                    Files.createFile(Path.of(hookFile));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }));
            return Jobs.startedAndSpinning(file);
        });
        long pid = Jobs.awaitStarted(directory.resolve("started"));
        pool.terminateWorkers();
        task.join();
        assertThat(task.isCancelled()).isTrue();
        assertThatThrownBy(task::await).hasMessageContaining("were terminated");
        pool.close();
        assertThat(hook).exists();
        assertThat(Jobs.isAlive(pid)).isFalse();
    }

    @Test
    void aWorkerThatDoesNotEndWhenTerminatedIsKilledAfterTheGrace() throws Exception {
        var pool = quiet(1).killGrace(Duration.ofMillis(200)).build();
        String file = directory.resolve("started").toString();
        var _ = pool.submit(() -> {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                while (true) {
                    Thread.onSpinWait();
                }
            }));
            return Jobs.startedAndSpinning(file);
        });
        long pid = Jobs.awaitStarted(directory.resolve("started"));
        pool.terminateWorkers();
        assertThat(pool.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        assertThat(Jobs.isAlive(pid)).isFalse();
    }

    @Test
    @DisplayName("P240 ending the workers of a broken pool raises nothing")
    void endingTheWorkersOfABrokenPoolRaisesNothing() throws Exception {
        var pool = quiet(1).jvmArgs("-XX:NoSuchFlag=1").build();
        assertThatThrownBy(() -> pool.submit(() -> 1).await()).isInstanceOf(BrokenPoolException.class);
        pool.terminateWorkers();
        pool.killWorkers();
        assertThat(pool.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void killingAPoolWhoseWorkersAreStartingOrIdleEndsIt() throws Exception {
        var starting = quiet(3).build();
        starting.killWorkers();
        assertThat(starting.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        var idle = quiet(1).build();
        long pid = idle.submit(Jobs::pid).await();
        idle.killWorkers();
        assertThat(idle.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        assertThat(Jobs.ends(pid)).isTrue();
    }

    @Test
    void whoAsksForEqualSettingsSharesAPool() {
        ProcessPool first = quiet(1).name("shared").shared();
        try {
            assertThat(quiet(1).name("shared").shared()).isSameAs(first);
            long pid = first.submit(Jobs::pid).await();
            assertThat(quiet(1).name("shared").shared().submit(Jobs::pid).await())
                    .isEqualTo(pid);
            ProcessPool other = quiet(2).name("shared").shared();
            try {
                assertThat(other).isNotSameAs(first);
            } finally {
                other.close();
            }
        } finally {
            first.close();
        }
        ProcessPool next = quiet(1).name("shared").shared();
        try {
            assertThat(next).isNotSameAs(first);
            assertThat(next.submit(() -> 1).await()).isEqualTo(1);
        } finally {
            next.close();
        }
    }

    @Test
    void anInitializerIsPartOfTheSettingsOfASharedPool() {
        ProcessPool one = quiet(1).initializer(() -> 1).shared();
        ProcessPool two = quiet(1).initializer(() -> "two").shared();
        try {
            assertThat(one).isNotSameAs(two);
        } finally {
            one.close();
            two.close();
        }
    }

    @Test
    void aSharedPoolThatIsBrokenIsReplaced() {
        ProcessPool broken = quiet(1).jvmArgs("-XX:NoSuchFlag=1").shared();
        assertThatThrownBy(() -> broken.submit(() -> 1).await()).isInstanceOf(BrokenPoolException.class);
        ProcessPool next = quiet(1).jvmArgs("-XX:NoSuchFlag=1").shared();
        try {
            assertThat(next).isNotSameAs(broken);
            assertThat(broken.isShutdown()).isTrue();
        } finally {
            next.closeNow("seen");
        }
    }

    @Test
    void theDefaultSharedPoolStartsNoWorkerBeforeItsFirstTask() {
        ProcessPool pool = ProcessPool.shared();
        try {
            assertThat(ProcessPool.shared()).isSameAs(pool);
            assertThat(pool.workers()).isEmpty();
        } finally {
            pool.close();
        }
    }
}
