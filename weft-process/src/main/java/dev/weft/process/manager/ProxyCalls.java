package dev.weft.process.manager;

import dev.weft.process.internal.Transfer;
import java.io.ObjectStreamException;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Spliterator;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.BaseStream;
import org.jspecify.annotations.Nullable;

/**
 * What a proxy does when it is called. Most calls go to the manager; done here are those that take functions, which are
 * not sent (the default methods of the JDK's interfaces make them of calls that are), those that return iterators and
 * streams, which go over a copy, and those of {@link Object} and {@link Managed}.
 */
final class ProxyCalls implements InvocationHandler {
    private static final Cleaner CLEANER = Cleaner.create();
    /** How long an object is held for another process to which a proxy was sent, after that was closed here. */
    private static final Duration KEPT = Duration.ofMinutes(1);

    private static final Object[] NONE = {};

    private final ManagerClient client;
    private final long object;
    private final String[] types;
    private final Hold hold;
    private final Cleaner.Cleanable cleanable;

    /** The share of a proxy in its object; given back once. */
    private static final class Hold implements Runnable {
        private final ManagerClient client;
        private final long object;
        private final AtomicBoolean released = new AtomicBoolean();
        private volatile boolean sent;

        Hold(ManagerClient client, long object) {
            this.client = client;
            this.object = object;
        }

        @Override
        public void run() {
            if (!released.compareAndSet(false, true)) {
                return;
            }
            if (sent) { // the receiver may not have begun to use it
                CompletableFuture.delayedExecutor(KEPT.toSeconds(), TimeUnit.SECONDS)
                        .execute(() -> client.release(object));
            } else {
                client.release(object);
            }
        }
    }

    ProxyCalls(ManagerClient client, long object, String[] types) {
        this.client = client;
        this.object = object;
        this.types = types;
        this.hold = new Hold(client, object);
        this.cleanable = CLEANER.register(this, hold);
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] given) throws Throwable {
        @Nullable Object[] arguments = given == null ? NONE : given;
        String name = method.getName();
        if (method.getDeclaringClass() == Managed.class) {
            return ofManaged(name);
        }
        switch (name) {
            case "equals" -> {
                if (arguments.length == 1) {
                    return isSame(arguments[0]);
                }
            }
            case "hashCode" -> {
                if (arguments.length == 0) {
                    return Long.hashCode(client.manager() * 31 + object);
                }
            }
            default -> {}
        }
        if (hold.released.get()) {
            throw new IllegalStateException("this proxy was closed");
        }
        if (method.isDefault() && Arrays.stream(method.getParameterTypes()).anyMatch(ProxyCalls::isFunction)) {
            return InvocationHandler.invokeDefault(proxy, method, arguments);
        }
        if (proxy instanceof Collection<?> elements) {
            Class<?> result = method.getReturnType();
            if (result == Spliterator.class || BaseStream.class.isAssignableFrom(result)) {
                return result == Spliterator.class
                        ? copy(elements).spliterator()
                        : name.equals("stream") ? copy(elements).stream() : copy(elements).parallelStream();
            }
            if (Iterator.class.isAssignableFrom(result)) {
                return arguments.length == 1
                        ? copy(elements).listIterator((Integer) arguments[0])
                        : copy(elements).listIterator();
            }
            if (name.equals("subList")) {
                return copy(elements).subList((Integer) arguments[0], (Integer) arguments[1]);
            }
            if (name.equals("drainTo") && proxy instanceof BlockingQueue<?> queue) {
                return drain(queue, arguments);
            }
        }
        try {
            return client.call(
                    object,
                    name,
                    Arrays.stream(method.getParameterTypes())
                            .map(Class::getName)
                            .toArray(String[]::new),
                    arguments);
        } finally {
            Reference.reachabilityFence(this); // the manager keeps the object until the call has been answered
        }
    }

    private @Nullable Object ofManaged(String name) throws ObjectStreamException {
        if (name.equals("close")) {
            cleanable.clean();
            return null;
        }
        Transfer.require("a proxy of a manager");
        if (Side.current() != client) {
            hold.sent = true;
        }
        return client.handle(object, types);
    }

    private boolean isSame(@Nullable Object other) {
        return other != null
                && Proxy.isProxyClass(other.getClass())
                && Proxy.getInvocationHandler(other) instanceof ProxyCalls calls
                && calls.object == object
                && calls.client.manager() == client.manager();
    }

    private static boolean isFunction(Class<?> type) {
        return type.isAnnotationPresent(FunctionalInterface.class);
    }

    private static List<Object> copy(Collection<?> elements) {
        return Collections.unmodifiableList(Arrays.asList(elements.toArray()));
    }

    /** The collection is here, so that what the manager would put into its copy were lost. */
    @SuppressWarnings("unchecked")
    private static int drain(BlockingQueue<?> queue, @Nullable Object[] arguments) {
        var target = (Collection<Object>) arguments[0];
        int most = arguments.length == 2 ? (Integer) arguments[1] : Integer.MAX_VALUE;
        int count = 0;
        while (target != null && count < most) {
            Object next = queue.poll();
            if (next == null) {
                break;
            }
            target.add(next);
            count++;
        }
        return count;
    }
}
