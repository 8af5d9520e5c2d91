package dev.weft.net;

import dev.weft.net.netty.Names;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** What the JDK and the system below it know. */
final class SystemResolver implements Resolver {
    static final SystemResolver INSTANCE = new SystemResolver();

    private SystemResolver() {}

    @Override
    public List<InetAddress> resolve(String host) throws UnknownHostException {
        return Names.resolve(host);
    }

    @Override
    public String toString() {
        return "the system's resolver";
    }
}
