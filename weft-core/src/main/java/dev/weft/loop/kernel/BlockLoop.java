package dev.weft.loop.kernel;

import java.util.List;
import java.util.concurrent.TimeUnit;

/** The loop of a {@link dev.weft.Weft#run}, seen from inside: it ends with its block and by nothing else. */
final class BlockLoop extends LoopFace {
    BlockLoop(LoopCore loop) {
        super(loop, loop.begunAt());
    }

    @Override
    boolean refuses() {
        return loop.isClosed() || root().isClosed();
    }

    @Override
    public boolean isRunning() {
        return !loop.isClosed();
    }

    @Override
    public void shutdown() {
        throw endsWithItsBlock("shutdown");
    }

    @Override
    public List<Runnable> shutdownNow() {
        throw endsWithItsBlock("shutdownNow");
    }

    @Override
    public void close() {
        throw endsWithItsBlock("close");
    }

    private IllegalStateException endsWithItsBlock(String call) {
        return new IllegalStateException(call + " was called on loop '" + name()
                + "' of a Weft.run, which ends with its block; return from the block, or cancel the tasks");
    }

    @Override
    public boolean isShutdown() {
        return refuses();
    }

    @Override
    public boolean isTerminated() {
        return loop.isClosed();
    }

    /**
     * {@inheritDoc}
     *
     * <p>Always refused: nothing here can end the loop, so that nobody would come to an end by waiting for it.
     */
    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        if (isTerminated()) {
            return true;
        }
        throw endsWithItsBlock("awaitTermination");
    }
}
