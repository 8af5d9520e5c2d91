package dev.weft.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Where the figures come from.
 *
 * @param cores processors that this JVM may use
 * @param memoryGib memory of the machine
 * @param processor the processor's name for itself
 * @param system operating system and its version
 * @param jdk the JDK
 */
record Machine(int cores, long memoryGib, String processor, String system, String jdk) {
    static Machine here() {
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return new Machine(
                Runtime.getRuntime().availableProcessors(),
                Math.round(system.getTotalMemorySize() / (double) (1 << 30)),
                processorName(),
                System.getProperty("os.name") + " " + majorMinor(System.getProperty("os.version")),
                System.getProperty("java.vendor.version", System.getProperty("java.version")));
    }

    private static String majorMinor(String version) {
        String[] parts = version.split("[.-]", -1);
        return parts.length < 2 ? version : parts[0] + "." + parts[1];
    }

    private static String processorName() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown processor");
        } catch (IOException e) {
            return "unknown processor"; // not Linux
        }
    }

    @Override
    public String toString() {
        return cores + " cores (" + processor + "), " + memoryGib + " GiB, " + system + ", JDK " + jdk;
    }
}
