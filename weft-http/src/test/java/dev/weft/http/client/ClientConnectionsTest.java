package dev.weft.http.client;

import static dev.weft.http.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.http.Platform;
import dev.weft.http.ScriptedServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Which connections a session keeps, opens and waits for, and when it uses another one. */
@ParameterizedClass
@EnumSource(Platform.class)
@Timeout(60)
class ClientConnectionsTest extends PlatformCase {
    // ---- keeping connections

    @Test
    @DisplayName("H001 requests in turn share one pooled connection")
    void requestsInTurnShareOneConnection() throws Exception {
        try (var server = new ScriptedServer(ScriptedServer.keepAlive("ok"))) {
            platform.run(() -> {
                try (var session = ClientSession.open()) {
                    for (int i = 0; i < 10; i++) {
                        assertThat(session.get(server.url()).text()).isEqualTo("ok");
                    }
                    assertThat(session.connections()).isEqualTo(new ClientSession.Connections(1, 1, 0, 1, 9));
                }
                await("the server sees the end", () -> server.open() == 0);
            });
            assertThat(server.accepted()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"HTTP/1.1, close", "HTTP/1.0, x"})
    @DisplayName("H002 a response that announces the close leaves nothing in the pool")
    void aResponseThatAnnouncesTheEndLeavesNothingInThePool(String version, String connectionHeader) throws Exception {
        try (var server = new ScriptedServer((number, connection) -> {
            connection.request();
            connection.send(version + " 200 OK\r\nConnection: " + connectionHeader + "\r\nContent-Length: 2\r\n\r\nok");
            connection.awaitClose();
        })) {
            platform.run(() -> {
                try (var session = ClientSession.open()) {
                    for (int i = 0; i < 3; i++) {
                        assertThat(session.get(server.url()).text()).isEqualTo("ok");
                    }
                    await("all is closed", () -> session.connections().open() == 0);
                }
                assertThat(server.accepted()).isEqualTo(3);
            });
        }
    }

    @Test
    void anIdleConnectionThatTheServerClosesIsNotUsedAgain() throws Exception {
        try (var server = new ScriptedServer((number, connection) -> {
            connection.request();
            connection.respond("ok");
        })) {
            platform.run(() -> {
                try (var session = ClientSession.open()) {
                    for (int i = 0; i < 3; i++) {
                        session.get(server.url());
                        await("the end is noticed", () -> session.connections().open() == 0);
                    }
                    assertThat(session.connections().reused()).isZero();
                }
            });
        }
    }

    @Test
    void aConnectionOnWhichTheServerSaysMoreThanItWasAskedIsNotUsedAgain() throws Exception {
        var more = new CountDownLatch(1);
        try (var server = new ScriptedServer((number, connection) -> {
            connection.request();
            connection.respond("ok");
            more.await();
            connection.send("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
            connection.awaitClose();
        })) {
            platform.run(() -> {
                try (var session = ClientSession.open()) {
                    session.get(server.url());
                    assertThat(session.connections().idle()).isEqualTo(1);
                    more.countDown();
                    await("it is closed", () -> session.connections().open() == 0);
                }
            });
        }
    }

    @Test
    void aConnectionIsKeptForItsTimeOnly() throws Exception {
        try (var server = new ScriptedServer(ScriptedServer.keepAlive("ok"))) {
            platform.run(() -> {
                try (var session = ClientSession.builder().keepAlive(SHORT).open()) {
                    try (var group = TaskGroup.open()) {
                        for (int i = 0; i < 3; i++) {
                            group.spawn(() -> session.get(server.url()));
                        }
                        group.join();
                    }
                    assertThat(session.connections().idle()).isEqualTo(3);
                    await("all are closed", () -> session.connections().open() == 0);
                    await("the server sees it", () -> server.open() == 0);
                }
            });
        }
    }

    @Test
    @DisplayName("H006 an idle connection carries no read time-out and stays usable")
    void anIdleConnectionCarriesNoReadTimeout() throws Exception {
        try (var server = new ScriptedServer(ScriptedServer.keepAlive("ok"))) {
            platform.run(() -> {
                Duration limit = Duration.ofMillis(400); // more than a busy machine takes to answer
                try (var session = ClientSession.builder().readTimeout(limit).open()) {
                    session.get(server.url());
                    Weft.sleep(limit.multipliedBy(2));
                    session.get(server.url());
                    assertThat(server.accepted()).isEqualTo(1);
                }
            });
        }
    }

    // ---- limits and fairness

    @Test
    @DisplayName("H026 fifty requests under a limit of two never open more than two connections")
    void fiftyRequestsUnderALimitOfTwoNeverOpenMoreThanTwoConnections() throws Exception {
        try (var server = new ScriptedServer(ScriptedServer.keepAlive("ok"))) {
            platform.run(() -> {
                try (var session = ClientSession.builder().limit(2).open();
                        var group = TaskGroup.open()) {
                    for (int i = 0; i < 50; i++) {
                        group.spawn(() -> session.get(server.url()));
                    }
                    Weft.sleep(Duration.ZERO);
                    assertThat(session.connections().waiting()).isEqualTo(48);
                    group.join();
                    assertNothingHeld(session);
                }
            });
            assertThat(server.mostOpen()).isEqualTo(2);
            assertThat(server.accepted()).isEqualTo(2);
        }
    }

    @Test
    void requestsAreServedInTheOrderInWhichTheyCame() throws Exception {
        var order = Collections.synchronizedList(new ArrayList<String>());
        try (var server = new ScriptedServer((number, connection) -> {
            for (String request = connection.request(); request != null; request = connection.request()) {
                order.add(request.substring("GET /".length(), request.indexOf(' ', 5)));
                if (order.size() % 3 == 0) {
                    return; // the next in line needs a new connection
                }
                connection.respond("ok");
            }
        })) {
            var expected = new ArrayList<String>();
            platform.run(() -> {
                try (var session = ClientSession.builder().limit(1).open();
                        var group = TaskGroup.open()) {
                    for (int i = 0; i < 40; i++) {
                        int number = i;
                        expected.add(String.valueOf(i));
                        group.spawn(() -> {
                            try {
                                session.get(server.url() + number);
                            } catch (RequestException e) {
                                // the server closed instead
                            }
                        });
                    }
                    group.join();
                }
            });
            assertThat(order.stream().distinct()).containsExactlyElementsOf(expected);
        }
    }

    @Test
    void requestsThatWaitForABusyHostHoldUpNobodyElse() throws Exception {
        var release = new CountDownLatch(1);
        try (var busy = new ScriptedServer((number, connection) -> {
                    while (connection.request() != null) {
                        release.await();
                        connection.respond("late");
                    }
                });
                var free = new ScriptedServer(ScriptedServer.keepAlive("ok"))) {
            platform.run(() -> {
                try (var session =
                                ClientSession.builder().limit(3).limitPerHost(1).open();
                        var group = TaskGroup.open()) {
                    for (int i = 0; i < 10; i++) {
                        group.spawn(
                                () -> assertThat(session.get(busy.url()).text()).isEqualTo("late"));
                    }
                    Weft.sleep(Duration.ZERO);
                    for (int i = 0; i < 10; i++) {
                        assertThat(session.get(free.url()).text()).isEqualTo("ok");
                    }
                    assertThat(session.connections().waiting()).isEqualTo(9);
                    release.countDown();
                    group.join();
                    assertNothingHeld(session);
                }
            });
            assertThat(busy.mostOpen()).isEqualTo(1);
            assertThat(free.mostOpen()).isEqualTo(1);
        }
    }

    @Test
    void anIdleConnectionMakesRoomForAnotherHost() throws Exception {
        try (var one = new ScriptedServer(ScriptedServer.keepAlive("one"));
                var two = new ScriptedServer(ScriptedServer.keepAlive("two"))) {
            platform.run(() -> {
                try (var session = ClientSession.builder().limit(1).open()) {
                    for (int i = 0; i < 5; i++) {
                        assertThat(session.get(one.url()).text()).isEqualTo("one");
                        assertThat(session.get(two.url()).text()).isEqualTo("two");
                        assertThat(session.connections().open()).isEqualTo(1);
                    }
                }
            });
            assertThat(one.accepted()).isEqualTo(5);
            assertThat(two.accepted()).isEqualTo(5);
        }
    }

    // ---- sending again

    @Test
    void aRequestOnAKeptConnectionThatTheServerClosesInsteadOfAnsweringIsSentOnceMore() throws Exception {
        try (var server = new ScriptedServer((number, connection) -> {
            connection.request();
            connection.respond("first of " + number);
            connection.request(); // and never answers that one
        })) {
            platform.run(() -> {
                try (var session = ClientSession.open()) {
                    assertThat(session.get(server.url()).text()).isEqualTo("first of 0");
                    assertThat(session.get(server.url()).text()).isEqualTo("first of 1");
                    assertThat(session.connections().opened()).isEqualTo(2);
                }
            });
        }
    }

    @Test
    void aSecondConnectionThatIsClosedTooIsTheEnd() throws Exception {
        try (var server = new ScriptedServer((number, connection) -> {
            connection.request();
            if (number == 0) {
                connection.respond("ok");
                connection.request();
            }
        })) {
            platform.run(() -> {
                try (var session = ClientSession.open()) {
                    session.get(server.url());
                    assertThat(failure(session, server.url()))
                            .hasMessageContaining("without a response")
                            .hasMessageContaining("attempt 2");
                    assertThat(session.connections().open()).isZero();
                }
            });
            assertThat(server.accepted()).isEqualTo(2);
        }
    }

    @Test
    void aRequestIsNotSentAgainOnceAByteOfTheResponseCame() throws Exception {
        try (var server = new ScriptedServer((number, connection) -> {
            connection.request();
            connection.respond("ok");
            connection.request();
            connection.send("H");
        })) {
            platform.run(() -> {
                try (var session = ClientSession.open()) {
                    session.get(server.url());
                    assertThat(failure(session, server.url()))
                            .hasMessageContaining("in the middle of the header")
                            .hasMessageContaining("attempt 1");
                }
            });
            assertThat(server.accepted()).isEqualTo(1);
        }
    }

    @Test
    void aServerThatClosesAtRandomBetweenResponsesLosesNoRequest() throws Exception {
        var random = new SplittableRandom(42);
        try (var server = new ScriptedServer((number, connection) -> {
            while (connection.request() != null) {
                connection.respond("ok");
                boolean enough;
                synchronized (random) {
                    enough = random.nextInt(4) == 0;
                }
                if (enough) {
                    return;
                }
            }
        })) {
            platform.run(() -> {
                try (var session = ClientSession.builder().limit(8).open();
                        var group = TaskGroup.open()) {
                    for (int i = 0; i < 40; i++) {
                        group.spawn(() -> {
                            for (int n = 0; n < 20; n++) {
                                assertThat(session.get(server.url()).text()).isEqualTo("ok");
                            }
                        });
                    }
                    group.join();
                    assertNothingHeld(session);
                }
            });
            assertThat(server.mostOpen()).isBetween(1, 16); // the server notices an end later than the client
        }
    }
}
