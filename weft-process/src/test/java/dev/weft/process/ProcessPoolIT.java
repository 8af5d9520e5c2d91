package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.AwaitTrace;
import dev.weft.Job;
import dev.weft.Task;
import dev.weft.TaskFailedException;
import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.loop.jdk.JdkAccess;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What the pool does when nothing goes wrong; all tests share one. */
@Timeout(60)
class ProcessPoolIT {
    private static ProcessPool pool;

    @BeforeAll
    static void open() {
        pool = ProcessPool.builder().workers(2).heap("128m").name("it").build();
    }

    @AfterAll
    static void close() {
        pool.close();
        assertThat(pool.workers()).noneMatch(worker -> Jobs.isAlive(worker.pid()));
    }

    record Reading(String sensor, double value) implements Serializable {}

    static final class Plain implements Serializable {
        private static final long serialVersionUID = 1;
        final int number = 7;
    }

    @Test
    void workRunsInAnotherProcess() {
        long worker = pool.submit(Jobs::pid).await();
        assertThat(worker).isNotEqualTo(ProcessHandle.current().pid());
        assertThat(pool.workers()).extracting(WorkerStatus::pid).contains(worker);
        assertThat(pool.parallelism()).isEqualTo(2);
    }

    @Test
    @DisplayName("P208 results of a map come in the order of the inputs")
    void resultsOfAMapComeInTheOrderOfTheInputs() {
        int factor = 3;
        List<Integer> inputs = IntStream.range(0, 2000).boxed().toList();
        assertThat(pool.map(x -> x * factor, inputs).toList())
                .isEqualTo(inputs.stream().map(x -> x * factor).toList());
    }

    @Test
    void resultsAsCompletedAreAllThere() {
        List<Integer> inputs = IntStream.range(0, 500).boxed().toList();
        assertThat(pool.map(x -> -x, inputs).asCompleted().lookAhead(50).toList())
                .containsExactlyInAnyOrderElementsOf(
                        inputs.stream().map(x -> -x).toList());
    }

    @Test
    void bothWorkersWorkAtOnce() {
        List<Task<Long>> tasks = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            tasks.add(pool.submit(() -> {
                Thread.sleep(50);
                return Jobs.pid();
            }));
        }
        Set<Long> pids = new HashSet<>();
        tasks.forEach(task -> pids.add(task.await()));
        assertThat(pids).hasSize(2);
    }

    @Test
    void aTaskBehindALongOneIsGivenToTheIdleWorker(@TempDir Path directory) throws Exception {
        String file = directory.resolve("started").toString();
        Task<Long> longOne = pool.submit(() -> Jobs.startedAndSleeping(file));
        Jobs.awaitStarted(directory.resolve("started"));
        List<Task<Long>> others = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            others.add(pool.submit(Jobs::pid));
        }
        Set<Long> pids = new HashSet<>();
        others.forEach(task -> pids.add(task.await()));
        assertThat(pids).hasSize(1).doesNotContain(Long.parseLong(Files.readString(directory.resolve("started"))));
        longOne.cancel("the others have overtaken it");
        longOne.join();
    }

    @Test
    void anyCoroutineOfALoopCanSubmitAndAwaitWithoutHoldingTheLoop() {
        int tasks = 200;
        int sum = Weft.run(() -> {
            List<Task<Integer>> all = new ArrayList<>();
            try (TaskGroup group = TaskGroup.open()) {
                for (int i = 0; i < tasks; i++) {
                    int n = i;
                    all.add(group.spawn(() -> pool.submit(() -> n + 1).await()));
                }
                group.join();
            }
            return all.stream().mapToInt(Task::result).sum();
        });
        assertThat(sum).isEqualTo(tasks * (tasks + 1) / 2);
    }

    @Test
    void aJobCanRunALoopOfItsOwnWithTheFlagsOfThisJvm() {
        assertThat(pool.submit(() -> Weft.run(() -> {
                            Task<Integer> a = Weft.spawn(() -> 20);
                            Task<Integer> b = Weft.spawn(() -> 22);
                            return a.await() + b.await();
                        }))
                        .await())
                .isEqualTo(42);
        assertThat(pool.submit(JdkAccess::available).await()).isEqualTo(JdkAccess.available());
    }

    @Test
    @DisplayName("P235 the remote stack comes with the exception")
    void anUncheckedExceptionComesBackAsItselfWithBothStacks() {
        Task<Object> task = pool.submit(() -> {
            throw new IllegalStateException("boom");
        });
        assertThatThrownBy(task::await)
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("boom")
                .satisfies(e -> {
                    assertThat(e.getStackTrace()[0].getClassName()).isEqualTo(ProcessPoolIT.class.getName());
                    assertThat(e.getSuppressed())
                            .hasAtLeastOneElementOfType(RemoteTrace.class)
                            .hasAtLeastOneElementOfType(AwaitTrace.class);
                    RemoteTrace where = (RemoteTrace) Arrays.stream(e.getSuppressed())
                            .filter(RemoteTrace.class::isInstance)
                            .findFirst()
                            .orElseThrow();
                    assertThat(where).hasMessageContaining(task.name()).hasMessageContaining("of pool 'it'");
                    assertThat(pool.workers()).extracting(WorkerStatus::pid).contains(where.pid());
                });
    }

    @Test
    void aCheckedExceptionComesBackInItsCarrierAndByName() {
        Task<Object> task = pool.submit(() -> {
            throw new IOException("disk");
        });
        assertThatThrownBy(task::await).isInstanceOf(TaskFailedException.class).hasCauseInstanceOf(IOException.class);
        assertThatThrownBy(() -> task.await(IOException.class))
                .isInstanceOf(IOException.class)
                .hasMessage("disk");
        assertThatThrownBy(task::get).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(IOException.class);
    }

    @Test
    void aStackOverflowFailsTheTaskAndTheWorkerGoesOn() {
        long before = pool.submit(Jobs::pid).await();
        assertThatThrownBy(() -> pool.submit(() -> Jobs.overflow(0)).await()).isInstanceOf(StackOverflowError.class);
        assertThat(pool.workers()).extracting(WorkerStatus::pid).contains(before);
    }

    @Test
    @DisplayName("P241 work that cannot be sent fails its task and nothing else")
    void workThatCannotBeSentFailsItsTaskAndNothingElse() {
        Object lock = new Object();
        Task<String> task = pool.submit(() -> "with " + lock);
        assertThat(task.isDone()).isTrue();
        assertThat(task.cancel("too late")).isFalse();
        assertThatThrownBy(task::await)
                .isInstanceOf(TransferException.class)
                .hasMessageContaining("captured value 1 (java.lang.Object)");
        Callable<Integer> plain = () -> 1;
        assertThatThrownBy(() -> pool.submit(plain).await())
                .isInstanceOf(TransferException.class)
                .hasMessageContaining("Declare it as dev.weft.Job");
        assertThat(pool.submit(() -> "still here").await()).isEqualTo("still here");
    }

    @Test
    @DisplayName("P243 a result that cannot be sent fails its task")
    void aResultThatCannotBeSentFailsItsTask() {
        Job<Object> work = ByteArrayOutputStream::new;
        assertThatThrownBy(() -> pool.submit(work).await())
                .isInstanceOf(TransferException.class)
                .hasMessageContaining(
                        "its result cannot be sent back: java.io.ByteArrayOutputStream is not serializable");
    }

    @Test
    void recordsAndClassesOfTheApplicationAreResults() {
        assertThat(pool.submit(() -> new Reading("t1", 20.5)).await()).isEqualTo(new Reading("t1", 20.5));
        assertThat(pool.submit(Plain::new).await().number).isEqualTo(7);
        assertThat(pool.submit(() -> Map.of("a", List.of(1, 2))).await()).isEqualTo(Map.of("a", List.of(1, 2)));
    }

    @Test
    @DisplayName("P244 a result that cannot be rebuilt in the parent fails its task and names the remedy")
    void aClassThatThePoolDoesNotTakeFailsItsTaskAndNamesTheRemedy() {
        Job<Object> work = () -> (Comparator<Integer> & Serializable) Integer::compare;
        assertThatThrownBy(() -> pool.submit(work).await())
                .isInstanceOf(TransferException.class)
                .hasMessageContaining("its result was refused")
                .hasMessageContaining("ProcessPool.builder().allow(");
    }

    @Test
    void workThatDoesNotFitTheHeapOfAWorkerFailsItsTaskAlone() {
        byte[] large = new byte[100 << 20];
        assertThatThrownBy(() -> pool.submit(() -> large.length).await())
                .isInstanceOf(TransferException.class)
                .hasMessageContaining("a third of the heap")
                .hasMessageContaining("give that more heap");
        assertThat(pool.submit(() -> 1).await()).isEqualTo(1);
    }

    @Test
    void messagesOf64KiBPassInBothDirectionsAtOnce() {
        var random = new Random(3);
        List<byte[]> inputs = IntStream.range(0, 300)
                .mapToObj(_ -> {
                    byte[] block = new byte[64 << 10];
                    random.nextBytes(block);
                    return block;
                })
                .toList();
        List<byte[]> results =
                pool.map((byte[] block) -> block, inputs).lookAhead(100).toList();
        assertThat(results).hasSameSizeAs(inputs);
        for (int i = 0; i < inputs.size(); i++) {
            assertThat(results.get(i)).isEqualTo(inputs.get(i));
        }
    }

    @Test
    void anArrayOf16MiBComesBackEqual() {
        byte[] bytes = new byte[16 << 20];
        new Random(4).nextBytes(bytes);
        double[] doubles = new Random(5).doubles(2 << 20).toArray();
        assertThat(pool.submit(() -> bytes).await()).isEqualTo(bytes);
        assertThat(pool.submit(() -> doubles).await()).isEqualTo(doubles);
    }

    @Test
    void outputIsHandedOnByLineWithItsStream() throws InterruptedException {
        record Line(WorkerOutput.Stream stream, String text) {}
        var lines = new LinkedBlockingQueue<Line>();
        try (var own = ProcessPool.builder()
                .workers(1)
                .output((_, stream, text) -> lines.add(new Line(stream, text)))
                .build()) {
            own.submit(() -> {
                        System.out.println("to out: Größe");
                        System.err.println("to err");
                        System.out.print("no end of line");
                        return 0;
                    })
                    .await();
            assertThat(List.of(take(lines), take(lines)))
                    .extracting(Object::toString)
                    .containsExactlyInAnyOrder("Line[stream=OUT, text=to out: Größe]", "Line[stream=ERR, text=to err]");
        }
        assertThat(take(lines)).hasToString("Line[stream=OUT, text=no end of line]");
    }

    @Test
    void outputCanTellWhichWorkerPrintedIt() throws InterruptedException {
        var lines = new LinkedBlockingQueue<String>();
        try (var own = ProcessPool.builder()
                .workers(1)
                .output(WorkerOutput.withPrefix((_, _, text) -> lines.add(text)))
                .build()) {
            long pid = own.submit(() -> {
                        System.out.println("mine");
                        return Jobs.pid();
                    })
                    .await();
            assertThat(take(lines)).isEqualTo("[worker " + pid + "] mine");
        }
    }

    private static <T> T take(LinkedBlockingQueue<T> queue) throws InterruptedException {
        T taken = queue.poll(20, TimeUnit.SECONDS);
        assertThat(taken).as("a line of output").isNotNull();
        return taken;
    }

    @Test
    void settingsReachTheWorkers() {
        try (var own = ProcessPool.builder()
                .workers(1)
                .heap("64m")
                .jvmArgs("-Dweft.test=a \"quoted\" \\ value")
                .environment(Map.of("WEFT_TEST", "from the pool"))
                .build()) {
            assertThat(own.submit(() -> Runtime.getRuntime().maxMemory()).await())
                    .isBetween(48L << 20, 64L << 20);
            assertThat(own.submit(() -> System.getProperty("weft.test")).await())
                    .isEqualTo("a \"quoted\" \\ value");
            assertThat(own.submit(() -> Jobs.environment("WEFT_TEST")).await()).isEqualTo("from the pool");
            assertThat(own.submit(() -> Jobs.environment("PATH")).await()).isEqualTo(System.getenv("PATH"));
        }
    }

    @Test
    void closeWaitsForTheTasksAndTakesNoMore() {
        var own = ProcessPool.of(1);
        List<Task<Integer>> tasks = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            int n = i;
            tasks.add(own.submit(() -> n));
        }
        own.close();
        assertThat(tasks)
                .extracting(Task::result)
                .isEqualTo(IntStream.range(0, 20).boxed().toList());
        assertThat(own.workers()).noneMatch(worker -> Jobs.isAlive(worker.pid()));
        assertThatThrownBy(() -> own.submit(() -> 1)).isInstanceOf(RejectedExecutionException.class);
        own.close();
    }

    @Test
    void aPoolThatIsClosedAtOnceLeavesNothing() {
        for (int i = 0; i < 3; i++) {
            var own = (WorkerPool) ProcessPool.of(2);
            List<WorkerStatus> workers = own.workers();
            own.close();
            assertThat(own.directory().path()).doesNotExist();
            assertThat(workers).noneMatch(worker -> worker.pid() > 0 && Jobs.isAlive(worker.pid()));
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void closedPoolsLeaveNoThreadsAndNoOpenFiles() throws Exception {
        openAndClose();
        int files = openFiles();
        for (int i = 0; i < 3; i++) {
            openAndClose();
        }
        Eventually.until("no more files are open than before", () -> openFiles() <= files);
        Eventually.until(
                "the threads of the pools have ended",
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().contains("leak-test")));
    }

    private static void openAndClose() {
        try (var own = ProcessPool.builder().name("leak-test").workers(2).build()) {
            Jobs.kill(own.submit(Jobs::pid).await());
            own.submit(Jobs::pid).await();
        }
    }

    private static int openFiles() {
        return new File("/proc/self/fd").list().length;
    }

    @Test
    void statusTellsWhatEachWorkerDoes(@TempDir Path directory) throws Exception {
        try (var own = ProcessPool.of(1)) {
            String file = directory.resolve("started").toString();
            assertThat(own.workers()).hasSize(1);
            Task<Long> task = own.submit(() -> Jobs.startedAndSleeping(file));
            long pid = Jobs.awaitStarted(directory.resolve("started"));
            assertThat(own.workers())
                    .containsExactly(new WorkerStatus(1, pid, WorkerStatus.State.BUSY, 0, task.name()));
            task.cancel("seen");
            task.join();
            assertThat(own.workers()).containsExactly(new WorkerStatus(1, pid, WorkerStatus.State.IDLE, 1, null));
        }
    }

    @Test
    void anInterruptThatATaskLeavesBehindDoesNotReachTheNext() {
        try (var own = ProcessPool.of(1)) {
            own.submit(() -> {
                        Thread.currentThread().interrupt();
                        return 0;
                    })
                    .await();
            assertThat(own.submit(() -> Thread.currentThread().isInterrupted()).await())
                    .isFalse();
        }
    }

    @Test
    void anInterruptedThreadCanSubmit() {
        Thread.currentThread().interrupt();
        Task<Integer> task = pool.submit(() -> 42);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(task.await()).isEqualTo(42);
    }
}
