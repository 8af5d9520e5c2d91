package dev.weft.cli.compare.model;

import dev.weft.Pool;
import dev.weft.Pools;
import dev.weft.cli.compare.work.BlockingMedium;
import dev.weft.cli.compare.work.Medium;
import dev.weft.http.client.ClientSession;
import java.time.Duration;

/** One event loop with its HTTP connections, kept from round to round as the threads of the other models are. */
final class LoopHost implements AutoCloseable {
    private static final int CONNECTIONS = 1_024;
    private static final Duration KEEP_ALIVE = Duration.ofMinutes(10);
    private static final Duration TOTAL = Duration.ofSeconds(60);

    private final Pool pool;
    private final ClientSession session;

    private LoopHost(Pool pool, ClientSession session) {
        this.pool = pool;
        this.session = session;
    }

    /** Starts a loop. */
    static LoopHost open() {
        Pool pool = Pools.loops(1);
        Duration timeout = Duration.ofMillis(BlockingMedium.TIMEOUT_MILLIS);
        ClientSession session = pool.submit(() -> ClientSession.builder()
                        .limit(CONNECTIONS)
                        .limitPerHost(CONNECTIONS)
                        .keepAlive(KEEP_ALIVE)
                        .connectTimeout(timeout)
                        .readTimeout(timeout)
                        .totalTimeout(TOTAL)
                        .open())
                .await();
        return new LoopHost(pool, session);
    }

    Pool pool() {
        return pool;
    }

    Medium medium() {
        return new LoopMedium(session);
    }

    @Override
    public void close() {
        if (!pool.isShutdown()) {
            pool.submit(session::close).await();
            pool.close();
        }
    }
}
