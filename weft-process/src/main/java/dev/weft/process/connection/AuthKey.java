package dev.weft.process.connection;

import dev.weft.process.internal.Transfer;
import java.io.InvalidObjectException;
import java.io.NotSerializableException;
import java.io.ObjectInputStream;
import java.io.Serial;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The secret by which a {@link Listener} and a {@link Client} know each other. It is never sent to the other side, nor
 * printed, and there is none by default.
 *
 * <p>A key can be given to another process of the same program, as what its function captures; it cannot be serialized
 * to anything else. Immutable.
 */
public final class AuthKey implements Serializable {
    @Serial
    private static final long serialVersionUID = 1;

    static {
        Transfer.portable(AuthKey.class);
    }

    private static final int LEAST = 16;
    private static final int RANDOM = 32;

    private final transient byte[] bytes;

    private AuthKey(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * {@return a new key of 256 random bits}
     */
    public static AuthKey random() {
        byte[] bytes = new byte[RANDOM];
        new SecureRandom().nextBytes(bytes);
        return new AuthKey(bytes);
    }

    /**
     * Makes a key of bytes that both sides have, such as the content of a file that only their user can read.
     *
     * @param bytes at least 16 bytes that nobody can guess; copied
     * @return the key
     * @throws IllegalArgumentException if there are fewer
     */
    public static AuthKey of(byte[] bytes) {
        if (bytes.length < LEAST) {
            throw new IllegalArgumentException("a key needs at least " + LEAST
                    + " bytes, since whoever can connect could try shorter ones, and was given " + bytes.length
                    + "; AuthKey.random() makes one");
        }
        return new AuthKey(bytes.clone());
    }

    /**
     * {@return the bytes of the key, to be stored where only its users can read them; a copy}
     */
    public byte[] bytes() {
        return bytes.clone();
    }

    /**
     * {@return what proves that its sender knows the key: HMAC-SHA256 over a label, which says who sends it in which
     * step, and what both sides have contributed}
     */
    byte[] proof(String label, long id, byte[] first, byte[] second) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(bytes, "HmacSHA256"));
            mac.update(label.getBytes(StandardCharsets.US_ASCII));
            for (int shift = 56; shift >= 0; shift -= 8) {
                mac.update((byte) (id >>> shift));
            }
            mac.update(first);
            return mac.doFinal(second);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java runtime has HmacSHA256", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AuthKey key && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "AuthKey[" + bytes.length + " bytes]";
    }

    /** How a key travels. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Form(byte[] bytes) implements Serializable {
        @Serial
        Object readResolve() throws InvalidObjectException {
            if (bytes == null || bytes.length < LEAST) {
                throw new InvalidObjectException("a key has too few bytes");
            }
            return new AuthKey(bytes);
        }
    }

    @Serial
    private Object writeReplace() throws NotSerializableException {
        Transfer.require("a key");
        return new Form(bytes);
    }

    @Serial
    @SuppressWarnings("UnusedVariable")
    private void readObject(ObjectInputStream in) throws InvalidObjectException {
        throw new InvalidObjectException("a key is read from its form only");
    }
}
