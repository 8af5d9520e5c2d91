package dev.weft.http.client;

import dev.weft.http.client.ProxyServer.Credentials;
import io.netty.util.NetUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What is said to a SOCKS proxy of version 5 to have it open the way to a host (RFC 1928, and RFC 1929 for names and
 * passwords). The proxy looks the name up.
 */
final class Socks5 {
    private static final int VERSION = 5;
    private static final int NO_AUTHENTICATION = 0;
    private static final int PASSWORD = 2;
    private static final int NONE_FITS = 0xFF;
    private static final int PASSWORD_VERSION = 1;
    private static final int CONNECT = 1;
    private static final int IPV4 = 1;
    private static final int NAME = 3;
    private static final int IPV6 = 4;
    private static final int LONGEST = 255;

    private Socks5() {}

    /** The bytes to and from the proxy. */
    interface Wire {
        void send(byte[] bytes);

        /** {@return exactly so many bytes} */
        byte[] read(int count) throws IOException;
    }

    /** The proxy does not open the way, or is none. */
    @SuppressWarnings("serial")
    static final class Refused extends IOException {
        Refused(String message) {
            super(message);
        }
    }

    /**
     * {@return a name and a password as they are sent}
     *
     * @throws IllegalArgumentException if one of them does not have 1 to 255 bytes in UTF-8
     */
    static byte[] encoded(Credentials credentials) {
        var out = new ByteArrayOutputStream();
        out.write(PASSWORD_VERSION);
        put(out, "name", credentials.user());
        put(out, "password", credentials.password());
        return out.toByteArray();
    }

    private static void put(ByteArrayOutputStream out, String what, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length < 1 || bytes.length > LONGEST) {
            throw new IllegalArgumentException("a " + what + " for a SOCKS proxy has 1 to " + LONGEST
                    + " bytes in UTF-8, and this one had " + bytes.length);
        }
        out.write(bytes.length);
        out.writeBytes(bytes);
    }

    /**
     * Asks for the way.
     *
     * @throws Refused if the proxy does not open it
     * @throws IOException what reading throws
     */
    static void open(Wire wire, String host, int port, @Nullable Credentials credentials) throws IOException {
        wire.send(
                credentials == null
                        ? new byte[] {VERSION, 1, NO_AUTHENTICATION}
                        : new byte[] {VERSION, 2, NO_AUTHENTICATION, PASSWORD});
        byte[] chosen = wire.read(2);
        requireVersion(chosen[0]);
        int method = chosen[1] & 0xFF;
        if (method == PASSWORD && credentials != null) {
            wire.send(encoded(credentials));
            if (wire.read(2)[1] != 0) {
                throw new Refused("does not accept the name and password that it was given");
            }
        } else if (method == NONE_FITS) {
            throw new Refused(
                    credentials == null
                            ? "wants to know who asks; give it credentials with Proxy.basic"
                            : "accepts neither a name with a password nor nobody");
        } else if (method != NO_AUTHENTICATION) {
            throw new Refused("chose method " + method + ", which it was not offered");
        }
        wire.send(request(host, port));
        byte[] answer = wire.read(4);
        requireVersion(answer[0]);
        if (answer[1] != 0) {
            throw new Refused(reason(answer[1] & 0xFF));
        }
        int rest = switch (answer[3]) {
            case IPV4 -> 4;
            case IPV6 -> 16;
            case NAME -> wire.read(1)[0] & 0xFF;
            default -> throw new Refused("answered with an address of the unknown kind " + (answer[3] & 0xFF));
        };
        wire.read(rest + 2); // where it has connected from: of no use here
    }

    private static void requireVersion(byte version) throws Refused {
        if (version != VERSION) {
            throw new Refused("does not speak version 5 of SOCKS: it answered with version " + (version & 0xFF));
        }
    }

    private static byte[] request(String host, int port) throws Refused {
        var out = new ByteArrayOutputStream();
        out.write(VERSION);
        out.write(CONNECT);
        out.write(0);
        byte[] address = NetUtil.createByteArrayFromIpAddressString(host);
        if (address == null) {
            byte[] name = host.getBytes(StandardCharsets.US_ASCII);
            if (name.length > LONGEST) {
                throw new Refused("cannot be asked for a host of " + name.length + " characters");
            }
            out.write(NAME);
            out.write(name.length);
            out.writeBytes(name);
        } else {
            out.write(address.length == 4 ? IPV4 : IPV6);
            out.writeBytes(address);
        }
        out.write(port >> 8);
        out.write(port);
        return out.toByteArray();
    }

    private static String reason(int code) {
        return switch (code) {
            case 1 -> "failed (code 1)";
            case 2 -> "does not allow it (code 2)";
            case 3 -> "cannot reach the network (code 3)";
            case 4 -> "cannot reach the host, or does not know it (code 4)";
            case 5 -> "was refused the connection; is a server listening there? (code 5)";
            case 6 -> "gave up, since it took too long (code 6)";
            case 7 -> "opens no connections (code 7)";
            case 8 -> "does not know this kind of address (code 8)";
            default -> "refused it (code " + code + ")";
        };
    }
}
