package dev.weft.loop.jdk;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Signals of the operating system, by {@code sun.misc.Signal} of the module {@code jdk.unsupported}, which has no
 * published successor. Reached by name, since the compiler warns of its use and does not let itself be silenced. Where
 * it is not there, or the JVM does not let signals be handled ({@code -Xrs}), nothing is handled.
 */
public final class JdkSignals {
    private JdkSignals() {}

    /**
     * Handles a signal from now on.
     *
     * @param name its name without SIG, as {@code INT}
     * @param action receives its number, on a thread of the JVM's own
     * @return what puts back the handler that was there before; null if the signal cannot be handled here
     */
    public static @Nullable Runnable handle(String name, IntConsumer action) {
        try {
            Class<?> type = Class.forName("sun.misc.Signal");
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            Method handle = type.getMethod("handle", type, handlerType);
            Object signal = type.getConstructor(String.class).newInstance(name);
            int number = (int) type.getMethod("getNumber").invoke(signal);
            Object handler = Proxy.newProxyInstance(
                    handlerType.getClassLoader(),
                    new Class<?>[] {handlerType},
                    (self, method, args) -> switch (method.getName()) {
                        case "handle" -> {
                            action.accept(number);
                            yield null;
                        }
                        case "equals" -> args != null && self == args[0];
                        case "hashCode" -> System.identityHashCode(self);
                        default -> "handler of SIG" + name + " of Weft";
                    });
            Object before = handle.invoke(null, signal, handler);
            return () -> putBack(handle, signal, before);
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }

    private static void putBack(Method handle, Object signal, @Nullable Object before) {
        try {
            handle.invoke(null, signal, before);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a handler of signals that was there before could not be put back", e);
        }
    }
}
