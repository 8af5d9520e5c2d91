package dev.weft.process.connection;

import dev.weft.process.internal.Transfer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A connection that was written for another process, until that comes for it. */
final class Offer implements Transfer.Passenger {
    /** How long an end that is closed here is kept for its receiver, which may not have begun to run. */
    private static final Duration KEPT = Duration.ofMinutes(1);

    private final Connection end;
    private final long id;
    private final AuthKey key = AuthKey.random();
    private final Hub hub;
    private volatile boolean entrusted;

    Offer(Connection end, long id, Hub hub) {
        this.end = end;
        this.id = id;
        this.hub = hub;
    }

    long id() {
        return id;
    }

    AuthKey key() {
        return key;
    }

    void taken(Wire receiver) {
        end.handOver(receiver);
    }

    /** The end is closed here: if nobody comes for it in time, it is closed for good. */
    void lastUntilTaken() {
        if (entrusted) {
            return; // whoever looks after the receiver will say when there is none
        }
        CompletableFuture.delayedExecutor(KEPT.toSeconds(), TimeUnit.SECONDS).execute(this::abandon);
    }

    @Override
    public void entrust() {
        entrusted = true;
    }

    @Override
    public void abandon() {
        if (hub.remove(this)) {
            end.abandoned();
        }
    }
}
