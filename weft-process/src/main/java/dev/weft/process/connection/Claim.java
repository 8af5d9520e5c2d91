package dev.weft.process.connection;

import dev.weft.sync.Semaphore;
import java.io.IOException;
import java.io.Serializable;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A connection that was received from another process: it is fetched there when it is first used. One that has not been
 * is sent on as it came.
 */
final class Claim implements Source {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final ReentrantLock lock = new ReentrantLock();
    private final Semaphore fetching = new Semaphore(1);
    private final Handle handle;

    Claim(Handle handle) {
        this.handle = handle;
    }

    @Override
    public ReentrantLock lock() {
        return lock;
    }

    @Override
    public @Nullable Wire wire(Connection who, Readiness again) throws IOException {
        Wire bound = who.boundWire();
        if (bound != null) {
            return bound;
        }
        return fetching.withPermit(() -> {
            Wire first = who.boundWire();
            if (first != null) {
                return first;
            }
            Wire fetched = fetch();
            lock.lock();
            try {
                who.bind(fetched);
            } finally {
                lock.unlock();
            }
            return fetched;
        });
    }

    private Wire fetch() throws IOException {
        long deadline = Deadlines.in(PATIENCE);
        Wire made;
        try {
            made = Sockets.connect(UnixDomainSocketAddress.of(handle.hub()), deadline);
        } catch (IOException e) {
            throw new IOException("the process that sent it has ended", e);
        }
        boolean good = false;
        try {
            Handshake.asClient(made, handle.id(), AuthKey.of(handle.secret()), deadline, handle.hub());
            good = true;
            return made;
        } catch (AuthenticationException e) {
            throw new IOException(
                    "the process that sent it has closed it, or another process has taken it: a connection can be sent to one process",
                    e);
        } finally {
            if (!good) {
                made.close();
            }
        }
    }

    @Override
    public boolean keep(Connection who, ByteBuffer message) {
        return false;
    }

    @Override
    public Serializable handle(Connection who) throws IOException {
        return who.boundWire() == null ? handle : Hub.get().offer(who);
    }

    /** Fetches it to close it, so that the other side learns of that. */
    @Override
    public void closedUnbound(Connection who) {
        Thread.ofVirtual().name("weft-process-close").start(() -> {
            try {
                fetch().close();
            } catch (IOException e) {
                System.getLogger("dev.weft.process")
                        .log(System.Logger.Level.DEBUG, "a connection that was closed had gone", e);
            }
        });
    }

    @Override
    public void handOverUnbound(Connection who, Wire receiver) {
        throw new AssertionError("a connection that was not fetched has been offered");
    }
}
