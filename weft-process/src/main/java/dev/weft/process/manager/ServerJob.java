package dev.weft.process.manager;

import dev.weft.Job;
import dev.weft.process.connection.AuthKey;
import dev.weft.process.connection.Connection;
import dev.weft.process.connection.EndOfConnectionException;
import dev.weft.process.connection.Listener;
import java.net.SocketAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the manager process runs: it listens, says where, and goes on until who started it is gone or closes the
 * manager.
 *
 * @param control the connection to who started it
 * @param address where to listen, or null for a place of its own
 * @param remote whether that may be reached by other machines
 * @param key what clients must know
 * @param registered what makes objects of the types of users
 * @param allowed what clients may send beside the usual
 */
record ServerJob(
        Connection control,
        @Nullable String address,
        boolean remote,
        AuthKey key,
        Map<Class<?>, Job<?>> registered,
        List<String> allowed)
        implements Job<Boolean> {
    @Override
    public Boolean call() {
        Listener.Builder builder = Listener.builder(key);
        if (remote) {
            builder.remote();
        }
        SocketAddress where = address == null ? null : Place.parse(address);
        try (Listener listener = where == null ? builder.open() : builder.open(where)) {
            var server = new ManagerServer(listener, registered, allowed);
            Thread.ofVirtual().name("weft-manager").start(server::run);
            control.send(Place.format(listener.address()));
            control.receive(); // until that is closed
            return true;
        } catch (EndOfConnectionException e) {
            return false;
        }
    }
}
