package dev.weft.process.connection;

import dev.weft.process.internal.ProcessSupport;
import dev.weft.process.internal.Transfer;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Where other processes come for the connections that were sent to them: a socket in the directory of this JVM, opened
 * when the first is sent. A handle is good for one process, which must know its key.
 */
final class Hub implements Door.Host {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final ReentrantLock LOCK = new ReentrantLock();
    private static final AtomicLong PAIRS = new AtomicLong();
    private static @Nullable Hub hub;

    private final Path socket;
    private final ConcurrentHashMap<Long, Offer> offers = new ConcurrentHashMap<>();
    private final SecureRandom random = new SecureRandom();

    private Hub(Path socket) {
        this.socket = socket;
    }

    static Hub get() throws IOException {
        LOCK.lock();
        try {
            Hub open = hub;
            if (open == null) {
                Path socket = ProcessSupport.get().directory().resolve("h");
                ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
                try {
                    server.bind(UnixDomainSocketAddress.of(socket), 256);
                    open = new Hub(socket);
                    new Door(server, open::keyOf, PATIENCE, open).open("hub");
                } catch (IOException e) {
                    server.close();
                    throw e;
                }
                hub = open;
            }
            return open;
        } finally {
            LOCK.unlock();
        }
    }

    /** {@return two wires that are connected to each other} */
    static Wire[] pair() throws IOException {
        Path path = ProcessSupport.get().directory().resolve("p" + PAIRS.incrementAndGet());
        Wire one = null;
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.configureBlocking(false); // the other one is there as soon as it has connected
            server.bind(UnixDomainSocketAddress.of(path), 1);
            one = Sockets.connect(UnixDomainSocketAddress.of(path), Deadlines.NEVER);
            return new Wire[] {one, new Wire(server.accept())};
        } catch (IOException e) {
            if (one != null) {
                one.close();
            }
            throw e;
        } finally {
            Files.deleteIfExists(path);
        }
    }

    /**
     * {@return the handle of an end; the same one each time until it has been taken} The lock of its source is held.
     */
    Handle offer(Connection end) {
        Offer offer = end.offer();
        if (offer == null) {
            offer = new Offer(end, random.nextLong(), this);
            offers.put(offer.id(), offer);
            end.offer(offer);
        }
        Transfer.note(offer);
        return new Handle(socket.toString(), offer.id(), offer.key().bytes(), end.name(), end.terms());
    }

    private @Nullable AuthKey keyOf(long id) {
        Offer offer = offers.get(id);
        return offer == null ? null : offer.key();
    }

    boolean remove(Offer offer) {
        return offers.remove(offer.id(), offer);
    }

    @Override
    public void welcome(long id, Wire wire) {
        Offer offer = offers.remove(id);
        if (offer == null) {
            wire.close(); // two have come with the same handle
        } else {
            offer.taken(wire);
        }
    }

    @Override
    public void refused(AuthenticationException why) {
        System.getLogger("dev.weft.process").log(System.Logger.Level.DEBUG, "a stranger was turned away", why);
    }
}
