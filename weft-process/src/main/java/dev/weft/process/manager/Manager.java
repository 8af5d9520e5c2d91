package dev.weft.process.manager;

import static java.util.Objects.requireNonNull;

import dev.weft.Job;
import dev.weft.process.TransferException;
import dev.weft.process.WorkerOutput;
import dev.weft.process.WorkerProcess;
import dev.weft.process.connection.AuthKey;
import dev.weft.process.connection.AuthenticationException;
import dev.weft.process.connection.Connection;
import dev.weft.process.connection.ConnectionException;
import dev.weft.process.connection.EndOfConnectionException;
import dev.weft.process.connection.Pipe;
import dev.weft.process.internal.ProcessSupport;
import java.lang.reflect.Modifier;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Objects that several processes share: they live in a process of their own, the manager, and everybody has proxies for
 * them.
 *
 * <pre>{@code
 * try (var manager = Manager.start()) {
 *     ConcurrentMap<String, Integer> counts = manager.map();
 *     try (var pool = ProcessPool.of(4)) {
 *         pool.map((String word) -> counts.merge(word, 1, Integer::sum), words).toList();
 *     }
 *     IO.println(counts);
 * }
 * }</pre>
 *
 * <p>Each call of a proxy is a message to the manager and one back: tens of microseconds. It is done in the manager by
 * a thread of its own, at the same time as others. What goes in and comes out are copies, but for proxies, which stay
 * what they are also inside another managed object. So a change to a value that came out of a map is seen by nobody
 * until it is put again. Functions are not sent: methods such as {@code computeIfAbsent} run theirs here, between
 * calls, and try again when somebody else was faster; iterators, streams and views such as {@code keySet} are copies.
 *
 * <p>What a call throws in the manager is thrown here, with the stack trace from there. A caller that is cancelled
 * while it waits in the manager leaves there as well: what it has got in the same moment, it has.
 *
 * <p><b>Lifetime.</b> An object is there while some process has a proxy of it that is neither closed nor garbage, or it
 * is in another object, or has a name. When a process ends, its proxies are closed, its semaphore permits given back,
 * and locks that it owned are abandoned ({@link ManagedLock}). When the manager ends, all calls fail with a
 * {@link ConnectionException}.
 *
 * <p>A proxy that is sent to another process, by a pool, a worker process or a connection, connects from there to the
 * manager. The key goes with it: over a connection to another machine it could be read.
 *
 * <p>Names make an object once and give it to all who ask: {@code manager.queue("orders", 100)}. Thread-safe.
 */
public final class Manager implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    private final ManagerClient client;
    /** The process that was started here, or null. */
    private final @Nullable WorkerProcess<Boolean> process;

    /** By whose end that process learns that it is not needed any more, or null. */
    private final @Nullable Connection control;

    private Manager(ManagerClient client, @Nullable WorkerProcess<Boolean> process, @Nullable Connection control) {
        this.client = client;
        this.process = process;
        this.control = control;
    }

    /**
     * Starts a manager process with the default settings: for processes of this user on this machine.
     *
     * @return the manager, which {@link #close} ends
     * @throws ConnectionException if it cannot be started
     */
    public static Manager start() {
        return builder().start();
    }

    /**
     * {@return a builder with the default settings}
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Connects to a manager that another process has started.
     *
     * @param address its {@link #address()}
     * @param key its {@link #key()}
     * @return the manager, of which {@link #close} closes only what is here
     * @throws AuthenticationException if the key is not that of the manager
     * @throws ConnectionException if there is no manager
     */
    public static Manager connect(SocketAddress address, AuthKey key) {
        var client = new ManagerClient(address, key, List.of());
        client.connect();
        return new Manager(client, null, null);
    }

    /**
     * {@return where the manager listens}
     */
    public SocketAddress address() {
        return client.address();
    }

    /**
     * {@return the key to the manager}
     */
    public AuthKey key() {
        return client.key();
    }

    /**
     * {@return the process id of the manager}
     */
    public long pid() {
        return client.pid();
    }

    /**
     * Allows more classes in what comes out of the manager, as {@link Connection#allow}; for a manager that was started
     * here, say so in the builder.
     *
     * @param classes names of classes, of packages followed by {@code .*}, or of packages and those below followed by
     *     {@code .**}
     * @return this
     */
    public Manager allow(String... classes) {
        for (String pattern : classes) {
            client.allow(pattern);
        }
        return this;
    }

    /**
     * {@return a new map; it takes no nulls}
     *
     * @param <K> the type of the keys
     * @param <V> the type of the values
     */
    public <K, V> ConcurrentMap<K, V> map() {
        return create("map", null);
    }

    /**
     * {@return the map of a name, made by the first who asks}
     *
     * @param name the name
     * @param <K> the type of the keys
     * @param <V> the type of the values
     * @throws IllegalArgumentException if something else has the name
     */
    public <K, V> ConcurrentMap<K, V> map(String name) {
        return create("map", requireNonNull(name, "name"));
    }

    /**
     * {@return a new list} Each of its methods is atomic.
     *
     * @param <E> the type of the elements
     */
    public <E> List<E> list() {
        return create("list", null);
    }

    /**
     * {@return the list of a name, made by the first who asks}
     *
     * @param name the name
     * @param <E> the type of the elements
     * @throws IllegalArgumentException if something else has the name
     */
    public <E> List<E> list(String name) {
        return create("list", requireNonNull(name, "name"));
    }

    /**
     * {@return a new queue; it takes no nulls}
     *
     * @param capacity the most elements
     * @param <E> the type of the elements
     */
    public <E> BlockingQueue<E> queue(int capacity) {
        return create("queue", null, capacity);
    }

    /**
     * {@return the queue of a name, made by the first who asks}
     *
     * @param name the name
     * @param capacity the most elements, if it is made now
     * @param <E> the type of the elements
     * @throws IllegalArgumentException if something else has the name
     */
    public <E> BlockingQueue<E> queue(String name, int capacity) {
        return create("queue", requireNonNull(name, "name"), capacity);
    }

    /**
     * {@return a new value}
     *
     * @param initial what it is at first
     * @param <T> its type
     */
    public <T extends @Nullable Object> ManagedValue<T> value(T initial) {
        return create("value", null, initial);
    }

    /**
     * {@return a new lock}
     */
    public ManagedLock lock() {
        return create("lock", null);
    }

    /**
     * {@return the lock of a name, made by the first who asks}
     *
     * @param name the name
     * @throws IllegalArgumentException if something else has the name
     */
    public ManagedLock lock(String name) {
        return create("lock", requireNonNull(name, "name"));
    }

    /**
     * {@return a new condition}
     *
     * @param lock the lock that it belongs to, of this manager
     */
    public ManagedCondition condition(ManagedLock lock) {
        return create("condition", null, lock);
    }

    /**
     * {@return a new semaphore}
     *
     * @param permits how many permits it has at first
     */
    public ManagedSemaphore semaphore(int permits) {
        return create("semaphore", null, permits);
    }

    /**
     * {@return a new event, which is not set}
     */
    public ManagedEvent event() {
        return create("event", null);
    }

    /**
     * {@return a new barrier}
     *
     * @param parties how many it takes
     * @throws IllegalArgumentException if there are none
     */
    public ManagedBarrier barrier(int parties) {
        return create("barrier", null, parties);
    }

    /**
     * {@return a new object of a type that was {@linkplain Builder#register registered}}
     *
     * @param type the interface
     * @param <T> the interface
     * @throws IllegalArgumentException if it was not registered
     */
    public <T> T create(Class<T> type) {
        return type.cast(create(type.getName(), null));
    }

    /**
     * {@return the object of a name, of a type that was registered, made by the first who asks}
     *
     * @param type the interface
     * @param name the name
     * @param <T> the interface
     * @throws IllegalArgumentException if the type was not registered, or something else has the name
     */
    public <T> T create(Class<T> type, String name) {
        return type.cast(create(type.getName(), requireNonNull(name, "name")));
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // the manager makes of each kind one type
    private <T> T create(String kind, @Nullable String name, @Nullable Object... arguments) {
        return (T) requireNonNull(call("create", kind, name, arguments));
    }

    /** {@return how many objects the manager has; for tests} */
    int objects() {
        return (Integer) requireNonNull(call("objects"));
    }

    private @Nullable Object call(String method, @Nullable Object... arguments) {
        try {
            return client.call(0, method, new String[0], arguments);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("the manager throws nothing checked", e);
        }
    }

    /** Closes all proxies that came from here; ends the manager if it was started here, for everybody. Idempotent. */
    @Override
    public void close() {
        client.close();
        WorkerProcess<Boolean> own = process;
        if (own != null) {
            own.close();
        }
        if (control != null) {
            control.close();
        }
    }

    @Override
    public String toString() {
        return "Manager[" + Place.format(client.address()) + ", pid " + client.pid() + "]";
    }

    /** Settings of a manager to be started. Not thread-safe. */
    public static final class Builder {
        private String name = "manager";
        private @Nullable String heap;
        private @Nullable SocketAddress address;
        private AuthKey key = AuthKey.random();
        private boolean remote;
        private WorkerOutput output = WorkerOutput.toStandardError();
        private final Map<Class<?>, Job<?>> registered = new LinkedHashMap<>();
        private final List<String> allowed = new ArrayList<>();

        private Builder() {}

        /**
         * Names the process; by default {@code "manager"}.
         *
         * @param name the name
         * @return this
         */
        public Builder name(String name) {
            this.name = requireNonNull(name, "name");
            return this;
        }

        /**
         * Sets the most heap, as {@link WorkerProcess.Builder#heap}.
         *
         * @param size such as {@code "1g"}
         * @return this
         */
        public Builder heap(String size) {
            heap = requireNonNull(size, "size");
            return this;
        }

        /**
         * Sets where the manager listens, for processes that are not started from here; by default on a Unix-domain
         * socket of its own.
         *
         * @param address a Unix-domain address, or a loopback address with a port, 0 for any
         * @return this
         */
        public Builder address(SocketAddress address) {
            if (!(address instanceof InetSocketAddress) && !(address instanceof UnixDomainSocketAddress)) {
                throw new IllegalArgumentException(
                        "expected an InetSocketAddress or a UnixDomainSocketAddress, and found " + address);
            }
            this.address = address;
            return this;
        }

        /**
         * Sets the key that clients must know; by default a random one.
         *
         * @param key the key
         * @return this
         */
        public Builder key(AuthKey key) {
            this.key = requireNonNull(key, "key");
            return this;
        }

        /**
         * Allows an address that other machines can reach; see
         * {@link dev.weft.process.connection.Listener.Builder#remote()}.
         *
         * @return this
         */
        public Builder remote() {
            remote = true;
            return this;
        }

        /**
         * Sets where the lines go that the manager prints, reports about clients that died among them; by default to
         * the standard error of this JVM.
         *
         * @param output receives the lines
         * @return this
         */
        public Builder output(WorkerOutput output) {
            this.output = requireNonNull(output, "output");
            return this;
        }

        /**
         * Has clients make objects of a type of the user, whose methods they then call.
         *
         * @param type a public interface; its methods are called by several threads at the same time
         * @param maker makes an object, in the manager; copied when that starts
         * @param <T> the interface
         * @return this
         * @throws IllegalArgumentException if the type is no public interface
         */
        public <T> Builder register(Class<T> type, Job<? extends T> maker) {
            if (!type.isInterface() || !Modifier.isPublic(type.getModifiers())) {
                throw new IllegalArgumentException("a managed type must be a public interface, and " + type.getName()
                        + " is not: proxies and the manager know an object by that");
            }
            registered.put(type, requireNonNull(maker, "maker"));
            return this;
        }

        /**
         * Allows more classes in what goes to the manager and comes from it, as {@link Connection#allow}.
         *
         * @param classes names of classes, of packages followed by {@code .*}, or of packages and those below followed
         *     by {@code .**}
         * @return this
         * @throws IllegalArgumentException if a name is malformed
         */
        public Builder allow(String... classes) {
            for (String pattern : classes) {
                allowed.add(ProcessSupport.get().checkedPattern(pattern));
            }
            return this;
        }

        /**
         * Starts the manager and waits until it listens.
         *
         * @return the manager
         * @throws TransferException if what was registered cannot be serialized
         * @throws ConnectionException if it cannot listen, or ends at once
         */
        public Manager start() {
            Pipe pipe = Pipe.open();
            SocketAddress where = address;
            var job = new ServerJob(
                    pipe.right(),
                    where == null ? null : Place.format(where),
                    remote,
                    key,
                    Map.copyOf(registered),
                    List.copyOf(allowed));
            WorkerProcess.Builder settings =
                    WorkerProcess.builder().name(name).daemon(true).output(output);
            if (heap != null) {
                settings.heap(heap);
            }
            WorkerProcess<Boolean> process = settings.start(job);
            boolean good = false;
            try (Connection _ = pipe.right()) {
                if (!pipe.left().poll(START_LIMIT)) {
                    throw new ConnectionException(
                            "the manager process " + process.pid() + " did not say within " + START_LIMIT.toSeconds()
                                    + " s that it listens",
                            null);
                }
                var client = new ManagerClient(Place.parse(pipe.left().receive(String.class)), key, allowed);
                client.connect();
                good = true;
                return new Manager(client, process, pipe.left());
            } catch (EndOfConnectionException e) {
                process.join();
                Throwable why = process.task().failure();
                throw new ConnectionException(
                        "the manager process could not be started: "
                                + (why == null ? e.getMessage() : why.getMessage()),
                        why);
            } finally {
                if (!good) {
                    process.close();
                    pipe.close();
                }
            }
        }
    }
}
