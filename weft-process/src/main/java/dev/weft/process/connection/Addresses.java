package dev.weft.process.connection;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;

/** Addresses in words, and which of them may be used. */
final class Addresses {
    private Addresses() {}

    static String words(SocketAddress address) {
        return switch (address) {
            case InetSocketAddress inet -> inet.getHostString() + ":" + inet.getPort();
            case UnixDomainSocketAddress unix -> unix.getPath().toString();
            default -> address.toString();
        };
    }

    /** Refuses what leaves this machine, unless that was asked for. */
    static void check(SocketAddress address, boolean remote) {
        if (!(address instanceof InetSocketAddress) && !(address instanceof UnixDomainSocketAddress)) {
            throw new IllegalArgumentException(
                    "expected an InetSocketAddress or a UnixDomainSocketAddress, and found " + address);
        }
        if (address instanceof InetSocketAddress inet && !remote) {
            if (inet.isUnresolved()) {
                throw new IllegalArgumentException("the host of " + words(address) + " is not known");
            }
            if (!inet.getAddress().isLoopbackAddress()) {
                throw new IllegalArgumentException(words(address)
                        + " is reached from other machines: what is sent is not encrypted, and is not protected against who can change packets."
                        + " Use InetAddress.getLoopbackAddress(), or say remote() if the network is trusted");
            }
        }
    }

    /** {@return the likely cause of a failed bind or connect, to be put behind the message of the system} */
    static String hint(SocketAddress address) {
        int length = words(address).getBytes(StandardCharsets.UTF_8).length;
        return address instanceof UnixDomainSocketAddress && length > 100
                ? " (the path of a socket has room for about 100 bytes, and this one has " + length + ")"
                : "";
    }
}
