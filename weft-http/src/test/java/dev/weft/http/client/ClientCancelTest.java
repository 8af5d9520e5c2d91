package dev.weft.http.client;

import static dev.weft.http.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Task;
import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.http.Platform;
import dev.weft.http.ScriptedServer;
import dev.weft.http.TestNames;
import java.time.Duration;
import java.util.ArrayList;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What is left of a request that is cancelled: nothing, wherever it was. */
@ParameterizedClass
@EnumSource(Platform.class)
@Timeout(60)
class ClientCancelTest extends PlatformCase {

    /** Cancels a request once it is where it is to be cancelled, and checks that nothing is left of it. */
    private void assertCancelLeavesNothing(String url, SessionBuilder builder, BooleanSupplier there) throws Exception {
        platform.run(() -> {
            try (var session = builder.open();
                    var group = TaskGroup.open()) {
                Task<ClientResponse> task = group.spawn(() -> session.get(url));
                await("the request is there", there);
                task.cancel("enough");
                assertThatThrownBy(task::await)
                        .isInstanceOf(CancellationException.class)
                        .hasMessageContaining("enough");
                assertThat(session.connections().open())
                        .as("connections when get has ended")
                        .isZero();
                assertThat(session.connections().waiting()).isZero();
            }
        });
    }

    @Test
    void cancelDuringTheLookUpLeavesNothing() throws Exception {
        long begin = System.nanoTime();
        assertCancelLeavesNothing(
                "http://" + TestNames.neverFound() + "/",
                ClientSession.builder(),
                () -> System.nanoTime() - begin > 30_000_000);
    }

    @Test
    void cancelWhileConnectingLeavesNothing() throws Exception {
        try (var hole = new BlackHole()) {
            long begin = System.nanoTime();
            assertCancelLeavesNothing(
                    "http://127.0.0.1:" + hole.address().getPort(),
                    ClientSession.builder(),
                    () -> System.nanoTime() - begin > 30_000_000);
        }
    }

    @Test
    void cancelDuringTheHandshakeLeavesNothing() throws Exception {
        try (var server = new ScriptedServer((number, connection) -> connection.awaitClose())) {
            assertCancelLeavesNothing(
                    server.url().replace("http:", "https:"), ClientSession.builder(), () -> server.accepted() == 1);
            awaitEnd(server);
        }
    }

    @Test
    void cancelBeforeTheResponseLeavesNothing() throws Exception {
        var asked = new AtomicInteger();
        try (var server = new ScriptedServer((number, connection) -> {
            connection.request();
            asked.incrementAndGet();
            connection.awaitClose();
        })) {
            assertCancelLeavesNothing(server.url(), ClientSession.builder(), () -> asked.get() == 1);
            awaitEnd(server);
        }
    }

    @Test
    void cancelInTheMiddleOfTheBodyLeavesNothing() throws Exception {
        var sent = new AtomicInteger();
        try (var server = new ScriptedServer((number, connection) -> {
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + "x".repeat(50_000));
            sent.incrementAndGet();
            connection.awaitClose();
        })) {
            assertCancelLeavesNothing(server.url(), ClientSession.builder(), () -> sent.get() == 1);
            awaitEnd(server);
        }
    }

    @Test
    void cancelInTheLineGivesThePlaceToTheNext() throws Exception {
        var release = new CountDownLatch(1);
        try (var server = new ScriptedServer((number, connection) -> {
            while (connection.request() != null) {
                release.await();
                connection.respond("ok");
            }
        })) {
            platform.run(() -> {
                try (var session =
                                ClientSession.builder().limit(1).limitPerHost(1).open();
                        var group = TaskGroup.open()) {
                    var tasks = new ArrayList<Task<ClientResponse>>();
                    for (int i = 0; i < 10; i++) {
                        tasks.add(group.spawn(() -> session.get(server.url())));
                    }
                    Weft.sleep(Duration.ZERO);
                    for (int i = 1; i < 10; i += 2) {
                        tasks.get(i).cancel("every other");
                    }
                    await("they have left", () -> session.connections().waiting() == 4);
                    release.countDown();
                    group.join();
                    for (int i = 0; i < 10; i++) {
                        assertThat(tasks.get(i).isCancelled()).isEqualTo(i % 2 == 1);
                    }
                    assertNothingHeld(session);
                }
            });
        }
    }

    @Test
    void cancelAtAnyMomentLeaksNeitherPlacesNorConnections() throws Exception {
        try (var server = new ScriptedServer((number, connection) -> {
            for (int i = 0; connection.request() != null; i++) {
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n");
                Thread.sleep(0, 200_000);
                connection.send("x".repeat(2000));
                if (i % 5 == 4) {
                    return;
                }
            }
        })) {
            platform.run(() -> {
                var random = new SplittableRandom(7);
                try (var session =
                        ClientSession.builder().limit(6).limitPerHost(5).open()) {
                    for (int round = 0; round < 10; round++) {
                        try (var group = TaskGroup.open()) {
                            var tasks = new ArrayList<Task<ClientResponse>>();
                            for (int i = 0; i < 40; i++) {
                                tasks.add(group.spawn(() -> session.get(server.url())));
                            }
                            for (int i = 0; i < 30; i++) {
                                Weft.sleep(Duration.ofNanos(random.nextLong(500_000)));
                                tasks.get(random.nextInt(40)).cancel("at random");
                            }
                            group.join();
                            assertThat(tasks.stream().filter(task -> !task.isCancelled()))
                                    .allMatch(task -> task.result().bytes().length == 2000);
                        }
                        assertNothingHeld(session);
                        assertThat(session.connections().open()).isLessThanOrEqualTo(5);
                    }
                }
                awaitEnd(server);
            });
        }
    }
}
