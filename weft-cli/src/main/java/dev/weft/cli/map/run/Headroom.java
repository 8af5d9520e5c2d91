package dev.weft.cli.map.run;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.DoubleSupplier;

/**
 * Which part of the processors was idle since it was last asked; 0 where there is hardly any memory left for more work.
 */
public final class Headroom implements DoubleSupplier {
    /** The part of the memory that must be free for more at once. */
    private static final double FREE = 0.1;

    private final OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    /** Begins to look. */
    public Headroom() {}

    @Override
    public double getAsDouble() {
        double load = system.getCpuLoad();
        if (load < 0 || MemoryGuard.free() < FREE * system.getTotalMemorySize()) {
            return 0; // not known, or not to be used
        }
        return Math.max(0, 1 - load);
    }
}
