package dev.weft.process;

import dev.weft.process.codec.Codec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one pool.
 *
 * @param name the pool's name
 * @param workers how many workers
 * @param heap the most heap of each, in bytes
 * @param jvmArgs the user's flags
 * @param environment the user's environment variables
 * @param killGrace how long a process may take to end before it is killed
 * @param output receives what workers print
 * @param allowed patterns of classes that results may be made of, beside the usual ones
 * @param taskTimeout how long a task may run, or null
 * @param tasksPerWorker how many tasks a worker runs until it is replaced, or 0
 * @param memoryPerWorker how much resident memory a worker may have between tasks before it is replaced, in bytes, or 0
 * @param idleTimeout how long a worker may be idle before it ends, or null
 * @param minWorkers how many stay however long they are idle
 * @param tasksPerLoop how many coroutines each worker runs at once, or 0 for one task after the other in a thread
 * @param codec how objects are written, or null for JDK serialization
 * @param initializer what a worker runs first, encoded, or null
 * @param training whether the worker is there for a cache to be made, with Weft's own jars only
 */
record PoolSettings(
        String name,
        int workers,
        long heap,
        List<String> jvmArgs,
        Map<String, String> environment,
        Duration killGrace,
        WorkerOutput output,
        List<String> allowed,
        @Nullable Duration taskTimeout,
        int tasksPerWorker,
        long memoryPerWorker,
        @Nullable Duration idleTimeout,
        int minWorkers,
        int tasksPerLoop,
        @Nullable Codec codec,
        @Nullable Frame initializer,
        boolean training) {
    /** {@return the settings of a pool of one worker that has nothing but Weft, and time to end} */
    static PoolSettings forTraining(List<String> flags, Duration grace) {
        return new PoolSettings(
                "cache",
                1,
                256L << 20,
                flags,
                Map.of(),
                grace,
                WorkerOutput.discard(),
                List.of(),
                null,
                0,
                0,
                null,
                0,
                0,
                null,
                null,
                true);
    }

    PoolSettings withInitializer(@Nullable Frame other) {
        return new PoolSettings(
                name,
                workers,
                heap,
                jvmArgs,
                environment,
                killGrace,
                output,
                allowed,
                taskTimeout,
                tasksPerWorker,
                memoryPerWorker,
                idleTimeout,
                minWorkers,
                tasksPerLoop,
                codec,
                other,
                training);
    }
}
