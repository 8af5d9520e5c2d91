package dev.weft.bench.net;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;

/**
 * What the JDK has: plain sockets on virtual threads, and its small HTTP server with a virtual thread for each request.
 */
final class JdkServer {
    private static final int BUFFER = 16 * 1024;
    private static final int BACKLOG = 1024;
    private static final int OK = 200;

    private JdkServer() {}

    public static void main(String[] arguments) throws IOException {
        switch (arguments[0]) {
            case "echo" -> {
                try (var listening = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress())) {
                    Thread.startVirtualThread(() -> accept(listening));
                    Serving.announce("virtual threads", listening.getLocalPort());
                    Serving.untilInputEnds();
                }
            }
            case "http" -> {
                byte[] body = Answers.BODY.getBytes(StandardCharsets.US_ASCII);
                HttpServer server =
                        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
                server.createContext("/hello", exchange -> {
                    exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
                    exchange.sendResponseHeaders(OK, body.length);
                    exchange.getResponseBody().write(body);
                    exchange.close();
                });
                server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
                server.start();
                Serving.announce("the JDK's HttpServer", server.getAddress().getPort());
                Serving.untilInputEnds();
                server.stop(0);
            }
            default -> throw new IllegalArgumentException("there is no server '" + arguments[0] + "'");
        }
    }

    private static void accept(ServerSocket listening) {
        try {
            while (true) {
                Socket socket = listening.accept();
                socket.setTcpNoDelay(true);
                Thread.startVirtualThread(() -> echo(socket));
            }
        } catch (IOException e) {
            // closed: all is measured
        }
    }

    private static void echo(Socket socket) {
        byte[] buffer = new byte[BUFFER];
        try (socket;
                InputStream in = socket.getInputStream();
                OutputStream out = socket.getOutputStream()) {
            for (int count = in.read(buffer); count > 0; count = in.read(buffer)) {
                out.write(buffer, 0, count);
            }
        } catch (IOException e) {
            // the client has left
        }
    }
}
