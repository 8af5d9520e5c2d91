package dev.weft;

import dev.weft.loop.kernel.LoopPool;
import dev.weft.loop.kernel.SequentialPool;
import dev.weft.loop.kernel.ThreadPool;
import dev.weft.loop.kernel.VirtualThreadPool;

/**
 * The {@linkplain Pool pools} inside this JVM; {@code ProcessPool} of module {@code dev.weft.process} is the one
 * outside.
 */
public final class Pools {
    private Pools() {}

    /**
     * {@return a pool without threads: {@code submit} does the work before it returns}
     */
    public static Pool sequential() {
        return new SequentialPool();
    }

    /**
     * Opens a pool of platform threads. They are daemons, and are started as they are needed: an idle one is used
     * before another is started.
     *
     * @param threads how many tasks run at once at most
     * @return the pool
     * @throws IllegalArgumentException if {@code threads} is less than 1
     */
    public static Pool threads(int threads) {
        return new ThreadPool("threads", atLeastOne("threads", threads));
    }

    /**
     * {@return a pool that runs each task in a virtual thread of its own, without limit}
     */
    public static Pool virtual() {
        return new VirtualThreadPool("virtual", Integer.MAX_VALUE);
    }

    /**
     * Opens a pool that runs each task in a virtual thread of its own.
     *
     * @param limit how many tasks run at once at most; the others wait in line
     * @return the pool
     * @throws IllegalArgumentException if {@code limit} is less than 1
     */
    public static Pool virtual(int limit) {
        return new VirtualThreadPool("virtual", atLeastOne("tasks at once", limit));
    }

    /**
     * Opens a pool of event loops, each on a thread of its own: tasks are coroutines, one of which runs at a time on
     * each loop.
     *
     * @param loops how many
     * @return the pool
     * @throws IllegalArgumentException if {@code loops} is less than 1
     */
    public static Pool loops(int loops) {
        return new LoopPool("loops", atLeastOne("loops", loops));
    }

    private static int atLeastOne(String what, int number) {
        if (number < 1) {
            throw new IllegalArgumentException(
                    "a pool needs at least 1 for the number of " + what + ", and was given " + number);
        }
        return number;
    }
}
