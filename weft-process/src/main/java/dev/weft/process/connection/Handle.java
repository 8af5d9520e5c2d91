package dev.weft.process.connection;

import dev.weft.process.internal.ProcessSupport;
import java.io.InvalidObjectException;
import java.io.Serial;
import java.io.Serializable;

/**
 * What is written in the place of a connection for another process: where to come for it, and the secret that shows
 * that it was written for who comes. Only within a {@link dev.weft.process.internal.Transfer}.
 *
 * @param hub the socket of the process that has it
 * @param id its number there
 * @param secret the key to it
 * @param name its name
 * @param terms what it may do
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Handle(String hub, long id, byte[] secret, String name, Connection.Terms terms) implements Serializable {
    @Serial
    Object readResolve() throws InvalidObjectException {
        if (hub == null || secret == null || secret.length != Handshake.NONCE || name == null || terms == null) {
            throw new InvalidObjectException("the handle of a connection is incomplete");
        }
        // The limit protects this process, so that it is not for the other one alone to set.
        int longest =
                Math.clamp(terms.longest(), 1, Math.max(1, ProcessSupport.get().longestMessage()));
        return new Connection(name, new Connection.Terms(terms.reads(), terms.writes(), longest), new Claim(this));
    }

    @Override
    public String toString() {
        return "Handle[" + name + "]";
    }
}
