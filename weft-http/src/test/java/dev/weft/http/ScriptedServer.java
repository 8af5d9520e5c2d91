package dev.weft.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A server of plain blocking sockets that does to each connection what a script says, and counts connections. */
public final class ScriptedServer implements AutoCloseable {
    /** What to do with one connection; the socket is closed afterwards. */
    @FunctionalInterface
    public interface Script {
        /**
         * Serves a connection.
         *
         * @param number how many connections came before
         * @param connection the connection
         */
        void serve(int number, Connection connection) throws Exception;
    }

    /** The server's end of a connection. */
    public static final class Connection {
        private final Socket socket;
        private final InputStream in;
        private final OutputStream out;

        Connection(Socket socket) throws IOException {
            this.socket = socket;
            this.in = socket.getInputStream();
            this.out = socket.getOutputStream();
        }

        /** {@return the header of the next request, or null if the client has closed} */
        public String request() throws IOException {
            var header = new StringBuilder();
            while (header.length() < 4 || !header.substring(header.length() - 4).equals("\r\n\r\n")) {
                int c = in.read();
                if (c < 0) {
                    return null;
                }
                header.append((char) c);
            }
            return header.toString();
        }

        public void send(String text) throws IOException {
            send(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        public void send(byte[] bytes) throws IOException {
            out.write(bytes);
            out.flush();
        }

        /** Sends a whole response. */
        public void respond(String body) throws IOException {
            send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
        }

        /** {@return what the client sends} */
        public InputStream in() {
            return in;
        }

        /** Passes on what the client sends, and what comes back, until one side closes; then both are closed. */
        public void relay(Socket target) throws IOException {
            try (target) {
                Thread.ofPlatform().daemon().start(() -> {
                    try (target;
                            socket) {
                        target.getInputStream().transferTo(out);
                    } catch (IOException e) {
                        // one of them closed
                    }
                });
                in.transferTo(target.getOutputStream());
            }
        }

        /** Waits until the client closes; whatever it sends is dropped. */
        public void awaitClose() throws IOException {
            in.transferTo(OutputStream.nullOutputStream());
        }

        /** Closes so that the client sees a reset. */
        public void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }
    }

    private final ServerSocket listening;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger mostOpen = new AtomicInteger();

    public ScriptedServer(Script script) throws IOException {
        this(new ServerSocket(0, 1024, InetAddress.getLoopbackAddress()), script);
    }

    /** Serves a socket, which is closed with this. */
    public ScriptedServer(ServerSocket listening, Script script) {
        this.listening = listening;
        Thread.ofPlatform().daemon().name("scripted-server").start(() -> accept(script));
    }

    private void accept(Script script) {
        try {
            while (true) {
                Socket socket = listening.accept();
                sockets.add(socket);
                int number = accepted.getAndIncrement();
                mostOpen.accumulateAndGet(open.incrementAndGet(), Math::max);
                Thread.ofPlatform().daemon().start(() -> serve(script, number, socket));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void serve(Script script, int number, Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            script.serve(number, new Connection(socket));
        } catch (IOException e) {
            // the client closed first
        } catch (Exception e) {
            throw new IllegalStateException("the script failed", e);
        } finally {
            sockets.remove(socket);
            open.decrementAndGet();
        }
    }

    /** {@return a script that gives the same response to each request, and keeps the connection alive} */
    public static Script keepAlive(String body) {
        return (number, connection) -> {
            while (connection.request() != null) {
                connection.respond(body);
            }
        };
    }

    /** {@return a script that answers one request with these bytes and closes} */
    public static Script once(String response) {
        return (number, connection) -> {
            connection.request();
            connection.send(response);
        };
    }

    public String url() {
        return "http://127.0.0.1:" + listening.getLocalPort() + "/";
    }

    public int port() {
        return listening.getLocalPort();
    }

    public int accepted() {
        return accepted.get();
    }

    public int open() {
        return open.get();
    }

    public int mostOpen() {
        return mostOpen.get();
    }

    @Override
    public void close() throws IOException {
        listening.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
