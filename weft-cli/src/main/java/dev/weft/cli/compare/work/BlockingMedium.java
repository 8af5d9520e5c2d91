package dev.weft.cli.compare.work;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;

/**
 * Waits by blocking: the thread does nothing else meanwhile. Platform threads and virtual threads run the same code;
 * only what a blocked thread costs differs.
 */
public final class BlockingMedium implements Medium {
    /** How long a host may take to accept a connection, and to send the next bytes. */
    public static final int TIMEOUT_MILLIS = 5_000;

    static {
        // The JDK's client keeps 5 idle connections for each host and drops them after 5 seconds, so that most requests
        // of
        // 64 threads would open a new one. It reads these once, when it is first used.
        System.setProperty("http.maxConnections", "1024");
        System.setProperty("http.keepAlive.time.server", "600");
    }

    /** Makes the medium; all of them share the JDK's idle connections. */
    public BlockingMedium() {}

    @Override
    public byte[] fetch(URI uri) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
        connection.setConnectTimeout(TIMEOUT_MILLIS);
        connection.setReadTimeout(TIMEOUT_MILLIS);
        int status = connection.getResponseCode();
        if (status != HttpURLConnection.HTTP_OK) {
            try (InputStream error = connection.getErrorStream()) {
                if (error != null) {
                    error.readAllBytes(); // an answer that is left unread would cost the connection
                }
            }
            throw new IOException("expected status 200, found " + status);
        }
        try (InputStream body = connection.getInputStream()) {
            return body.readAllBytes();
        }
    }

    @Override
    public <T> T block(BlockingCall<T> call) throws IOException {
        return call.call();
    }
}
