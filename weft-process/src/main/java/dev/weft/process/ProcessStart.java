package dev.weft.process;

import dev.weft.process.connection.Connection;
import java.io.Serializable;

/**
 * What a {@link WorkerProcess} reads first, from its standard input, which only its parent can write to.
 *
 * @param control the connection to its parent
 * @param name its name
 * @param daemon whether it is a daemon
 * @param parentPid the process id of its parent
 * @param parentName the name of its parent
 * @param longestAnswer the most bytes that its result may have
 * @param kind how the work is encoded
 * @param work the work
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record ProcessStart(
        Connection control,
        String name,
        boolean daemon,
        long parentPid,
        String parentName,
        int longestAnswer,
        byte kind,
        byte[] work)
        implements Serializable {
    /** To the process: interrupt the function. */
    static final byte INTERRUPT = 1;

    /** From the process: the function has returned; then kind and body. */
    static final byte RESULT = 2;

    /** From the process: it has failed; then what {@link FailureCodec} writes. */
    static final byte FAILURE = 3;
}
