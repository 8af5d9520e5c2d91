package dev.weft.cli.machine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The machine and the JVM as a run keeps them: what can be had in a millisecond or two, before the run begins. {@link
 * Machines} finds out more.
 *
 * @param os name and version of the operating system
 * @param arch the processor architecture
 * @param cpu the processor's model name, or {@code unknown}
 * @param cores the processors that this JVM may use
 * @param cgroupCpus the processors that the control group grants, or null where it sets no limit
 * @param memoryBytes the memory of the machine or of its control group, whichever is smaller; 0 if unknown
 * @param jdk the version of the JDK
 * @param vendor who built it
 * @param flags the flags that the JVM was started with
 */
public record Host(
        String os,
        String arch,
        String cpu,
        int cores,
        @Nullable Double cgroupCpus,
        long memoryBytes,
        String jdk,
        String vendor,
        List<String> flags) {
    private static final Pattern MEMORY = Pattern.compile("MemTotal:\\s+(\\d{1,15}) kB.*");

    /**
     * {@return this machine and this JVM}
     */
    public static Host describe() {
        ControlGroup limits = ControlGroup.read();
        Long granted = limits.memoryBytes();
        long installed = memory(Path.of("/proc/meminfo"));
        return new Host(
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                System.getProperty("os.arch"),
                Processor.name(),
                Runtime.getRuntime().availableProcessors(),
                limits.cpus(),
                granted == null ? installed : installed == 0 ? granted : Math.min(installed, granted),
                Runtime.version().toString(),
                System.getProperty("java.vendor"),
                flags(arguments()));
    }

    private static long memory(Path file) {
        try {
            for (String line : Files.readAllLines(file)) {
                Matcher matcher = MEMORY.matcher(line);
                if (matcher.matches()) {
                    return Long.parseLong(matcher.group(1)) * 1024;
                }
            }
        } catch (IOException e) {
            // not Linux
        }
        return 0;
    }

    /** What this process was started with. The JDK gives it only if it is short. */
    private static String[] arguments() {
        try {
            return Files.readString(Path.of("/proc/self/cmdline"), StandardCharsets.ISO_8859_1)
                    .split("\0", -1);
        } catch (IOException e) {
            return ProcessHandle.current().info().arguments().orElse(new String[0]);
        }
    }

    /** The JVM's options among the arguments of this process, which end where the program begins. */
    static List<String> flags(String... arguments) {
        return List.of(arguments).stream()
                .takeWhile(each -> !each.startsWith("dev.weft.cli"))
                .filter(each -> each.startsWith("-X") || each.startsWith("--add-") || each.startsWith("--enable-"))
                .toList();
    }
}
