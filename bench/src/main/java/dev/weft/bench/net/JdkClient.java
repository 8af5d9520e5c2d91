package dev.weft.bench.net;

import dev.weft.bench.program.Arguments;
import dev.weft.bench.program.Stopwatch;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The JDK's HttpClient, with a hundred virtual threads that ask one after the other. */
final class JdkClient {
    private static final int AT_ONCE = WeftClient.AT_ONCE;

    private JdkClient() {}

    public static void main(String[] args) {
        Arguments arguments = Arguments.parse(args);
        Stopwatch.describe("the JDK's HttpClient", arguments);
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + arguments.parameter() + "/hello"))
                .build();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                HttpClient client = HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .executor(threads)
                        .build()) {
            Stopwatch.measure(arguments, work -> {
                List<Future<?>> all = new ArrayList<>();
                for (int i = 0; i < AT_ONCE; i++) {
                    all.add(threads.submit(() -> ask(client, request, work.operations() / AT_ONCE)));
                }
                all.forEach(JdkClient::await);
            });
        }
    }

    private static int ask(HttpClient client, HttpRequest request, int times) throws IOException, InterruptedException {
        for (int i = 0; i < times; i++) {
            if (client.send(request, BodyHandlers.ofByteArray()).body().length != Answers.BODY.length()) {
                throw new AssertionError("the body is not '" + Answers.BODY + "'");
            }
        }
        return times;
    }

    private static void await(Future<?> future) {
        try {
            future.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError("a client failed", e);
        }
    }
}
