package dev.weft.http.server;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;

/** Where clients are. */
final class Clients {
    /** What stands for a client of a Unix-domain socket, which has no address. */
    static final InetSocketAddress LOCAL = InetSocketAddress.createUnresolved("unix", 0);

    private Clients() {}

    static InetSocketAddress address(Channel channel) {
        return channel.remoteAddress() instanceof InetSocketAddress address ? address : LOCAL;
    }
}
