package dev.weft.net.netty;

import dev.weft.net.Resolver;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Looks up host names beside the loop, since the system's look-up blocks its thread. */
public final class Names {
    private Names() {}

    /**
     * Returns the addresses of a host, at once where it is written as an address.
     *
     * @param host a name or an address; an IPv6 address with or without brackets
     * @return its addresses, at least one
     * @throws UnknownHostException if the name has none, or is a number that is no address in full ({@code 127.1} for
     *     {@code 127.0.0.1}), which systems read in different ways
     * @throws dev.weft.Cancelled if the calling task is cancelled; the look-up is left to itself
     */
    public static List<InetAddress> resolve(String host) throws UnknownHostException {
        return Resolver.system().resolve(host);
    }

    /**
     * Returns the address of a host that is written as one.
     *
     * @param host a name or an address; an IPv6 address with or without brackets
     * @return its one address; null if it is a name
     * @throws UnknownHostException if it is neither: a number that is no address in full ({@code 127.1} for
     *     {@code 127.0.0.1}), which systems read in different ways
     */
    public static @Nullable List<InetAddress> literal(String host) throws UnknownHostException {
        if (host.startsWith("[") || host.indexOf(':') >= 0) {
            return List.of(parse(host));
        }
        if (looksNumeric(host)) {
            InetAddress address = parse(host);
            if (!address.getHostAddress().equals(host)) {
                throw new UnknownHostException(
                        "'" + host + "' is no IPv4 address in full; did you mean " + address.getHostAddress() + "?");
            }
            return List.of(address);
        }
        return null;
    }

    private static boolean looksNumeric(String host) {
        String last = host.substring(host.lastIndexOf('.', host.length() - 2) + 1);
        return !last.isEmpty()
                && Character.isDigit(last.charAt(0))
                && last.chars().allMatch(c -> c == '.' || Character.digit(c, 16) >= 0 || c == 'x');
    }

    private static InetAddress parse(String host) throws UnknownHostException {
        try {
            return InetAddress.ofLiteral(host);
        } catch (IllegalArgumentException e) {
            var unknown = new UnknownHostException("'" + host + "' is no address");
            unknown.initCause(e);
            throw unknown;
        }
    }
}
