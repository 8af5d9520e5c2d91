package dev.weft.process.internal;

import java.io.NotSerializableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The time in which a thread encodes something for another process of this program. Only then may objects be written
 * that carry a secret or move when they are sent: connections, keys, locks. Anywhere else, as in a file or a session
 * store, they refuse.
 *
 * <p>For one thread. Transfers nest; who opens the outermost learns which objects went along.
 */
public final class Transfer implements AutoCloseable {
    private static final ThreadLocal<@Nullable Transfer> CURRENT = new ThreadLocal<>();

    private static final Set<Class<?>> PORTABLE = ConcurrentHashMap.newKeySet();

    private final @Nullable Transfer outer;
    private final List<Passenger> passengers = new ArrayList<>(0);

    /** Something that was written for one receiver, who may never take it. */
    public interface Passenger {
        /** Gives it up if nobody has taken it; called when its receiver has ended. Idempotent, any thread. */
        void abandon();

        /** Is kept until it is taken or abandoned, and not only for a time. */
        void entrust();
    }

    private Transfer(@Nullable Transfer outer) {
        this.outer = outer;
    }

    /**
     * Has objects of a class be taken from any process of the program: those that are written as a handle, and check
     * themselves what they are made of.
     *
     * @param type the class
     */
    public static void portable(Class<?> type) {
        PORTABLE.add(type);
    }

    /**
     * {@return whether a class is taken from any process of the program}
     *
     * @param type the class
     */
    public static boolean isPortable(Class<?> type) {
        return PORTABLE.contains(type);
    }

    /**
     * {@return a transfer that lasts until it is closed, by the same thread}
     */
    public static Transfer open() {
        var transfer = new Transfer(CURRENT.get());
        CURRENT.set(transfer);
        return transfer;
    }

    /**
     * Refuses unless this thread encodes something for another process.
     *
     * @param what the object, in words
     * @throws NotSerializableException if it does not
     */
    public static void require(String what) throws NotSerializableException {
        if (CURRENT.get() == null) {
            throw new NotSerializableException(
                    what
                            + " can be sent to another process of the same program, by a pool, a worker process or a connection, and cannot be serialized to anything else");
        }
    }

    /**
     * Notes that something goes along.
     *
     * @param passenger what
     */
    public static void note(Passenger passenger) {
        Transfer transfer = CURRENT.get();
        if (transfer != null) {
            transfer.passengers.add(passenger);
        }
    }

    /**
     * Hands what went along to somebody else.
     *
     * @param receiver is told each
     */
    public void passengers(Consumer<Passenger> receiver) {
        passengers.forEach(receiver);
    }

    @Override
    public void close() {
        Transfer outside = outer;
        if (outside == null) {
            CURRENT.remove();
        } else {
            outside.passengers.addAll(passengers);
            CURRENT.set(outside);
        }
    }
}
