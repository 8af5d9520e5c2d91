package dev.weft.cluster.wire;

import java.io.DataInputStream;
import java.io.IOException;
import java.util.List;

/**
 * What starts a worker; see {@code WorkerStart}.
 *
 * @param flags flags of the JVM, without memory, processors and classes
 * @param heap the most heap in bytes, or 0 where the agent is to choose
 * @param main the class or module
 * @param longestAnswer the most bytes that an answer may have
 * @param pool the name of the pool
 * @param environment names and values in turn
 * @param input what the process finds in its standard input
 * @param socket where the pool listens, on the driver's machine; empty for an agent
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record StartBody(
        List<String> flags,
        long heap,
        List<String> main,
        int longestAnswer,
        String pool,
        List<String> environment,
        byte[] input,
        String socket) {
    /**
     * {@return it as the body of a message}
     */
    public byte[] bytes() {
        return Message.bytes(out -> {
            Texts.write(out, flags);
            out.writeLong(heap);
            Texts.write(out, main);
            out.writeInt(longestAnswer);
            Texts.write(out, pool);
            Texts.write(out, environment);
            out.writeInt(input.length);
            out.write(input);
            Texts.write(out, socket);
        });
    }

    /**
     * Reads it.
     *
     * @param message the message
     * @return its body
     * @throws IOException if it has none
     */
    public static StartBody of(Message message) throws IOException {
        DataInputStream in = message.in();
        return new StartBody(
                Texts.list(in),
                in.readLong(),
                Texts.list(in),
                in.readInt(),
                Texts.read(in),
                Texts.list(in),
                Texts.bytes(in),
                Texts.read(in));
    }

    /**
     * {@return the same for an agent, who need not know where the pool is}
     */
    public StartBody withoutSocket() {
        return new StartBody(flags, heap, main, longestAnswer, pool, environment, input, "");
    }
}
