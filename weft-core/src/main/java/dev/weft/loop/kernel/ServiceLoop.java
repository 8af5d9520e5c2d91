package dev.weft.loop.kernel;

/** A loop with a thread of its own that serves whoever submits to it. */
public final class ServiceLoop extends EndingLoop {
    /**
     * Starts a loop.
     *
     * @param name its name, which is also that of its thread
     */
    public ServiceLoop(String name) {
        this(name, LoopOptions.ofProperties());
    }

    ServiceLoop(String name, LoopOptions options) {
        super(LoopCore.create(name, options));
        Thread.ofPlatform()
                .name("weft-loop-" + name)
                .daemon()
                .unstarted(this::pump)
                .start();
    }

    @Override
    public boolean isRunning() {
        return !isTerminated();
    }

    LoopCore core() {
        return loop;
    }
}
