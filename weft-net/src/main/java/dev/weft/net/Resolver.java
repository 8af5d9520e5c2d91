package dev.weft.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Finds the addresses of hosts. */
@FunctionalInterface
public interface Resolver {
    /**
     * Returns the addresses of a host; called by a coroutine, which this may suspend.
     *
     * @param host a name or an address
     * @return its addresses, the best first, at least one
     * @throws UnknownHostException if there is none
     * @throws dev.weft.Cancelled if the calling task is cancelled
     */
    List<InetAddress> resolve(String host) throws UnknownHostException;

    /**
     * {@return the resolver of the system: it works beside the loop, on threads of its own, of which there are 16 for all loops, so that look-ups and other offloaded work do not wait for each other}
     */
    static Resolver system() {
        return SystemResolver.INSTANCE;
    }
}
