package dev.weft.process;

import java.time.Duration;
import java.util.List;
import java.util.Map;

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
 */
record PoolSettings(
        String name,
        int workers,
        long heap,
        List<String> jvmArgs,
        Map<String, String> environment,
        Duration killGrace,
        WorkerOutput output,
        List<String> allowed) {}
