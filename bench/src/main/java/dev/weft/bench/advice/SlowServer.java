package dev.weft.bench.advice;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A server on loopback that answers after a wait of 20 ms in the median, the same for a page every time. */
final class SlowServer implements AutoCloseable {
    private static final double MEDIAN_MILLIS = 20;
    private static final double SPREAD = 0.4;
    private static final int PAGE = 8 * 1024;

    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;

    SlowServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_024);
        server.setExecutor(executor);
        server.createContext("/", exchange -> {
            String path = exchange.getRequestURI().getPath();
            try (exchange) {
                Thread.sleep((long) (MEDIAN_MILLIS * Math.exp(SPREAD * new Random(path.hashCode()).nextGaussian())));
                byte[] page = path.repeat(PAGE / path.length()).getBytes(StandardCharsets.US_ASCII);
                exchange.sendResponseHeaders(200, page.length);
                exchange.getResponseBody().write(page);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        server.start();
    }

    String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }
}
