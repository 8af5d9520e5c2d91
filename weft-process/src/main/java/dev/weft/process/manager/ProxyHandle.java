package dev.weft.process.manager;

import dev.weft.process.connection.AuthKey;
import java.io.InvalidObjectException;
import java.io.Serial;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * What is written in the place of a proxy. Between a client and its manager the object's number is enough; for another
 * process there is also where the manager is, and the key to it.
 *
 * @param manager the number of the manager
 * @param object the number of the object
 * @param types the names of its interfaces
 * @param address where the manager listens, or null
 * @param key the key, or null
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record ProxyHandle(
        long manager,
        long object,
        String[] types,
        @Nullable String address,
        @Nullable AuthKey key) implements Serializable {
    @Serial
    Object readResolve() throws InvalidObjectException {
        Side side = Side.current();
        if (side != null && side.manager() == manager) {
            return side.resolve(this);
        }
        if (address == null || key == null) {
            throw new InvalidObjectException("a proxy came from a manager that this process is not connected to");
        }
        return ManagerClient.forHandle(this).resolve(this);
    }

    @Override
    public String toString() {
        return "ProxyHandle[" + object + "]";
    }
}
