package dev.weft.http.client;

import dev.weft.http.client.ProxyServer.Credentials;
import io.netty.util.NetUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What is said to a SOCKS proxy of version 4a to have it open the way to a host. The proxy looks the name up, and is
 * told who asks whether it wants to know or not.
 */
final class Socks4a {
    private static final int VERSION = 4;
    private static final int CONNECT = 1;
    private static final int LONGEST = 255;
    private static final int GRANTED = 90;

    /** An address that is none: the name follows. */
    private static final byte[] NAME_FOLLOWS = {0, 0, 0, 1};

    private Socks4a() {}

    /**
     * {@return who asks, as it is sent}
     *
     * @throws IllegalArgumentException if that cannot be sent
     */
    static byte[] encoded(Credentials credentials) {
        byte[] user = credentials.user().getBytes(StandardCharsets.UTF_8);
        if (!credentials.password().isEmpty()) {
            throw new IllegalArgumentException(
                    "a SOCKS proxy of version 4a is told a name and no password; leave the password empty");
        }
        if (user.length > LONGEST || credentials.user().indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a name for a SOCKS proxy of version 4a has at most " + LONGEST
                    + " bytes in UTF-8 and none that is zero, and this one had " + user.length);
        }
        return user;
    }

    /**
     * Asks for the way.
     *
     * @throws Socks5.Refused if the proxy does not open it
     * @throws IOException what reading throws
     */
    static void open(Socks5.Wire wire, String host, int port, @Nullable Credentials credentials) throws IOException {
        var out = new ByteArrayOutputStream();
        out.write(VERSION);
        out.write(CONNECT);
        out.write(port >> 8);
        out.write(port);
        byte[] address = NetUtil.createByteArrayFromIpAddressString(host);
        if (address != null && address.length != NAME_FOLLOWS.length) {
            throw new Socks5.Refused("cannot be asked for " + host + ": version 4a of SOCKS knows no IPv6");
        }
        out.writeBytes(address == null ? NAME_FOLLOWS : address);
        out.writeBytes(credentials == null ? new byte[0] : encoded(credentials));
        out.write(0);
        if (address == null) {
            byte[] name = host.getBytes(StandardCharsets.US_ASCII);
            if (name.length > LONGEST) {
                throw new Socks5.Refused("cannot be asked for a host of " + name.length + " characters");
            }
            out.writeBytes(name);
            out.write(0);
        }
        wire.send(out.toByteArray());
        byte[] answer = wire.read(2);
        if (answer[0] != 0) {
            throw new Socks5.Refused(
                    "does not speak version 4a of SOCKS: its answer begins with " + (answer[0] & 0xFF) + " and not 0");
        }
        int code = answer[1] & 0xFF;
        if (code != GRANTED) {
            throw new Socks5.Refused(reason(code));
        }
        wire.read(2 + NAME_FOLLOWS.length); // where it has connected from: of no use here
    }

    private static String reason(int code) {
        return switch (code) {
            case 91 -> "rejected it or failed (code 91)";
            case 92 -> "could not ask this machine who asks (code 92)";
            case 93 -> "was told another name by this machine than by the request (code 93)";
            default -> "refused it (code " + code + ")";
        };
    }
}
