package dev.weft.process.internal;

import dev.weft.process.TransferException;
import org.jspecify.annotations.Nullable;

/**
 * Turns values into messages and back: {@code kind:byte length:int body}, little-endian. What comes back may only be
 * made of allowed classes: values and collections of the JDK, arrays, enums, records, exceptions, classes that were
 * sent by the same codec, and those that the user has named. Code is never taken. Thread-safe.
 */
public interface ValueCodec {
    /** The length of what stands before the body. */
    int HEADER = 5;

    /** The kind of an array of bytes, whose body is its elements. */
    byte BYTES = 13;

    /**
     * A message.
     *
     * @param bytes holds it from the beginning
     * @param length its length, header included
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Message(byte[] bytes, int length) {}

    /**
     * Encodes a value.
     *
     * @param value the value
     * @param most the most bytes that the message may have
     * @return the message
     * @throws TransferException if it cannot be serialized or is too large
     */
    Message encode(@Nullable Object value, int most);

    /**
     * Decodes a value.
     *
     * @param kind its kind
     * @param body its bytes and nothing else; may become part of the value
     * @return the value
     * @throws TransferException if it is damaged, needs a class that is not here, or has one that is not allowed
     */
    @Nullable
    Object decode(byte kind, byte[] body);

    /**
     * Takes from now on what has the same first two package names as a class.
     *
     * @param type the class
     */
    void trustApplication(Class<?> type);
}
