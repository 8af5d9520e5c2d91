package dev.weft.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.locks.LockSupport;

/**
 * Listens on the socket of a pool and finds out who connects. A thread of its own, which reads no more than a greeting
 * from anybody: a stranger gets nothing, and can hold up nobody.
 *
 * <p>The socket is in a directory that only the user can enter. What proves that somebody is a worker is the token that
 * the worker got through its standard input.
 */
final class Acceptor implements Runnable {
    /** How many may be connected without having said who they are; the oldest makes room. */
    private static final int MOST_STRANGERS = 64;

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration AFTER_FAILURE = Duration.ofMillis(50);

    /** Decides about those who have greeted. */
    interface Door {
        /** {@return whether this is the worker it claims to be; the channel then belongs to the callee} */
        boolean admit(Hello hello, SocketChannel channel);
    }

    private record Stranger(SocketChannel channel, ByteBuffer greeting, long since) {}

    private final ServerSocketChannel server;
    private final Selector selector;
    private final Door door;
    /** Acceptor thread only, oldest first. */
    private final ArrayDeque<SelectionKey> strangers = new ArrayDeque<>();

    private Acceptor(ServerSocketChannel server, Selector selector, Door door) {
        this.server = server;
        this.selector = selector;
        this.door = door;
    }

    /**
     * Listens; {@link #start} begins to accept.
     *
     * @throws UncheckedIOException if the socket cannot be made; the message names the remedy
     */
    static Acceptor listen(Path socket, Door door) {
        try {
            ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                server.bind(UnixDomainSocketAddress.of(socket), 256);
                server.configureBlocking(false);
                Selector selector = Selector.open();
                server.register(selector, SelectionKey.OP_ACCEPT);
                return new Acceptor(server, selector, door);
            } catch (IOException e) {
                server.close();
                throw e;
            }
        } catch (IOException e) {
            int length = socket.toString().getBytes(StandardCharsets.UTF_8).length;
            throw new UncheckedIOException(
                    "cannot listen on " + socket + " (" + e
                            + "). The path of a socket has room for about 100 bytes, and this one has " + length
                            + "; set -Djava.io.tmpdir to a shorter or another directory",
                    e);
        }
    }

    void start(String pool) {
        Thread.ofPlatform().daemon().name("weft-process-" + pool + "-acceptor").start(this);
    }

    /** Stops listening; idempotent. */
    void close() {
        try {
            selector.close();
            server.close();
        } catch (IOException e) {
            Log.debug("closing the socket of a pool failed", e);
        }
    }

    @Override
    public void run() {
        try {
            while (selector.isOpen()) {
                selector.select(this::ready, PATIENCE.toMillis());
                Thread.interrupted();
                dismissTheSlow();
            }
        } catch (ClosedSelectorException e) {
            // The pool is closed.
            dismissAll();
        } catch (IOException e) {
            Log.error("the pool accepts no more workers", e);
        } finally {
            dismissAll();
        }
    }

    private void ready(SelectionKey key) {
        try {
            if (key.isAcceptable()) {
                accept();
            } else {
                listenTo(key);
            }
        } catch (IOException e) {
            dismiss(key); // it went away
        }
    }

    private void accept() throws IOException {
        SocketChannel channel;
        try {
            channel = server.accept();
        } catch (IOException e) {
            // No file descriptor is left, and the system goes on reporting the connection.
            LockSupport.parkNanos(AFTER_FAILURE.toNanos());
            return;
        }
        if (channel != null) {
            channel.configureBlocking(false);
            if (strangers.size() == MOST_STRANGERS) {
                dismiss(strangers.getFirst());
            }
            var stranger = new Stranger(channel, ByteBuffer.allocate(Frame.HEADER + Hello.BODY), System.nanoTime());
            strangers.add(channel.register(selector, SelectionKey.OP_READ, stranger));
        }
    }

    private void listenTo(SelectionKey key) throws IOException {
        var stranger = (Stranger) key.attachment();
        int count = stranger.channel().read(stranger.greeting());
        if (!stranger.greeting().hasRemaining()) {
            Hello hello = Hello.parse(stranger.greeting().flip());
            strangers.remove(key);
            key.cancel();
            if (hello == null || !door.admit(hello, stranger.channel())) {
                stranger.channel().close();
            }
        } else if (count < 0) {
            dismiss(key);
        }
    }

    private void dismissTheSlow() {
        for (SelectionKey key = strangers.peek(); key != null && isSlow(key); key = strangers.peek()) {
            dismiss(key);
        }
    }

    private static boolean isSlow(SelectionKey key) {
        return System.nanoTime() - ((Stranger) key.attachment()).since() > PATIENCE.toNanos();
    }

    private void dismissAll() {
        while (!strangers.isEmpty()) {
            dismiss(strangers.getFirst());
        }
    }

    private void dismiss(SelectionKey key) {
        strangers.remove(key);
        if (key.attachment() instanceof Stranger stranger) {
            try {
                stranger.channel().close();
            } catch (IOException e) {
                Log.debug("closing a stranger's connection failed", e);
            }
        }
    }
}
