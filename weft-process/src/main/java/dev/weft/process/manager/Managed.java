package dev.weft.process.manager;

import java.io.ObjectStreamException;

/**
 * What each proxy of a {@link Manager} implements beside the interface of its object.
 *
 * <p>A proxy can be given to another process, as what a job captures or as a message, and put into another managed
 * object, which then has the object itself. Two proxies are equal if they stand for the same object. Any thread may use
 * a proxy; calls that wait suspend a coroutine, and can be cancelled.
 */
public interface Managed extends AutoCloseable {
    /**
     * {@return the object of which a proxy is}
     *
     * @param proxy a proxy
     * @throws IllegalArgumentException if it is none
     */
    static Managed of(Object proxy) {
        if (proxy instanceof Managed managed) {
            return managed;
        }
        throw new IllegalArgumentException(
                "expected a proxy of a manager, and found a " + proxy.getClass().getName());
    }

    /**
     * Gives up this proxy. When nobody has a proxy of the object any more, and it is in no other object and has no
     * name, it is gone. Idempotent.
     */
    @Override
    void close();

    /**
     * {@return what is written in the place of this proxy for another process} For serialization only.
     *
     * @throws ObjectStreamException if it is written to anything but another process of the program
     */
    Object writeReplace() throws ObjectStreamException;
}
