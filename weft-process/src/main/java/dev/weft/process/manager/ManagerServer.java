package dev.weft.process.manager;

import dev.weft.Job;
import dev.weft.process.TransferException;
import dev.weft.process.connection.Connection;
import dev.weft.process.connection.ConnectionException;
import dev.weft.process.connection.EndOfConnectionException;
import dev.weft.process.connection.Listener;
import dev.weft.process.internal.ProcessSupport;
import dev.weft.process.internal.Transfer;
import dev.weft.process.manager.Messages.Answer;
import dev.weft.process.manager.Messages.Call;
import dev.weft.process.manager.Messages.Hello;
import dev.weft.process.manager.Messages.Welcome;
import java.io.InvalidObjectException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.security.SecureRandom;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The manager process: the objects, and who holds them.
 *
 * <p>Each connection of a client has a virtual thread that reads, and each call one that does it, so that the reading
 * one sees the client go away, or wish an interrupt, while the call waits. A client sends its next call when it has the
 * answer to the one before; for calls at the same time it has several connections, which are one {@link Session}.
 *
 * <p>Only methods of the interfaces that an object was registered with can be called.
 */
final class ManagerServer implements Side {
    /** An object that clients can make. */
    private record Kind(List<Class<?>> types, boolean container) {}

    private final long number = new SecureRandom().nextLong();
    private final Listener listener;
    private final Map<Class<?>, Job<?>> registered;
    private final List<String> allowed;

    private final ReentrantLock lock = new ReentrantLock();
    /** Guarded by {@code lock}: what a client holds or has a name. */
    private final Map<Long, Referent> objects = new HashMap<>();
    /** Guarded by {@code lock}. */
    private final Map<String, Referent> names = new HashMap<>();
    /** Guarded by {@code lock}: while they have a connection. */
    private final Map<Long, Session> sessions = new HashMap<>();

    private final AtomicLong numbers = new AtomicLong();
    private final Set<Class<?>> containers = ConcurrentHashMap.newKeySet();

    static {
        Transfer.portable(Referent.class);
    }

    ManagerServer(Listener listener, Map<Class<?>, Job<?>> registered, List<String> allowed) {
        this.listener = listener;
        this.registered = registered;
        this.allowed = allowed;
    }

    /** Says something to whoever reads the standard error of the manager, which is that of who started it. */
    static void report(String what) {
        System.err.println("weft manager: " + what);
    }

    long number() {
        return number;
    }

    @Override
    public long manager() {
        return number;
    }

    @Override
    public Object resolve(ProxyHandle handle) throws InvalidObjectException {
        lock.lock();
        try {
            Referent object = objects.get(handle.object());
            if (object == null) {
                throw new InvalidObjectException("object " + handle.object() + " is not in the manager any more");
            }
            return object;
        } finally {
            lock.unlock();
        }
    }

    void locked(Runnable action) {
        lock.lock();
        try {
            action.run();
        } finally {
            lock.unlock();
        }
    }

    /** The lock is held. */
    void put(Referent object) {
        objects.put(object.number(), object);
    }

    /** The lock is held. */
    void drop(Referent object) {
        if (!names.containsValue(object)) {
            objects.remove(object.number());
        }
    }

    /** Accepts clients until the listener is closed. */
    void run() {
        try {
            while (true) {
                Connection connection = listener.accept().allow(allowed.toArray(String[]::new));
                Thread.ofVirtual().name("weft-manager-client").start(() -> serve(connection));
            }
        } catch (IllegalStateException e) {
            // The listener has been closed: the manager ends.
            listener.close();
        }
    }

    private void serve(Connection connection) {
        try (connection) {
            Hello hello = connection.receive(Hello.class);
            Session session = enter(hello);
            try {
                connection.send(new Welcome(number, ProcessHandle.current().pid()));
                converse(connection, session);
            } finally {
                leave(session);
            }
        } catch (ConnectionException | TransferException e) {
            if (!(e instanceof EndOfConnectionException)) {
                report("a client was dropped: " + e.getMessage());
            }
        }
    }

    private Session enter(Hello hello) {
        lock.lock();
        try {
            Session session = sessions.computeIfAbsent(hello.session(), n -> new Session(n, hello.pid()));
            session.enter();
            return session;
        } finally {
            lock.unlock();
        }
    }

    private void leave(Session session) {
        boolean last;
        lock.lock();
        try {
            last = session.leave() && sessions.remove(session.number(), session);
        } finally {
            lock.unlock();
        }
        if (last) {
            session.end();
        }
    }

    private void converse(Connection connection, Session session) {
        var running = new AtomicReference<@Nullable Thread>();
        try {
            while (true) {
                Object message;
                try (Scope _ = enter()) {
                    message = connection.receive();
                } catch (TransferException e) {
                    answer(connection, session, failure(e));
                    continue;
                }
                Thread busy = running.get();
                if (message instanceof Call call && busy == null) {
                    Thread thread = Thread.ofVirtual()
                            .name("weft-manager-call-" + call.method())
                            .unstarted(() -> Caller.bind(session, call.thread()).run(() -> {
                                Answer answer = execute(call, session);
                                running.set(null);
                                answer(connection, session, answer);
                            }));
                    running.set(thread);
                    thread.start();
                } else if (message instanceof byte[]) {
                    if (busy != null) {
                        busy.interrupt();
                    }
                } else {
                    throw new ConnectionException(
                            "a client sent what is no call, or did not wait for the answer", null);
                }
            }
        } finally {
            Thread busy = running.get();
            if (busy != null) {
                busy.interrupt(); // nobody waits for it any more
            }
        }
    }

    private void answer(Connection connection, Session session, Answer answer) {
        Caller.bind(session, 0).run(() -> {
            try {
                connection.send(answer);
            } catch (TransferException e) {
                send(connection, failure(e));
            } catch (ConnectionException | IllegalStateException e) {
                connection.close(); // the client is gone; the reading thread does the rest
            }
        });
    }

    private static void send(Connection connection, Answer answer) {
        try {
            connection.send(answer);
        } catch (ConnectionException | IllegalStateException e) {
            connection.close();
        }
    }

    private static Answer failure(Throwable failure) {
        return new Answer(ProcessSupport.get().encodeFailure(failure), true);
    }

    private Answer execute(Call call, Session session) {
        try {
            if (call.object() == 0) {
                return new Answer(ofManager(call, session), false);
            }
            Referent referent;
            lock.lock();
            try {
                referent = objects.get(call.object());
            } finally {
                lock.unlock();
            }
            if (referent == null) {
                throw new IllegalStateException("the object is not in the manager any more: its last proxy was closed");
            }
            session.hold(referent, false); // of a proxy that came from another client
            return new Answer(invoke(referent, call), false);
        } catch (InvocationTargetException e) {
            return failure(e.getCause() == null ? e : e.getCause());
        } catch (Throwable e) {
            return failure(e);
        }
    }

    private @Nullable Object ofManager(Call call, Session session) {
        Object[] arguments = call.arguments();
        switch (call.method()) {
            case "create" -> {
                String kind = String.valueOf(arguments[0]);
                Object name = arguments[1];
                Object[] rest = (Object[]) arguments[2];
                return name == null ? make(kind, rest) : named(kind, name.toString(), rest);
            }
            case "release" -> {
                Referent referent;
                lock.lock();
                try {
                    referent = objects.get((Long) arguments[0]);
                } finally {
                    lock.unlock();
                }
                if (referent != null) {
                    session.release(referent, 1);
                }
                return null;
            }
            case "objects" -> {
                lock.lock();
                try {
                    return objects.size();
                } finally {
                    lock.unlock();
                }
            }
            default -> throw new IllegalArgumentException("a manager has no method " + call.method());
        }
    }

    private Referent named(String kind, String name, @Nullable Object[] arguments) {
        lock.lock();
        try {
            Referent there = names.get(name);
            if (there == null) {
                there = make(kind, arguments);
                names.put(name, there);
                objects.put(there.number(), there);
            } else if (!there.types().equals(kind(kind).types())) {
                throw new IllegalArgumentException("'" + name + "' is a "
                        + there.types().getFirst().getSimpleName() + ", and was asked for as a " + kind);
            }
            return there;
        } finally {
            lock.unlock();
        }
    }

    private Kind kind(String kind) {
        return switch (kind) {
            case "map" -> new Kind(List.of(ConcurrentMap.class), true);
            case "list" -> new Kind(List.of(List.class), true);
            case "queue" -> new Kind(List.of(BlockingQueue.class), true);
            case "value" -> new Kind(List.of(ManagedValue.class), false);
            case "lock" -> new Kind(List.of(ManagedLock.class), false);
            case "condition" -> new Kind(List.of(ManagedCondition.class), false);
            case "semaphore" -> new Kind(List.of(ManagedSemaphore.class), false);
            case "event" -> new Kind(List.of(ManagedEvent.class), false);
            case "barrier" -> new Kind(List.of(ManagedBarrier.class), false);
            default -> new Kind(List.of(registered(kind)), false);
        };
    }

    private Class<?> registered(String name) {
        for (Class<?> type : registered.keySet()) {
            if (type.getName().equals(name)) {
                return type;
            }
        }
        throw new IllegalArgumentException("the manager knows no " + name
                + "; whoever starts it registers it: Manager.builder().register(" + name + ".class, () -> ...)");
    }

    private Referent make(String kind, @Nullable Object[] arguments) {
        Kind made = kind(kind);
        Object object = switch (kind) {
            case "map" -> new ConcurrentHashMap<>();
            case "list" -> Collections.synchronizedList(new ArrayList<>());
            case "queue" -> new LinkedBlockingQueue<>(number(arguments));
            case "value" -> new ServerSync.Value(arguments[0]);
            case "lock" -> new ServerLock();
            case "condition" -> conditionOf(arguments[0]);
            case "semaphore" -> new ServerSync.Permits(number(arguments));
            case "event" -> new ServerSync.Event();
            case "barrier" -> new ServerSync.Barrier(number(arguments));
            default -> user(made.types().getFirst());
        };
        if (made.container()) {
            containers.add(object.getClass());
        }
        return new Referent(this, numbers.incrementAndGet(), object, made.types());
    }

    private static int number(@Nullable Object[] arguments) {
        return arguments[0] instanceof Integer number ? number : 0;
    }

    private static Object conditionOf(@Nullable Object lock) {
        if (lock instanceof Referent referent && referent.object() instanceof ServerLock owned) {
            return owned.condition();
        }
        throw new IllegalArgumentException("a condition belongs to a lock of the same manager, and not to " + lock);
    }

    private Object user(Class<?> type) {
        Job<?> maker = registered.get(type);
        try {
            Object made = maker == null ? null : maker.call();
            if (!type.isInstance(made)) {
                throw new IllegalStateException("what was registered for " + type.getName() + " made "
                        + (made == null ? "null" : "a " + made.getClass().getName()));
            }
            return made;
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("a " + type.getName() + " could not be made: " + e, e);
        }
    }

    private @Nullable Object invoke(Referent referent, Call call)
            throws InvocationTargetException, IllegalAccessException {
        Method method = method(referent, call);
        Class<?>[] parameters = method.getParameterTypes();
        @Nullable Object[] arguments = call.arguments();
        for (int i = 0; i < arguments.length; i++) {
            // A container keeps the managed object; a method that wants what it is gets that.
            if (arguments[i] instanceof Referent other && !parameters[i].isInstance(other)) {
                arguments[i] = other.object();
            }
        }
        Object result = method.invoke(referent.object(), arguments);
        return containers.contains(referent.object().getClass()) ? copy(result) : result;
    }

    private static Method method(Referent referent, Call call) {
        if (call.method().equals("toString") && call.types().length == 0) {
            return OBJECT_TO_STRING;
        }
        for (Class<?> type : referent.types()) {
            for (Method method : type.getMethods()) {
                if (method.getName().equals(call.method())
                        && namesOf(method.getParameterTypes()).equals(List.of(call.types()))) {
                    return method;
                }
            }
        }
        throw new IllegalArgumentException(
                "the object has no method " + call.method() + List.of(call.types()) + " in " + referent.types());
    }

    private static final Method OBJECT_TO_STRING = objectToString();

    private static Method objectToString() {
        try {
            return Object.class.getMethod("toString");
        } catch (NoSuchMethodException e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> namesOf(Class<?>[] types) {
        return Arrays.stream(types).map(Class::getName).toList();
    }

    /** {@return a view of a container as something that can be sent} */
    private static @Nullable Object copy(@Nullable Object result) {
        return switch (result) {
            case Set<?> set -> {
                Set<@Nullable Object> copy = new LinkedHashSet<>();
                set.forEach(element -> copy.add(copy(element)));
                yield copy;
            }
            case Map.Entry<?, ?> entry -> new SimpleImmutableEntry<@Nullable Object, @Nullable Object>(entry);
            case Collection<?> elements when !(result instanceof List<?>) -> new ArrayList<>(elements);
            case null, default -> result;
        };
    }
}
