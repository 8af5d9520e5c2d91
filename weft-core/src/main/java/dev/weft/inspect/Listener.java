package dev.weft.inspect;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Answers whoever looks into this process: the socket, and the one thread that serves it.
 *
 * <pre>
 *   begun ──half a second, or hurry──► open ──the JVM ends──► gone
 *                └──it cannot be opened──► gone, with a line in the debug log
 * </pre>
 *
 * <p>The thread is a daemon beside all loops and pools, since those may be what hangs. It waits in a selector, and a
 * client that is slow holds nobody up. Once a second it calls {@link Source#tick}. Connections belong to this thread
 * alone.
 *
 * <p>The socket is opened late, so that a short program neither has nor pays for one. It is bound under another name
 * and then renamed, so that the name stands for a process that answers.
 */
public final class Listener {
    private static final long DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int TICKS_BETWEEN_CHECKS = 60;
    private static final long MILLIS_BETWEEN_DRAINS = 20;
    private static final int STACK_BYTES = 256 << 10;
    private static final int MOST_CONNECTIONS = 8;
    private static final int BACKLOG = 16;

    private final Source source;
    private final @Nullable SocketDirectory given;
    private final Thread thread;
    private final CountDownLatch settled = new CountDownLatch(1);
    private volatile boolean hurry;
    private volatile boolean closing;

    /** Where the socket is; null while there is none. */
    private volatile @Nullable Path socket;

    /** Of the listener's thread. */
    private final List<Connection> connections = new ArrayList<>();

    private Listener(Source source, @Nullable SocketDirectory given) {
        this.source = source;
        this.given = given;
        this.thread = Thread.ofPlatform()
                .daemon()
                .name("weft-inspect")
                .inheritInheritableThreadLocals(false)
                .stackSize(STACK_BYTES)
                .unstarted(this::run);
        thread.setContextClassLoader(null);
    }

    /**
     * Begins to listen, half a second from now.
     *
     * @param source what there is to tell
     * @return the listener
     */
    public static Listener start(Source source) {
        return start(source, null);
    }

    /** Begins to listen in a directory of a test. */
    static Listener start(Source source, @Nullable SocketDirectory directory) {
        var listener = new Listener(source, directory);
        listener.thread.start();
        return listener;
    }

    /**
     * Opens the socket at once instead of later, and waits until that is done, or has failed. An interrupt ends the
     * wait, and is kept.
     */
    public void hurry() {
        hurry = true;
        LockSupport.unpark(thread);
        try {
            settled.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the listener of a test. */
    void close() throws InterruptedException {
        closing = true;
        hurry = true;
        LockSupport.unpark(thread);
        thread.interrupt(); // the selector returns
        thread.join();
    }

    private void run() {
        try {
            long opening = System.nanoTime() + DELAY_NANOS;
            for (long left = DELAY_NANOS; left > 0 && !hurry; left = opening - System.nanoTime()) {
                LockSupport.parkNanos(this, left);
            }
            boolean again = true;
            while (again && !closing) {
                again = serveUntilTheSocketIsGone();
            }
        } catch (Throwable e) { // no room, no permission, too long a path, no such module: then nobody can look
            debug("this process cannot be looked into", e);
        } finally {
            settled.countDown();
            remove();
        }
    }

    private void remove() {
        Path file = socket;
        if (file != null) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                debug("the socket " + file + " stays behind", e);
            }
        }
    }

    /** Finds the log only now: that takes longer than all else here. */
    private static void debug(String message, Throwable problem) {
        System.getLogger("dev.weft.inspect").log(Level.DEBUG, message, problem);
    }

    private boolean serveUntilTheSocketIsGone() throws IOException {
        SocketDirectory directory = given == null ? SocketDirectory.forListening() : given;
        try (Selector selector = Selector.open();
                ServerSocketChannel server = open(directory)) {
            server.configureBlocking(false);
            SelectionKey accepting = server.register(selector, SelectionKey.OP_ACCEPT);
            settled.countDown();
            directory.sweep();
            try {
                return serve(selector, server, accepting);
            } finally {
                connections.forEach(Connection::close);
                connections.clear();
            }
        }
    }

    private ServerSocketChannel open(SocketDirectory directory) throws IOException {
        long pid = ProcessHandle.current().pid();
        Path file = directory.socket(pid);
        if (Files.exists(file) && SocketDirectory.answers(file)) {
            throw new IOException(file + " belongs to another process of the same number, in another container");
        }
        Path unfinished = directory.unfinished(pid);
        Files.deleteIfExists(unfinished);
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(unfinished), BACKLOG);
            if (socket == null) {
                Runtime.getRuntime()
                        .addShutdownHook(Thread.ofPlatform()
                                .name("weft-inspect-end")
                                .stackSize(STACK_BYTES)
                                .unstarted(this::remove));
            }
            socket = file;
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
            return server;
        } catch (Throwable e) {
            server.close();
            Files.deleteIfExists(unfinished);
            throw e;
        }
    }

    /** {@return whether somebody has removed the socket, and it has to be opened again} */
    private boolean serve(Selector selector, ServerSocketChannel server, SelectionKey accepting) throws IOException {
        long nextTick = System.nanoTime();
        int ticks = 0;
        while (!closing) {
            long now = System.nanoTime();
            if (nextTick - now <= 0) {
                nextTick = now + TICK_NANOS;
                source.tick();
                accepting.interestOps(SelectionKey.OP_ACCEPT);
                connections.removeIf(connection -> connection.endIfOverdue(now));
                Path file = socket;
                if (++ticks % TICKS_BETWEEN_CHECKS == 0 && file != null && !Files.exists(file)) {
                    return true; // the user has logged out, or something clears old files away
                }
            }
            boolean recording = connections.stream().anyMatch(Connection::hasNothingToSayYet);
            long wait = TimeUnit.NANOSECONDS.toMillis(nextTick - now) + 1;
            selector.select(recording ? Math.min(wait, MILLIS_BETWEEN_DRAINS) : wait);
            Thread.interrupted(); // by whoever interrupts all threads; or the next one would not wait
            if (selector.selectedKeys().remove(accepting)) {
                acceptAll(selector, server, accepting);
            }
            selector.selectedKeys().clear();
            connections.removeIf(connection -> !connection.serve());
        }
        return false;
    }

    private void acceptAll(Selector selector, ServerSocketChannel server, SelectionKey accepting) throws IOException {
        try {
            for (SocketChannel channel = server.accept(); channel != null; channel = server.accept()) {
                accept(selector, channel);
            }
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) { // no descriptor is left: who waits is let in with a later tick
            accepting.interestOps(0);
        }
    }

    private void accept(Selector selector, SocketChannel channel) throws IOException {
        try {
            if (!Owner.isAtTheOtherEnd(channel)) {
                channel.close();
                return;
            }
            channel.configureBlocking(false);
            var connection = new Connection(channel, selector, source.open());
            if (connections.size() == MOST_CONNECTIONS) {
                connection.refuse(MOST_CONNECTIONS + " others look into this process at the moment; try again later");
            } else {
                connections.add(connection);
            }
        } catch (IOException e) {
            channel.close(); // it has gone already
        }
    }
}
