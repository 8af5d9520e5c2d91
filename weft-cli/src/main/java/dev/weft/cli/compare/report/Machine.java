package dev.weft.cli.compare.report;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a comparison ran on.
 *
 * @param os name and version of the operating system
 * @param arch the processor architecture
 * @param cpu the processor's model name, or {@code unknown}
 * @param cores the processors that this JVM may use
 * @param cgroupCpus the processors that the control group grants, or null where it sets no limit
 * @param memoryBytes the memory of the machine or of its control group, whichever is smaller
 * @param jdk the version of the JDK
 * @param vendor who built it
 * @param flags the flags that the JVM was started with
 * @param scheduler {@code loop} with the JVM flag, {@code portable} without it
 * @param transport what the event loop waits for I/O with, such as {@code io_uring}, {@code epoll} or {@code nio}
 */
public record Machine(
        String os,
        String arch,
        String cpu,
        int cores,
        @Nullable Double cgroupCpus,
        long memoryBytes,
        String jdk,
        String vendor,
        List<String> flags,
        String scheduler,
        String transport) {}
