package dev.weft.process.internal;

import dev.weft.process.ProcessPool;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** What {@code dev.weft.process} does for its sub-packages, which its users do not see. */
public interface ProcessSupport {
    /** Where the implementation leaves itself when it is loaded. */
    final class Holder {
        private static volatile @org.jspecify.annotations.Nullable ProcessSupport support;

        private Holder() {}

        /**
         * Sets the implementation.
         *
         * @param implementation the implementation
         */
        public static void set(ProcessSupport implementation) {
            support = implementation;
        }
    }

    /**
     * {@return the implementation}
     */
    static ProcessSupport get() {
        ProcessSupport found = Holder.support;
        if (found == null) {
            try {
                Class.forName("dev.weft.process.Support", true, ProcessSupport.class.getClassLoader());
            } catch (ClassNotFoundException e) {
                throw new AssertionError("a class of this module is missing", e);
            }
            found = Holder.support;
            if (found == null) {
                throw new AssertionError("dev.weft.process.Support has not left its implementation");
            }
        }
        return found;
    }

    /**
     * {@return the directory of this JVM that only its user can enter; it is removed when the JVM ends, and by a later
     * one where that was killed}
     *
     * @throws IOException if it cannot be made, or has gone
     */
    Path directory() throws IOException;

    /**
     * Opens a pool whose workers a host starts.
     *
     * @param builder its settings
     * @param host the host, which the pool closes
     * @return the pool
     */
    ProcessPool open(ProcessPool.Builder builder, WorkerHost host);

    /**
     * Starts a process that is killed when this one ends, as far as the system can do that, and that has no flags from
     * the variables for those.
     *
     * @param builder the command; changed
     * @return the process
     * @throws IOException if it cannot be started
     */
    Process start(ProcessBuilder builder) throws IOException;

    /**
     * {@return a codec}
     *
     * @param allowed names of classes and packages beside the usual ones, checked
     */
    ValueCodec codec(List<String> allowed);

    /**
     * Checks a pattern of allowed classes.
     *
     * @param pattern the name of a class, or of a package followed by {@code .*} or {@code .**}
     * @return the same
     * @throws IllegalArgumentException if it is malformed
     */
    String checkedPattern(String pattern);

    /**
     * {@return the most bytes that a message should have here: a third of the heap has room to make a value of it and
     * to work on that}
     */
    int longestMessage();

    /**
     * Encodes an exception so that it can be told even where it cannot be rebuilt; any will do.
     *
     * @param failure the exception
     * @return the bytes
     */
    byte[] encodeFailure(Throwable failure);

    /**
     * Rebuilds an exception, or makes one that stands in for it; {@link dev.weft.process.RemoteTrace} says where it
     * comes from.
     *
     * @param bytes what {@link #encodeFailure} made, perhaps elsewhere
     * @param allowed names of classes and packages beside the usual ones, checked
     * @param what what has failed
     * @param where where, in words
     * @param pid the process
     * @return the exception
     */
    Throwable decodeFailure(byte[] bytes, List<String> allowed, String what, String where, long pid);
}
