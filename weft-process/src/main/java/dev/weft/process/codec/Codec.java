package dev.weft.process.codec;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How objects of a process pool become bytes, in place of JDK serialization: {@link ForyCodec}, or one of your own.
 *
 * <pre>{@code
 * try (var pool = ProcessPool.builder().codec(new ForyCodec()).build()) {
 *     pool.map(Scene::render, scenes).forEach(this::save);
 * }
 * }</pre>
 *
 * <p>It gets what has no form of its own: the objects that work has captured, inputs, and results. Null, boxed values,
 * strings, arrays of primitives and buffers have one; lambdas and exceptions always go by JDK serialization, exceptions
 * because they are its hardest case, and lambdas because they are code.
 *
 * <p>Each worker makes its own codec, by the public constructor without parameters that the class must have; what the
 * two sides have to agree on is in the class. Implementations are immutable.
 */
public interface Codec {
    /**
     * {@return its name, for messages}
     */
    String name();

    /**
     * {@return flags that a JVM needs for it; workers get them}
     */
    default List<String> jvmArgs() {
        return List.of();
    }

    /**
     * Opens what one pool, or one worker, writes and reads with.
     *
     * @return the session
     * @throws IllegalStateException if something that it needs is missing; the message says what
     */
    Session open();

    /** What one pool, or one worker, writes and reads with. All methods may be called by several threads at once. */
    interface Session {
        /**
         * Writes one object with all that it refers to.
         *
         * @param value the object
         * @param out takes the bytes; not to be closed
         * @param sent is to be told the classes of the objects that were written, at least once for each; they are
         *     taken when they come back
         * @throws IOException if it cannot be written. Any other exception counts as that too
         */
        void write(Object value, OutputStream out, Consumer<Class<?>> sent) throws IOException;

        /**
         * Reads one object.
         *
         * @param in holds its bytes in an array, between position and limit
         * @param loader where its classes are looked up
         * @param filter says which classes are taken, or is null if all are, as where a worker reads what its pool has
         *     sent. It must be asked before an object of a class is made or any of its code runs, for each class that
         *     is not itself harmless: workers may have been taken over by what they work on, and may send any bytes
         * @return the object
         * @throws IOException if the bytes are not what they should be, or the filter refuses a class. Any other
         *     exception counts as that too
         * @throws ReflectiveOperationException if a class is missing or does not fit
         */
        @Nullable
        Object read(ByteBuffer in, ClassLoader loader, @Nullable Predicate<Class<?>> filter)
                throws IOException, ReflectiveOperationException;

        /**
         * Says whether objects of a class can be written, themselves and not what they refer to; where writing has
         * failed, the objects are searched for the first that cannot, to name the fields by which it is reached.
         *
         * @param type the class
         * @return false if they cannot
         */
        boolean writes(Class<?> type);
    }
}
