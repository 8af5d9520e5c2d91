package dev.weft.process.manager;

import java.io.Serial;
import java.io.Serializable;
import java.util.List;

/**
 * A managed object in the manager; what other managed objects contain where a client has put a proxy, and what is
 * written as a proxy for clients. It is in the table of the manager while a client holds it or it has a name.
 */
final class Referent implements Serializable {
    @Serial
    private static final long serialVersionUID = 1;

    private final transient ManagerServer server;
    private final transient long number;
    private final transient Object object;
    private final transient List<Class<?>> types;
    /** Guarded by the lock of the server. */
    private transient int holders;

    Referent(ManagerServer server, long number, Object object, List<Class<?>> types) {
        this.server = server;
        this.number = number;
        this.object = object;
        this.types = types;
    }

    long number() {
        return number;
    }

    Object object() {
        return object;
    }

    List<Class<?>> types() {
        return types;
    }

    void held() {
        server.locked(() -> {
            if (holders++ == 0) {
                server.put(this);
            }
        });
    }

    void released() {
        server.locked(() -> {
            if (--holders == 0) {
                server.drop(this);
            }
        });
    }

    /** As a result of a call: one more proxy for the caller. */
    @Serial
    private Object writeReplace() {
        Caller.current().session().hold(this, true);
        return new ProxyHandle(
                server.number(), number, types.stream().map(Class::getName).toArray(String[]::new), null, null);
    }

    @Override
    public String toString() {
        return String.valueOf(object);
    }
}
