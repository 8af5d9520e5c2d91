package dev.weft.process;

import dev.weft.JobFunction;
import org.jspecify.annotations.Nullable;

/**
 * The function of a map, encoded once for all its batches.
 *
 * @param kind its kind
 * @param bytes holds its form from the beginning
 * @param length the length of that
 * @param failure why it cannot be sent, or null
 * @param loader looks up classes of results
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record FunctionBytes(
        byte kind, byte[] bytes, int length, @Nullable TransferException failure, ClassLoader loader) {
    static FunctionBytes of(JobFunction<?, ?> function, Encoder encoder) {
        ClassLoader own = function.getClass().getClassLoader();
        ClassLoader loader = own == null ? ClassLoader.getSystemClassLoader() : own;
        try {
            byte kind = encoder.encodeWork(function);
            return new FunctionBytes(kind, encoder.bytes(), encoder.length(), null, loader);
        } catch (TransferException e) {
            return new FunctionBytes(Kind.NULL, new byte[0], 0, e, loader);
        }
    }
}
