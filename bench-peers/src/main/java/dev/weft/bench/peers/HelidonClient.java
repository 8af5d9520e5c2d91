package dev.weft.bench.peers;

import dev.weft.bench.program.Arguments;
import dev.weft.bench.program.Stopwatch;
import io.helidon.common.Version;
import io.helidon.webclient.api.WebClient;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.logging.LogManager;

/** Helidon's client, with a hundred virtual threads that ask one after the other. */
final class HelidonClient {
    private static final int AT_ONCE = 100;
    private static final int BODY_LENGTH = "Hello, World!".length();

    private HelidonClient() {}

    public static void main(String[] args) {
        Arguments arguments = Arguments.parse(args);
        LogManager.getLogManager().reset(); // it tells of its features
        Stopwatch.describe("Helidon " + Version.VERSION, arguments);
        WebClient client = WebClient.builder()
                .baseUri("http://127.0.0.1:" + arguments.parameter())
                .connectionCacheSize(AT_ONCE)
                .build();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Stopwatch.measure(arguments, work -> {
                List<Future<?>> all = new ArrayList<>();
                for (int i = 0; i < AT_ONCE; i++) {
                    all.add(threads.submit(() -> ask(client, work.operations() / AT_ONCE)));
                }
                all.forEach(HelidonClient::await);
            });
        }
        client.closeResource();
    }

    private static void ask(WebClient client, int times) {
        for (int i = 0; i < times; i++) {
            try (var response = client.get("/hello").request()) {
                if (response.entity().as(byte[].class).length != BODY_LENGTH) {
                    throw new AssertionError("the body does not have " + BODY_LENGTH + " bytes");
                }
            }
        }
    }

    private static void await(Future<?> future) {
        try {
            future.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError("a client failed", e);
        }
    }
}
