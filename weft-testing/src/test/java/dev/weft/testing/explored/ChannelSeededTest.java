package dev.weft.testing.explored;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.sync.Channel;
import dev.weft.sync.EndOfChannelException;
import dev.weft.sync.Select;
import dev.weft.testing.LoopTest;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;

/** Senders and receivers, plain, impatient and by select, on a channel that hands over and one that keeps an item. */
class ChannelSeededTest {
    private static final int SCHEDULES = 300;
    private static final int ITEMS = 3;

    private final Channel<String> handing = Channel.rendezvous();
    private final Channel<String> keeping = Channel.bounded(1);
    private final List<String> sent = new ArrayList<>();
    private final List<String> received = new ArrayList<>();

    @LoopTest(schedules = SCHEDULES)
    void everyItemReachesOneReceiver(RandomGenerator random) {
        exchange(random);
        assertThat(received).containsExactlyInAnyOrderElementsOf(sent);
    }

    @LoopTest(schedules = SCHEDULES, cancelEverywhere = true)
    void noItemIsLostOrDoubledByACancellation(RandomGenerator random) {
        exchange(random);
    }

    private void exchange(RandomGenerator random) {
        try (var group = TaskGroup.open()) {
            for (int i = 0; i < 2; i++) {
                group.spawn(() -> untilTheEnd(() -> select(random), random));
            }
            group.spawn(() -> untilTheEnd(() -> received.add(handing.receiver().receive()), random));
            send(random);
            handing.sender().close();
            keeping.sender().close();
            group.join();
        }
    }

    private void send(RandomGenerator random) {
        try (var group = TaskGroup.open()) {
            for (int i = 0; i < 3; i++) {
                int sender = i;
                group.spawn(() -> {
                    for (int k = 0; k < ITEMS; k++) {
                        String item = sender + "." + k;
                        RandomTimes.sleep(random, 3);
                        switch (sender) {
                            case 0 -> {
                                handing.sender().send(item);
                                sent.add(item);
                            }
                            case 1 ->
                                Weft.moveOnAfter(RandomTimes.millis(random, 3), () -> {
                                    keeping.sender().send(item);
                                    sent.add(item);
                                });
                            default ->
                                new Select<Boolean>()
                                        .onSend(handing.sender(), item, () -> sent.add(item))
                                        .onSend(keeping.sender(), item, () -> sent.add(item))
                                        .await();
                        }
                    }
                });
            }
            group.join();
        }
    }

    private void select(RandomGenerator random) {
        Weft.moveOnAfter(
                RandomTimes.millis(random, 4),
                () -> new Select<Boolean>()
                        .onReceive(handing.receiver(), received::add)
                        .onReceive(keeping.receiver(), received::add)
                        .await());
    }

    private static void untilTheEnd(Runnable step, RandomGenerator random) {
        try {
            while (true) {
                step.run();
                RandomTimes.sleep(random, 2);
            }
        } catch (EndOfChannelException e) {
            // all items have been received
        }
    }

    @AfterEach
    void whatWasSentWasReceivedOrIsStillThere() {
        List<String> all = new ArrayList<>(received);
        for (var channel : List.of(handing, keeping)) { // what a cancelled receiver had been handed waits in either
            channel.sender().close();
            channel.receiver().forEach(all::add);
        }
        assertThat(all).containsExactlyInAnyOrderElementsOf(sent);
        assertThat(sent.stream().filter(item -> item.startsWith("0."))).isSorted();
    }
}
