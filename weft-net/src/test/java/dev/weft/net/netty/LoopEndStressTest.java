package dev.weft.net.netty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Weft;
import dev.weft.net.Platform;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Loops that end take nothing from those that live on, though the system gives the numbers of their descriptors anew.
 */
@ParameterizedClass
@EnumSource(Platform.class)
@Timeout(120)
class LoopEndStressTest {
    private static final int THREADS = 8;
    private static final int LOOPS = 250;
    private static final int WAKEUPS = 5;

    private final Platform platform;

    LoopEndStressTest(Platform platform) {
        this.platform = platform;
    }

    @Test
    void noLoopMissesItsWakeupsWhileOthersEnd() throws Exception {
        platform.assumeAvailable();
        platform.withProperties(() -> {
            List<Future<Integer>> threads = new ArrayList<>();
            try (var pool = Executors.newFixedThreadPool(THREADS)) {
                for (int i = 0; i < THREADS; i++) {
                    threads.add(pool.submit(LoopEndStressTest::manyLoops));
                }
                for (Future<Integer> thread : threads) {
                    assertThat(thread.get()).isEqualTo(LOOPS * WAKEUPS);
                }
            }
        });
    }

    private static int manyLoops() throws Exception {
        int wakeups = 0;
        for (int i = 0; i < LOOPS; i++) {
            wakeups += Weft.run(() -> {
                NettyIo.current(); // the loop waits in its poll from now on
                int woken = 0;
                for (int k = 0; k < WAKEUPS; k++) {
                    woken += Weft.offload(() -> {
                        LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(100_000));
                        return 1;
                    });
                }
                return woken;
            });
        }
        return wakeups;
    }
}
