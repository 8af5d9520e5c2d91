package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Task;
import dev.weft.Weft;
import dev.weft.testing.FakeEndpoint;
import dev.weft.testing.FakeNetwork;
import dev.weft.testing.LoopTest;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A protocol on a network that loses a third of the messages, in many orders: no message is lost for good. */
class ReliableSenderTest {
    private record Frame(int number, String text) {}

    private final Set<String> arrived = new TreeSet<>();
    private FakeNetwork network;
    private ReliableSender sender;
    private Task<?> receiving;

    @BeforeEach
    void connect(RandomGenerator random) {
        network = new FakeNetwork(random)
                .latency(Duration.ofMillis(1), Duration.ofMillis(80))
                .loss(0.3);
        FakeEndpoint<Integer> here = network.endpoint("sender", Integer.class);
        FakeEndpoint<Frame> there = network.endpoint("receiver", Frame.class);
        sender = new ReliableSender(
                new ReliableSender.Line() {
                    @Override
                    public void send(int number, String text) {
                        here.send("receiver", new Frame(number, text));
                    }

                    @Override
                    public int acknowledged() {
                        return here.receive().content();
                    }
                },
                Duration.ofMillis(100));
        receiving = Weft.spawn(() -> {
            while (true) {
                Frame frame = there.receive().content();
                arrived.add(frame.text());
                there.send("sender", frame.number());
            }
        });
    }

    @AfterEach
    void disconnect() {
        receiving.cancel("the test is over");
    }

    @LoopTest(schedules = 200)
    void everyMessageArrives() {
        for (int i = 0; i < 5; i++) {
            sender.send("message " + i);
        }
        assertThat(arrived).containsExactly("message 0", "message 1", "message 2", "message 3", "message 4");
    }

    @LoopTest
    void aPartitionOnlyMakesItLate() {
        network.partition("sender", "receiver");
        Task<?> healing = Weft.spawn(() -> {
            Weft.sleep(Duration.ofMinutes(1));
            network.heal();
        });
        assertThat(sender.send("late")).isGreaterThan(500);
        assertThat(arrived).containsExactly("late");
        healing.join();
    }
}
