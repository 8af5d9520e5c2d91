package dev.weft.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weft.TaskGroup;
import dev.weft.TimedOutException;
import dev.weft.Weft;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

class FakeNetworkSeededTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private static String upperCase(FakeConnection connection, String line) throws IOException {
        OutputStream output = connection.output();
        output.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        return new BufferedReader(new InputStreamReader(connection.input(), StandardCharsets.UTF_8)).readLine();
    }

    private static Void serve(FakeListener listener) throws IOException {
        try (FakeConnection connection = listener.accept()) {
            var lines = new BufferedReader(new InputStreamReader(connection.input(), StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                connection
                        .output()
                        .write((line.toUpperCase(java.util.Locale.ROOT) + "\n").getBytes(StandardCharsets.UTF_8));
            }
        }
        return null;
    }

    @LoopTest(schedules = 200)
    void aStreamArrivesInOrderAndCompleteWhateverTheNetworkDoes(RandomGenerator random, TestClock clock)
            throws Exception {
        var network = new FakeNetwork(random)
                .latency(Duration.ofMillis(5), Duration.ofMillis(50))
                .loss(0.2);
        try (var listener = network.listen("server", 80);
                var group = TaskGroup.open()) {
            group.spawn(() -> serve(listener));
            try (FakeConnection connection = network.connect("client", "server", 80)) {
                for (int i = 0; i < 5; i++) {
                    assertThat(upperCase(connection, "line " + i)).isEqualTo("LINE " + i);
                }
            }
            group.join();
        }
        assertThat(clock.now()).isBetween(Duration.ofMillis(50), Duration.ofMinutes(1));
    }

    @LoopTest
    void aPartitionHoldsAStreamUpUntilItHeals(RandomGenerator random) throws Exception {
        var network = new FakeNetwork(random).latency(Duration.ofMillis(1), Duration.ofMillis(1));
        try (var listener = network.listen("server", 80);
                var group = TaskGroup.open()) {
            group.spawn(() -> serve(listener));
            try (FakeConnection connection = network.connect("client", "server", 80)) {
                network.partition("server", "client");
                connection.output().write("hello\n".getBytes(StandardCharsets.UTF_8));
                assertThatThrownBy(() -> Weft.withTimeout(
                                SECOND, () -> connection.input().read()))
                        .isInstanceOf(TimedOutException.class);
                network.heal();
                assertThat(connection.input().readNBytes(6)).asString().isEqualTo("HELLO\n");
            }
            group.join();
        }
    }

    @LoopTest
    void messagesAreLostAndOvertakeEachOther(RandomGenerator random) {
        var network = new FakeNetwork(random).latency(Duration.ZERO, SECOND).loss(0.3);
        FakeEndpoint<Integer> sender = network.endpoint("a", Integer.class);
        FakeEndpoint<Integer> receiver = network.endpoint("b", Integer.class);
        for (int i = 0; i < 100; i++) {
            sender.send("b", i);
        }
        List<Integer> received = new ArrayList<>();
        Weft.sleep(SECOND);
        for (var message = receiver.tryReceive(); message != null; message = receiver.tryReceive()) {
            assertThat(message.from()).isEqualTo("a");
            received.add(message.content());
        }
        assertThat(received).hasSizeBetween(50, 90).doesNotHaveDuplicates();
        assertThat(received).isNotEqualTo(received.stream().sorted().toList());

        network.partition("a", "b");
        sender.send("b", 1);
        assertThatThrownBy(() -> Weft.withTimeout(SECOND, receiver::receive)).isInstanceOf(TimedOutException.class);
    }

    @LoopTest
    void theSameSeedMakesTheSameNetwork() {
        assertThat(arrivals(new java.util.SplittableRandom(3))).isEqualTo(arrivals(new java.util.SplittableRandom(3)));
    }

    private static List<Integer> arrivals(RandomGenerator random) {
        var network = new FakeNetwork(random).latency(Duration.ZERO, SECOND).loss(0.3);
        FakeEndpoint<Integer> sender = network.endpoint("a", Integer.class);
        FakeEndpoint<Integer> receiver = network.endpoint("b", Integer.class);
        for (int i = 0; i < 20; i++) {
            sender.send("b", i);
        }
        Weft.sleep(SECOND);
        List<Integer> received = new ArrayList<>();
        for (var message = receiver.tryReceive(); message != null; message = receiver.tryReceive()) {
            received.add(message.content());
        }
        return received;
    }

    @LoopTest
    void nobodyListens(RandomGenerator random) {
        assertThatThrownBy(() -> new FakeNetwork(random).connect("a", "b", 1)).isInstanceOf(ConnectException.class);
    }

    @LoopTest
    void aPairEndsWhereItIsClosed() throws Exception {
        FakeConnection.Pair pair = FakeConnection.pair();
        pair.left().output().write(new byte[] {1, 2, 3});
        pair.left().output().close();

        assertThat(pair.right().input().readAllBytes()).containsExactly(1, 2, 3);
        assertThat(pair.right().input().read()).isEqualTo(-1);
        pair.right().output().write(4);
        assertThat(pair.left().input().read()).isEqualTo(4);

        pair.left().close();
        assertThat(catchThrowable(() -> pair.right().output().write(5)))
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("broken pipe");
        assertThat(catchThrowable(() -> pair.left().input().read())).isInstanceOf(SocketException.class);
    }

    @LoopTest
    void aClosedListenerTellsWhoAccepts(RandomGenerator random) {
        var network = new FakeNetwork(random);
        FakeListener listener = network.listen("server", 80);
        try (var group = TaskGroup.open()) {
            var accepting = group.spawn(() -> catchThrowable(listener::accept));
            Weft.sleep(SECOND);
            listener.close();
            assertThat(accepting.await()).isInstanceOf(SocketException.class);
        }
        assertThat(catchThrowable(listener::accept)).isInstanceOf(SocketException.class);
    }
}
