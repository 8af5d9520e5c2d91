package dev.weft.process.manager;

import dev.weft.Cancelled;
import dev.weft.Weft;
import dev.weft.loop.kernel.LoopCore;
import dev.weft.process.TransferException;
import dev.weft.process.connection.AuthKey;
import dev.weft.process.connection.Client;
import dev.weft.process.connection.Connection;
import dev.weft.process.connection.ConnectionException;
import dev.weft.process.internal.ProcessSupport;
import dev.weft.process.internal.Transfer;
import dev.weft.process.manager.Messages.Answer;
import dev.weft.process.manager.Messages.Call;
import dev.weft.process.manager.Messages.Hello;
import dev.weft.process.manager.Messages.Welcome;
import java.io.InvalidObjectException;
import java.lang.reflect.Proxy;
import java.net.SocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A process as the client of one manager: its connections, of which each call takes an idle one or makes one, so that a
 * call that waits holds up no other. One connection is never used, so that the manager sees the end of the client and
 * nothing else as that.
 */
final class ManagerClient implements Side {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int MOST_IDLE = 8;
    /** How long an interrupted call may take to end before it is left to itself. */
    private static final Duration INTERRUPT_GRACE = Duration.ofSeconds(2);

    /** The managers whose proxies this process was sent, by their number. */
    private static final Map<Long, ManagerClient> BY_HANDLE = new ConcurrentHashMap<>();

    private final SocketAddress address;
    private final AuthKey key;
    private final List<String> allowed = new CopyOnWriteArrayList<>();
    private final long session = RANDOM.nextLong();
    private final ReentrantLock lock = new ReentrantLock();
    /** Guarded by {@code lock}. */
    private final ArrayDeque<Connection> idle = new ArrayDeque<>();
    /** Guarded by {@code lock}. */
    private final List<Connection> all = new ArrayList<>();

    private volatile boolean closed;
    private volatile @Nullable Welcome welcome;
    private volatile long expected;

    ManagerClient(SocketAddress address, AuthKey key, List<String> allowed) {
        this.address = address;
        this.key = key;
        this.allowed.addAll(allowed);
    }

    /** {@return the client for a proxy that another process has sent; it connects when it is first used} */
    static ManagerClient forHandle(ProxyHandle handle) throws InvalidObjectException {
        AuthKey key = handle.key();
        String place = handle.address();
        if (key == null || place == null) {
            throw new InvalidObjectException("the handle of a proxy is incomplete");
        }
        ManagerClient client =
                BY_HANDLE.computeIfAbsent(handle.manager(), _ -> new ManagerClient(Place.parse(place), key, List.of()));
        client.expected = handle.manager();
        return client;
    }

    void allow(String pattern) {
        allowed.add(ProcessSupport.get().checkedPattern(pattern));
    }

    SocketAddress address() {
        return address;
    }

    AuthKey key() {
        return key;
    }

    /** Connects, unless that has been done. */
    void connect() {
        if (welcome == null) {
            Connection anchor = open();
            lock.lock();
            try {
                all.add(anchor);
            } finally {
                lock.unlock();
            }
        }
    }

    private Connection open() {
        if (closed) {
            throw new IllegalStateException("the manager at " + Place.format(address) + " is closed here");
        }
        Connection connection = Client.with(key).remote().connect(address).allow(allowed.toArray(String[]::new));
        boolean good = false;
        try {
            connection.send(new Hello(session, ProcessHandle.current().pid()));
            welcome = connection.receive(Welcome.class);
            good = true;
            return connection;
        } finally {
            if (!good) {
                connection.close();
            }
        }
    }

    @Override
    public long manager() {
        Welcome known = welcome;
        return known != null ? known.manager() : expected;
    }

    long pid() {
        Welcome known = welcome;
        return known == null ? -1 : known.pid();
    }

    /** Closes all connections; the manager gives back what this process holds. */
    void close() {
        closed = true;
        List<Connection> open;
        lock.lock();
        try {
            open = List.copyOf(all);
            all.clear();
            idle.clear();
        } finally {
            lock.unlock();
        }
        open.forEach(Connection::close);
    }

    private Connection borrow() {
        connect();
        lock.lock();
        try {
            Connection free = idle.pollLast();
            if (free != null) {
                return free;
            }
        } finally {
            lock.unlock();
        }
        Connection made = open();
        lock.lock();
        try {
            all.add(made);
        } finally {
            lock.unlock();
        }
        return made;
    }

    private void giveBack(Connection connection, boolean reusable) {
        lock.lock();
        try {
            if (reusable && !closed && idle.size() < MOST_IDLE) {
                idle.addLast(connection);
                return;
            }
            all.remove(connection);
        } finally {
            lock.unlock();
        }
        connection.close();
    }

    /**
     * Calls a method of an object.
     *
     * @return its result
     * @throws Throwable what it throws
     */
    @Nullable
    Object call(long object, String method, String[] types, @Nullable Object[] arguments) throws Throwable {
        var call = new Call(
                object, method, types, arguments, Thread.currentThread().threadId());
        Answer answer;
        try {
            answer = exchange(call);
        } catch (ConnectionException e) {
            throw closed
                    ? new IllegalStateException("the manager was closed here during the call of " + method, e)
                    : new ConnectionException(
                            "the call of " + method + " was not answered, and may have had effects: the manager at "
                                    + Place.format(address) + " has ended or cannot be reached (" + e.getMessage()
                                    + ")",
                            e);
        }
        if (answer.failed() && answer.value() instanceof byte[] failure) {
            throw ProcessSupport.get().decodeFailure(failure, allowed, method, "the manager process " + pid(), pid());
        }
        return answer.value();
    }

    private Answer exchange(Call call) {
        Connection connection = borrow();
        boolean reusable = false;
        try {
            try (Scope _ = enter()) {
                connection.send(call);
            } catch (TransferException e) {
                reusable = true; // nothing was sent
                throw e;
            }
            Answer answer;
            try {
                answer = receive(connection);
            } catch (TransferException e) {
                reusable = true; // the answer is gone
                throw e;
            } catch (Cancelled e) {
                answer = interrupt(connection, e);
            }
            reusable = true;
            return answer;
        } finally {
            giveBack(connection, reusable);
        }
    }

    private Answer receive(Connection connection) {
        try (Scope _ = enter()) {
            return connection.receive(Answer.class);
        }
    }

    /**
     * Interrupts the call in the manager, whose answer then says whether it had its effect: an element that was taken
     * from a queue is not lost by a cancellation.
     */
    private Answer interrupt(Connection connection, Cancelled cancelled) {
        boolean thread = LoopCore.currentOrNull() == null;
        boolean interrupted = thread && Thread.interrupted();
        try {
            Answer answer = thread ? settle(connection) : Weft.shield(() -> settle(connection));
            if (answer.failed()) {
                throw cancelled;
            }
            return answer;
        } catch (ConnectionException | IllegalStateException e) {
            cancelled.addSuppressed(e);
            throw cancelled;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private Answer settle(Connection connection) {
        connection.sendBytes(Messages.INTERRUPT);
        if (!connection.poll(INTERRUPT_GRACE)) {
            throw new ConnectionException(
                    "the call did not end within " + INTERRUPT_GRACE.toSeconds()
                            + " s of its interrupt, and is left to itself",
                    null);
        }
        return receive(connection);
    }

    /** The proxy was closed, or has become unreachable; in the background. */
    void release(long object) {
        if (closed) {
            return;
        }
        Thread.ofVirtual().name("weft-manager-release").start(() -> {
            try {
                call(0, "release", new String[0], new Object[] {object});
            } catch (Throwable e) {
                System.getLogger("dev.weft.process")
                        .log(System.Logger.Level.DEBUG, "a proxy was closed after its manager", e);
            }
        });
    }

    @Override
    public Object resolve(ProxyHandle handle) throws InvalidObjectException {
        List<Class<?>> types = new ArrayList<>();
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        ClassLoader loader = context != null ? context : ClassLoader.getSystemClassLoader();
        for (String name : handle.types()) {
            try {
                Class<?> type = Class.forName(name, false, loader);
                if (!type.isInterface()) {
                    throw new InvalidObjectException(name + " is no interface");
                }
                types.add(type);
            } catch (ClassNotFoundException e) {
                throw new InvalidObjectException("a proxy needs " + name + ", which is not on the class path here", e);
            }
        }
        types.add(Managed.class);
        var calls = new ProxyCalls(this, handle.object(), handle.types());
        Object proxy = Proxy.newProxyInstance(loader, types.toArray(Class<?>[]::new), calls);
        Transfer.portable(proxy.getClass());
        return proxy;
    }

    /** {@return the handle of a proxy: for the manager itself, or for another process} */
    ProxyHandle handle(long object, String[] types) {
        boolean inside = Side.current() == this;
        return inside
                ? new ProxyHandle(manager(), object, types, null, null)
                : new ProxyHandle(manager(), object, types, Place.format(address), key);
    }
}
