package dev.weft.process.manager;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;

/** Addresses as text, in which they travel. */
final class Place {
    private static final String UNIX = "unix:";
    private static final String TCP = "tcp:";

    private Place() {}

    static String format(SocketAddress address) {
        return switch (address) {
            case UnixDomainSocketAddress unix -> UNIX + unix.getPath();
            case InetSocketAddress inet ->
                TCP + inet.getPort() + ":" + inet.getAddress().getHostAddress();
            default ->
                throw new IllegalArgumentException(
                        "expected an InetSocketAddress or a UnixDomainSocketAddress, and found " + address);
        };
    }

    static SocketAddress parse(String text) {
        if (text.startsWith(UNIX)) {
            return UnixDomainSocketAddress.of(text.substring(UNIX.length()));
        }
        int colon = text.indexOf(':', TCP.length());
        return new InetSocketAddress(text.substring(colon + 1), Integer.parseInt(text.substring(TCP.length(), colon)));
    }
}
