package dev.weft.http;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.Action;
import dev.weft.loop.jdk.JdkAccess;
import dev.weft.net.Transport;
import dev.weft.testing.ClockMode;
import dev.weft.testing.LoopTestFailure;
import dev.weft.testing.Simulation;
import java.time.Duration;

/** The combinations of scheduler and transport that all tests over sockets run on. */
public enum Platform {
    LOOP_IO_URING("loop", Transport.IO_URING),
    LOOP_EPOLL("loop", Transport.EPOLL),
    LOOP_KQUEUE("loop", Transport.KQUEUE),
    LOOP_NIO("loop", Transport.NIO),
    PORTABLE_EPOLL("portable", Transport.EPOLL),
    PORTABLE_NIO("portable", Transport.NIO);

    private final String scheduler;
    private final Transport transport;

    Platform(String scheduler, Transport transport) {
        this.scheduler = scheduler;
        this.transport = transport;
    }

    public Transport transport() {
        return transport;
    }

    /** Skips the test, with the reason, where this system has not got what this needs. */
    public void assumeAvailable() {
        assumeTrue(transport.available(), () -> transport.label() + ": " + transport.unavailableBecause());
        assumeTrue(
                scheduler.equals("portable") || JdkAccess.available(),
                () -> "loop scheduler: " + JdkAccess.unavailableBecause());
    }

    /**
     * Runs a block as the main task of a new loop of this kind, in real time; it must leave no task, callback, thread
     * or socket behind.
     */
    public void run(Action<? extends Exception> body) throws Exception {
        withProperties(() -> {
            try {
                Simulation.of(trial -> body.run())
                        .named("the block on " + this)
                        .clock(ClockMode.REAL)
                        .realTimeLimit(Duration.ofSeconds(55))
                        .leakCheck(true)
                        .run();
            } catch (LoopTestFailure e) {
                if (e.getCause() instanceof Exception checked) {
                    throw checked;
                }
                throw e;
            }
        });
    }

    /** Runs a block while new loops are of this kind. */
    public void withProperties(Action<? extends Exception> body) throws Exception {
        String schedulerBefore = System.getProperty("weft.scheduler");
        String transportBefore = System.getProperty(Transport.PROPERTY);
        System.setProperty("weft.scheduler", scheduler);
        System.setProperty(Transport.PROPERTY, transport.label());
        try {
            body.run();
        } finally {
            restore("weft.scheduler", schedulerBefore);
            restore(Transport.PROPERTY, transportBefore);
        }
    }

    private static void restore(String property, String before) {
        if (before == null) {
            System.clearProperty(property);
        } else {
            System.setProperty(property, before);
        }
    }
}
