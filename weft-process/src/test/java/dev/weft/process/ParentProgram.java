package dev.weft.process;

import dev.weft.Task;
import java.util.ArrayList;
import java.util.List;

/** A program that opens a pool, gives its workers something to do, and is then killed by the test that started it. */
final class ParentProgram {
    private ParentProgram() {}

    public static void main(String[] arguments) throws InterruptedException {
        var pool = ProcessPool.builder().workers(3).heap("64m").build();
        List<Task<?>> tasks = new ArrayList<>();
        tasks.add(pool.submit(() -> Jobs.startedAndSpinning(arguments[0] + "/1")));
        tasks.add(pool.submit(() -> Jobs.startedAndSleeping(arguments[0] + "/2")));
        Eventually.until(
                "three workers are there",
                () -> pool.workers().stream().noneMatch(worker -> worker.state() == WorkerStatus.State.STARTING));
        pool.workers().forEach(worker -> System.out.println(worker.pid()));
        System.out.println("ready");
        tasks.forEach(Task::join);
    }
}
