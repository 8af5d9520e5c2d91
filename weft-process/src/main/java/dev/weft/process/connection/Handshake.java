package dev.weft.process.connection;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.concurrent.TimeoutException;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * How two sides show each other that they know the same key, in three messages of fixed lengths.
 *
 * <pre>
 *   listener ──► client    WEFTCON1, 32 random bytes s
 *   client ──► listener    WEFTCON1, long id, 32 random bytes c, HMAC(key, "client", id, s, c)
 *   listener ──► client    HMAC(key, "listener", id, c, s)
 * </pre>
 *
 * <p>Each proof covers the random bytes of both sides, so that none can be used again, and the role of its sender, so
 * that none can be sent back to where it came from: a stranger who relays the challenge of one listener to another gets
 * a proof with the wrong label. The client shows its proof first, so that a stranger gets from a listener nothing but
 * random bytes. The id says for which of several keys of the listener the client comes.
 *
 * <p>Neither side reads more than these bytes, makes an object of them, or waits for longer than it wants to.
 */
final class Handshake {
    static final int NONCE = 32;
    static final int PROOF = 32;
    static final int CHALLENGE = Long.BYTES + NONCE;
    static final int ANSWER = Long.BYTES + Long.BYTES + NONCE + PROOF;

    /** "WEFTCON" and the version of the protocol. */
    static final long MAGIC = 0x57_45_46_54_43_4F_4E_01L;

    private static final String CLIENT = "weft connection 1 client";
    private static final String LISTENER = "weft connection 1 listener";
    private static final SecureRandom RANDOM = new SecureRandom();

    private Handshake() {}

    /**
     * The side that called.
     *
     * @throws AuthenticationException if the other side is not what it should be, or is too slow
     */
    static void asClient(Wire wire, long id, AuthKey key, long deadline, String where) {
        try {
            ByteBuffer challenge = ByteBuffer.allocate(CHALLENGE);
            wire.readFully(challenge, deadline);
            long magic = challenge.flip().getLong();
            if (magic != MAGIC) {
                throw new AuthenticationException(
                        "what listens at " + where + " is no Weft listener: it began with " + Long.toHexString(magic),
                        null);
            }
            byte[] theirs = new byte[NONCE];
            challenge.get(theirs);
            byte[] mine = nonce();
            wire.writeFully(
                    ByteBuffer.allocate(ANSWER)
                            .putLong(MAGIC)
                            .putLong(id)
                            .put(mine)
                            .put(key.proof(CLIENT, id, theirs, mine))
                            .flip(),
                    deadline);
            ByteBuffer proof = ByteBuffer.allocate(PROOF);
            wire.readFully(proof, deadline);
            if (!MessageDigest.isEqual(proof.array(), key.proof(LISTENER, id, mine, theirs))) {
                throw new AuthenticationException(
                        "what listens at " + where + " does not know the key: it is not the listener that was meant",
                        null);
            }
        } catch (IOException e) {
            throw new AuthenticationException(
                    "the listener at " + where
                            + " closed the connection before it was made: it does not accept this key, or has too many callers ("
                            + e.getMessage() + ")",
                    e);
        } catch (TimeoutException e) {
            throw new AuthenticationException(
                    "the listener at " + where + " did not answer the greeting: " + e.getMessage(), e);
        }
    }

    /**
     * The side that was called.
     *
     * @param keys the key for an id, or null if there is none
     * @return the id; the client knows its key
     * @throws AuthenticationException if the other side is not what it should be, or is too slow
     */
    static long asListener(Wire wire, LongFunction<@Nullable AuthKey> keys, long deadline) {
        try {
            byte[] mine = nonce();
            wire.writeFully(
                    ByteBuffer.allocate(CHALLENGE).putLong(MAGIC).put(mine).flip(), deadline);
            ByteBuffer answer = ByteBuffer.allocate(ANSWER);
            wire.readFully(answer, deadline);
            long magic = answer.flip().getLong();
            long id = answer.getLong();
            byte[] theirs = new byte[NONCE];
            byte[] proof = new byte[PROOF];
            answer.get(theirs).get(proof);
            AuthKey key = magic == MAGIC ? keys.apply(id) : null;
            if (key == null || !MessageDigest.isEqual(proof, key.proof(CLIENT, id, mine, theirs))) {
                throw new AuthenticationException("a caller does not know the key", null);
            }
            wire.writeFully(ByteBuffer.wrap(key.proof(LISTENER, id, theirs, mine)), deadline);
            return id;
        } catch (IOException | TimeoutException e) {
            throw new AuthenticationException("a caller did not greet: " + e.getMessage(), e);
        }
    }

    private static byte[] nonce() {
        byte[] nonce = new byte[NONCE];
        RANDOM.nextBytes(nonce);
        return nonce;
    }
}
