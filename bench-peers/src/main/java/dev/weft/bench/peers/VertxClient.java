package dev.weft.bench.peers;

import dev.weft.bench.program.Arguments;
import dev.weft.bench.program.Stopwatch;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import java.util.ArrayList;
import java.util.List;

/** Vert.x's client on one event loop: a hundred chains of callbacks that ask one after the other. */
final class VertxClient {
    private static final int AT_ONCE = 100;
    private static final int BODY_LENGTH = "Hello, World!".length();

    private VertxClient() {}

    public static void main(String[] args) {
        Arguments arguments = Arguments.parse(args);
        Vertx vertx = OneLoop.open();
        Stopwatch.describe(OneLoop.describe(vertx), arguments);
        HttpClient client = vertx.createHttpClient(
                new HttpClientOptions().setDefaultHost("127.0.0.1").setDefaultPort(arguments.parameter()),
                new PoolOptions().setHttp1MaxSize(AT_ONCE));
        Stopwatch.measure(arguments, work -> {
            Promise<Void> done = Promise.promise();
            vertx.runOnContext(_ -> {
                List<Future<Void>> all = new ArrayList<>();
                for (int i = 0; i < AT_ONCE; i++) {
                    var chain = new Chain(client, work.operations() / AT_ONCE);
                    chain.ask();
                    all.add(chain.done.future());
                }
                Future.all(all).<Void>mapEmpty().onComplete(done);
            });
            OneLoop.await(done.future());
        });
        OneLoop.await(vertx.close());
    }

    /** So many requests, each after the answer to the one before. */
    private static final class Chain {
        private final Promise<Void> done = Promise.promise();
        private final HttpClient client;
        private int left;

        Chain(HttpClient client, int times) {
            this.client = client;
            this.left = times;
        }

        void ask() {
            if (left == 0) {
                done.complete();
                return;
            }
            left--;
            client.request(HttpMethod.GET, "/hello")
                    .compose(HttpClientRequest::send)
                    .compose(HttpClientResponse::body)
                    .onSuccess(this::answered)
                    .onFailure(done::tryFail);
        }

        private void answered(Buffer body) {
            if (body.length() == BODY_LENGTH) {
                ask();
            } else {
                done.fail(new AssertionError("the body has " + body.length() + " bytes"));
            }
        }
    }
}
