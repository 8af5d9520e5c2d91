package dev.weft.bench.net;

import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.bench.program.Arguments;
import dev.weft.bench.program.Stopwatch;
import dev.weft.http.client.ClientSession;
import dev.weft.net.Transport;
import java.net.URI;

/** Weft's client: one session, and a hundred coroutines that ask one after the other. */
final class WeftClient {
    static final int AT_ONCE = 100;

    private WeftClient() {}

    public static void main(String[] args) throws Exception {
        Arguments arguments = Arguments.parse(args);
        URI url = URI.create("http://127.0.0.1:" + arguments.parameter() + "/hello");
        Weft.run(() -> {
            Stopwatch.describe("Weft, " + Transport.selected().label(), arguments);
            try (var session = ClientSession.builder().limit(AT_ONCE).open()) {
                Stopwatch.measure(arguments, work -> {
                    try (var group = TaskGroup.open()) {
                        for (int i = 0; i < AT_ONCE; i++) {
                            group.spawn(() -> ask(session, url, work.operations() / AT_ONCE));
                        }
                        group.join();
                    }
                });
            }
        });
    }

    private static void ask(ClientSession session, URI url, int times) {
        for (int i = 0; i < times; i++) {
            if (session.get(url).bytes().length != Answers.BODY.length()) {
                throw new AssertionError("the body is not '" + Answers.BODY + "'");
            }
        }
    }
}
