package dev.weft.loop.jdk;

import java.util.concurrent.atomic.AtomicBoolean;

/** Says once per JVM that loops run on the portable scheduler, why, and how to change that. */
public final class PortableNotice {
    private static final AtomicBoolean GIVEN = new AtomicBoolean();

    private PortableNotice() {}

    /** Says it, the first time; called by a thread that opens a loop, never by a pump. */
    public static void give() {
        if (GIVEN.compareAndSet(false, true)) {
            System.getLogger("dev.weft")
                    .log(
                            System.Logger.Level.INFO,
                            "Event loops run on the portable scheduler, which is slower and is held up by blocking JDK calls: {0}. Add {1} to the JVM's options;"
                                    + " -Dweft.scheduler=portable keeps this scheduler without this message.",
                            JdkAccess.unavailableBecause(),
                            JdkAccess.flag());
        }
    }
}
