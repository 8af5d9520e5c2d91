package dev.weft.cli.machine;

import com.sun.management.OperatingSystemMXBean;
import dev.weft.cli.compare.report.Machine;
import dev.weft.loop.EventLoop;
import dev.weft.net.Transport;
import java.lang.management.ManagementFactory;

/** Describes this machine for a report. */
public final class Machines {
    /** The package of the JDK that the loop scheduler needs opened. */
    private static final String OPENED = "java.lang";

    private Machines() {}

    /**
     * {@return this machine and this JVM}
     */
    public static Machine describe() {
        ControlGroup limits = ControlGroup.read();
        return new Machine(
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                System.getProperty("os.arch"),
                Processor.name(),
                Runtime.getRuntime().availableProcessors(),
                limits.cpus(),
                memoryBytes(limits),
                Runtime.version().toString(),
                System.getProperty("java.vendor"),
                ManagementFactory.getRuntimeMXBean().getInputArguments(),
                hasFlag() && !"portable".equals(System.getProperty("weft.scheduler")) ? "loop" : "portable",
                Transport.selected().label());
    }

    /**
     * {@return the memory that this process may use, in bytes}
     *
     * @param limits the limits of its control group
     */
    public static long memoryBytes(ControlGroup limits) {
        long physical =
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
        Long limit = limits.memoryBytes();
        return limit == null ? physical : Math.min(physical, limit);
    }

    /**
     * {@return whether the JVM was started with the flag that the loop scheduler needs}
     */
    public static boolean hasFlag() {
        return Object.class.getModule().isOpen(OPENED, EventLoop.class.getModule());
    }

    /**
     * {@return the flag that the loop scheduler needs, for the way in which this program was started}
     */
    public static String flag() {
        Module module = EventLoop.class.getModule();
        return "--add-opens java.base/" + OPENED + "=" + (module.isNamed() ? module.getName() : "ALL-UNNAMED");
    }
}
