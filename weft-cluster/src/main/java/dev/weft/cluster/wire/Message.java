package dev.weft.cluster.wire;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * What driver, gateway and agents say to each other: a type, whom it concerns, and a body that belongs to the type.
 *
 * <pre>
 *   byte type | short bytes of the node's id | id | int worker | body
 * </pre>
 *
 * <p>Bodies are numbers and strings, written and read by hand: nothing in a message names a class. What a worker and
 * its pool say to each other is in {@link Verb#DATA}, and
 * nobody in between reads it.
 *
 * @param type what it says
 * @param node the node that it concerns, between driver and gateway; empty between gateway and agent, where that is
 *     the sender or receiver
 * @param worker the number of the worker that it concerns, or 0
 * @param body the rest; not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Message(Verb type, String node, int worker, byte[] body) {
    /** What a message says. The arrows tell who says it: D the driver, G the gateway, A the agent. */
    public enum Verb {
        /** G → D: the cluster is joined. */
        CONNECTED,
        /** G → D: the cluster cannot be joined, or was lost. Body: text. */
        FAILED,
        /** G → D: an agent is there. Body: {@link NodeBody}. */
        NODE_UP,
        /** G → D: an agent is there no more, and nothing else comes from it. */
        NODE_DOWN,
        /** D → G: what workers need. Body: {@link ManifestBody} with paths. */
        SHIP,
        /** G → A: what workers need. Body: {@link ManifestBody} with hashes. */
        PREPARE,
        /** A → G: all that workers need is there. */
        READY,
        /** A → G: a part of a file is wanted. Body: hash, long offset. */
        ASK,
        /** G → A: a part of a file. Body: hash, long offset, bytes. */
        BLOB,
        /** D → G → A: start a worker. Body: {@link StartBody}. */
        START,
        /** A → G → D: the worker will not be started. Body: text. */
        REFUSED,
        /** A → G → D: the process is there. Body: long process id. */
        STARTED,
        /** D → G → A: end the process as by SIGKILL. */
        KILL,
        /** D → G → A: end the process as by SIGTERM. */
        TERMINATE,
        /** A → G: the worker has connected. */
        OPEN,
        /** A ↔ G: bytes between worker and pool. */
        DATA,
        /** A ↔ G: bytes have been handed on. Body: int how many. */
        TAKEN,
        /** A ↔ G: no more bytes come from this side. */
        CLOSED,
        /** A → G → D: bytes of the worker's standard output. */
        OUT,
        /** A → G → D: bytes of the worker's standard error. */
        ERR,
        /** A → G → D: the process has ended. Body: int exit code, bytes of its mark. */
        EXIT;

        private static final Verb[] ALL = values();

        /** {@return its number on the wire: driver, gateway and agents are of one version} */
        @SuppressWarnings("EnumOrdinal")
        private byte code() {
            return (byte) ordinal();
        }
    }

    private static final byte[] NOTHING = new byte[0];

    /**
     * Makes a message without a body.
     *
     * @param type what it says
     * @param worker the worker, or 0
     * @return the message
     */
    public static Message of(Verb type, int worker) {
        return new Message(type, "", worker, NOTHING);
    }

    /**
     * Makes a message.
     *
     * @param type what it says
     * @param worker the worker, or 0
     * @param body the rest
     * @return the message
     */
    public static Message of(Verb type, int worker, byte[] body) {
        return new Message(type, "", worker, body);
    }

    /**
     * Makes a message of a text.
     *
     * @param type what it says
     * @param worker the worker, or 0
     * @param text the text
     * @return the message
     */
    public static Message of(Verb type, int worker, String text) {
        return new Message(type, "", worker, text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * {@return the same for or from another node}
     *
     * @param other the id of the node
     */
    public Message with(String other) {
        return new Message(type, other, worker, body);
    }

    /**
     * {@return the body as a text}
     */
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    /**
     * {@return the body, to be read}
     */
    public DataInputStream in() {
        return new DataInputStream(new ByteArrayInputStream(body));
    }

    /** Writes a body. */
    @FunctionalInterface
    public interface Body {
        /**
         * Writes it.
         *
         * @param out where to
         * @throws IOException never
         */
        void write(DataOutputStream out) throws IOException;
    }

    /**
     * {@return what a body writes}
     *
     * @param body the body
     */
    public static byte[] bytes(Body body) {
        var bytes = new ByteArrayOutputStream();
        try {
            body.write(new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /**
     * {@return the message as bytes}
     */
    public byte[] encode() {
        byte[] id = node.getBytes(StandardCharsets.UTF_8);
        byte[] all = new byte[1 + 2 + id.length + 4 + body.length];
        all[0] = type.code();
        all[1] = (byte) (id.length >> 8);
        all[2] = (byte) id.length;
        System.arraycopy(id, 0, all, 3, id.length);
        int at = 3 + id.length;
        for (int i = 0; i < 4; i++) {
            all[at + i] = (byte) (worker >>> (24 - 8 * i));
        }
        System.arraycopy(body, 0, all, at + 4, body.length);
        return all;
    }

    /**
     * Reads a message.
     *
     * @param bytes what {@link #encode} has made
     * @return the message
     * @throws IOException if it is none
     */
    public static Message decode(byte[] bytes) throws IOException {
        if (bytes.length < 7 || bytes[0] < 0 || bytes[0] >= Verb.ALL.length) {
            throw new IOException("expected a message of a cluster, found " + bytes.length + " bytes that are none");
        }
        var in = new DataInputStream(new ByteArrayInputStream(bytes, 1, bytes.length - 1));
        int length = in.readUnsignedShort();
        if (length > bytes.length - 7) {
            throw new IOException("expected a message of a cluster, found one whose node has " + length + " bytes of "
                    + bytes.length);
        }
        String node = new String(in.readNBytes(length), StandardCharsets.UTF_8);
        int worker = in.readInt();
        return new Message(Verb.ALL[bytes[0]], node, worker, in.readAllBytes());
    }
}
