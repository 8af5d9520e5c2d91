package dev.weft.examples.http;

import dev.weft.http.server.HttpServer;
import dev.weft.http.server.ServerBuilder;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import javax.net.ssl.SSLContext;

/**
 * Where the servers of these examples listen: at a port or a Unix-domain socket, and over TLS if the JVM was given a
 * key ({@code -Djavax.net.ssl.keyStore=...}).
 */
final class Listening {
    private static final String PORT = "8080";

    private Listening() {}

    /**
     * {@return a builder for a server}
     *
     * @param arguments of the program; the first one is a port, or the path of a socket, which has a slash in it
     */
    static ServerBuilder at(String[] arguments) {
        String where = arguments.length > 0 ? arguments[0] : PORT;
        ServerBuilder builder = HttpServer.builder();
        if (where.indexOf('/') >= 0) {
            builder.unixSocket(Path.of(where));
        } else {
            builder.port(Integer.parseInt(where));
        }
        if (System.getProperty("javax.net.ssl.keyStore") != null) {
            try {
                builder.tls(SSLContext.getDefault());
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(
                        "the key store that javax.net.ssl.keyStore names cannot be used: " + e.getMessage(), e);
            }
        }
        return builder;
    }

    /** {@return where a server listens, for people} */
    static String shown(HttpServer server, String path, String[] arguments) {
        boolean atSocket = arguments.length > 0 && arguments[0].indexOf('/') >= 0;
        return server.uri().resolve(path) + (atSocket ? " through the socket " + arguments[0] : "");
    }
}
