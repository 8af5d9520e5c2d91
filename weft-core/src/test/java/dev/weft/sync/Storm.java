package dev.weft.sync;

import dev.weft.Action;
import dev.weft.Cancelled;
import dev.weft.Task;
import dev.weft.loop.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * Many callers of one operation at the same time: tasks of two loops, which are cancelled at random moments, and plain
 * threads, which are interrupted at random moments. What an operation throws, but for {@link Cancelled}, is kept in
 * {@link #failures}.
 */
final class Storm implements AutoCloseable {
    private static final int TASKS_AT_ONCE = 6;

    final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final Random seeds;
    private final EventLoop[] loops = {EventLoop.open("storm-a"), EventLoop.open("storm-b")};
    private final List<Thread> drivers = new ArrayList<>();
    private final List<Thread> callers = new ArrayList<>();

    Storm(String name) {
        long seed = Long.getLong("weft.test.seed", System.nanoTime());
        System.out.println(name + ": -Dweft.test.seed=" + seed);
        seeds = new Random(seed);
    }

    /** Starts a driver for each loop that runs the operation in so many tasks, and cancels some. */
    void tasks(int number, boolean cancel, Action<RuntimeException> operation) {
        for (EventLoop loop : loops) {
            var random = new Random(seeds.nextLong());
            drivers.add(Thread.ofPlatform().start(() -> {
                var running = new ArrayDeque<Task<?>>();
                for (int i = 0; i < number; i++) {
                    running.add(loop.spawn(() -> {
                        attempt(operation);
                        return null;
                    }));
                    if (cancel && random.nextInt(3) == 0) {
                        running.peekLast().cancel("storm");
                    }
                    if (running.size() >= TASKS_AT_ONCE) {
                        if (cancel && random.nextBoolean()) {
                            running.peekFirst().cancel("storm");
                        }
                        running.poll().join();
                    }
                }
                running.forEach(Task::join);
            }));
        }
    }

    /** Starts a thread that runs the operation so many times, and is interrupted at random moments. */
    void thread(int number, boolean interrupt, Action<RuntimeException> operation) {
        Thread caller = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < number; i++) {
                attempt(operation);
                Thread.interrupted();
            }
        });
        drivers.add(caller);
        if (interrupt) {
            callers.add(caller);
        }
    }

    private void attempt(Action<RuntimeException> operation) {
        try {
            operation.run();
        } catch (Cancelled _) {
            // that is the weather
        } catch (Throwable e) {
            failures.add(e);
        }
    }

    /** Interrupts callers until all drivers have come to their end. */
    void await() throws InterruptedException {
        var random = new Random(seeds.nextLong());
        for (Thread driver : drivers) {
            while (driver.isAlive()) {
                for (Thread caller : callers) {
                    if (random.nextInt(4) == 0) {
                        caller.interrupt();
                    }
                }
                LockSupport.parkNanos(100_000);
                if (Thread.interrupted()) {
                    throw new InterruptedException("a driver of the storm has not come to its end");
                }
            }
        }
        drivers.clear();
    }

    @Override
    public void close() {
        for (EventLoop loop : loops) {
            loop.close();
        }
    }
}
