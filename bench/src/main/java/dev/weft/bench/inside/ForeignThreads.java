package dev.weft.bench.inside;

import dev.weft.Weft;
import dev.weft.loop.EventLoop;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Between a loop and threads outside of it. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ForeignThreads {
    private static final int CALLS = 1000;

    private final EventLoop loop = EventLoop.open("measured");

    /** Starts the loop's thread. */
    @Setup
    public void start() {
        loop.spawn(() -> 0).await();
    }

    /** Ends the loop. */
    @TearDown
    public void stop() {
        loop.close();
    }

    /** A task of the loop awaited by another thread: there and back, both asleep in between. */
    @Benchmark
    public int spawnAndAwait() {
        return loop.spawn(() -> 1).await();
    }

    /** Many calls handed over without waiting for each. */
    @Benchmark
    @OperationsPerInvocation(CALLS)
    public void execute() throws InterruptedException {
        var done = new CountDownLatch(1);
        for (int i = 1; i < CALLS; i++) {
            loop.execute(() -> {});
        }
        loop.execute(done::countDown);
        done.await();
    }

    /** Work beside the loop, from a coroutine and back. */
    @Benchmark
    @OperationsPerInvocation(CALLS)
    public int offload() throws Exception {
        return Weft.run(() -> {
            int total = 0;
            for (int i = 0; i < CALLS; i++) {
                total += Weft.offload(() -> 1);
            }
            return total;
        });
    }
}
