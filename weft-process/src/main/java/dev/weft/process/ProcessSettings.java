package dev.weft.process;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The settings of a {@link WorkerProcess}.
 *
 * @param name its name
 * @param heap the most heap, in bytes
 * @param jvmArgs the user's flags
 * @param environment the user's environment variables
 * @param output receives what it prints
 * @param daemon whether it is a daemon
 * @param killGrace how long it may take to end before it is killed
 * @param allowed patterns of classes that its result may be made of, beside the usual ones
 */
record ProcessSettings(
        String name,
        long heap,
        List<String> jvmArgs,
        Map<String, String> environment,
        WorkerOutput output,
        boolean daemon,
        Duration killGrace,
        List<String> allowed) {}
