package dev.weft.sync;

import static dev.weft.Weft.run;
import static dev.weft.Weft.spawn;
import static dev.weft.sync.Passes.settle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Task;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ChannelTest {
    private static Task<?> sending(Channel<Integer> channel, int item) {
        Task<?> task = spawn(() -> channel.sender().send(item));
        settle();
        return task;
    }

    private static Task<Integer> receiving(Channel<Integer> channel) {
        Task<Integer> task = spawn(() -> channel.receiver().receive());
        settle();
        return task;
    }

    @Test
    void aSendOnARendezvousWaitsForItsReceive() {
        run(() -> {
            Channel<Integer> channel = Channel.rendezvous();
            assertThat(channel.sender().trySend(0)).isFalse();
            Task<?> first = sending(channel, 1);
            Task<?> second = sending(channel, 2);
            assertThat(first.isDone()).isFalse();

            assertThat(channel.receiver().receive()).isEqualTo(1);
            settle();
            assertThat(first.isDone()).isTrue();
            assertThat(second.isDone()).isFalse();
            assertThat(channel.receiver().tryReceive()).isEqualTo(2);
            assertThat(channel.receiver().tryReceive()).isNull();

            Task<Integer> receiver = receiving(channel);
            assertThat(channel.sender().trySend(3)).isTrue();
            assertThat(receiver.await()).isEqualTo(3);
        });
    }

    @Test
    void aBoundedChannelTakesItemsInAndKeepsTheirOrder() {
        run(() -> {
            Channel<Integer> channel = Channel.bounded(2);
            channel.sender().send(1);
            channel.sender().send(2);
            Task<?> third = sending(channel, 3);
            assertThat(third.isDone()).isFalse();
            assertThat(channel).hasToString("Channel[2 of 2 items, 1 sending, 0 receiving]");

            assertThat(channel.receiver().receive()).isEqualTo(1);
            settle();
            assertThat(third.isDone()).isTrue();
            assertThat(channel.receiver().receive()).isEqualTo(2);
            assertThat(channel.receiver().receive()).isEqualTo(3);
        });
    }

    @Test
    void aLoopOverTheReceiverEndsWhenTheSenderCloses() {
        run(() -> {
            Channel<Integer> channel = Channel.rendezvous();
            var _ = spawn(() -> {
                try (var out = channel.sender()) {
                    for (int i = 0; i < 3; i++) {
                        out.send(i);
                    }
                }
            });
            List<Integer> items = new ArrayList<>();
            for (int item : channel.receiver()) {
                items.add(item);
            }
            assertThat(items).containsExactly(0, 1, 2);
            assertThatThrownBy(() -> channel.receiver().iterator().next()).isInstanceOf(NoSuchElementException.class);
        });
    }

    @Test
    @DisplayName("T019 closing the send side ends receivers and closes those who wait to send, for good")
    void closingTheSenderEndsReceivers() {
        run(() -> {
            Channel<Integer> empty = Channel.bounded(1);
            Task<Integer> receiver = receiving(empty);
            empty.sender().close();
            empty.sender().close();
            settle();
            assertThat(receiver.failure()).isInstanceOf(EndOfChannelException.class);

            Channel<Integer> full = Channel.bounded(1);
            full.sender().send(1);
            Task<?> sender = sending(full, 2);
            full.sender().close();
            settle();
            assertThat(sender.failure()).isInstanceOf(ClosedException.class);
            assertThat(full.receiver().receive()).isEqualTo(1);
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> full.sender().send(3)).isInstanceOf(ClosedException.class);
                assertThatThrownBy(() -> full.sender().trySend(3)).isInstanceOf(ClosedException.class);
                assertThatThrownBy(() -> full.receiver().receive()).isInstanceOf(EndOfChannelException.class);
                assertThatThrownBy(() -> full.receiver().tryReceive()).isInstanceOf(EndOfChannelException.class);
            }
        });
    }

    @Test
    @DisplayName("T019 closing the receive side breaks senders and closes those who wait to receive, for good")
    void closingTheReceiverBreaksSenders() {
        run(() -> {
            Channel<Integer> empty = Channel.bounded(1);
            Task<Integer> receiver = receiving(empty);
            empty.receiver().close();
            settle();
            assertThat(receiver.failure()).isInstanceOf(ClosedException.class);

            Channel<Integer> full = Channel.bounded(1);
            full.sender().send(1);
            Task<?> sender = sending(full, 2);
            full.receiver().close();
            full.receiver().close();
            settle();
            assertThat(sender.failure()).isInstanceOf(BrokenException.class);
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> full.sender().send(3)).isInstanceOf(BrokenException.class);
                assertThatThrownBy(() -> full.sender().trySend(3)).isInstanceOf(BrokenException.class);
                assertThatThrownBy(() -> full.receiver().receive()).isInstanceOf(ClosedException.class);
            }
        });
    }

    @Test
    void aFailureGivenToCloseReachesTheOtherEndAfterTheItems() {
        run(() -> {
            Channel<Integer> channel = Channel.bounded(1);
            channel.sender().send(1);
            channel.sender().close(new IOException("planned"));
            assertThat(channel.receiver().receive()).isEqualTo(1);
            assertThatThrownBy(() -> {
                        for (int item : channel.receiver()) {
                            assertThat(item).as("there is none").isNull();
                        }
                    })
                    .isInstanceOf(BrokenException.class)
                    .hasMessageContaining("planned")
                    .hasCauseInstanceOf(IOException.class);

            Channel<Integer> other = Channel.rendezvous();
            Task<?> sender = sending(other, 1);
            other.receiver().close(new IOException("planned"));
            settle();
            assertThat(sender.failure()).isInstanceOf(BrokenException.class).hasCauseInstanceOf(IOException.class);
        });
    }

    @Test
    void theItemOfACancelledReceiverIsPassedOnOrWaitsAtTheHead() {
        run(() -> {
            Channel<Integer> channel = Channel.rendezvous();
            Task<Integer> first = receiving(channel);
            Task<Integer> second = receiving(channel);
            assertThat(channel.sender().trySend(1)).isTrue();
            first.cancel("too late");
            settle();
            assertThat(first.isCancelled()).isTrue();
            assertThat(second.result()).isEqualTo(1);

            Task<Integer> third = receiving(channel);
            assertThat(channel.sender().trySend(2)).isTrue();
            third.cancel("too late");
            settle();
            Task<?> sender = sending(channel, 3);
            channel.sender().close();
            settle();
            assertThat(channel.receiver().receive()).isEqualTo(2);
            assertThat(sender.failure()).isInstanceOf(ClosedException.class);
        });
    }

    @Test
    void aSenderIsCancelledOrItsItemReceivedButNeverBoth() {
        run(() -> {
            Channel<Integer> channel = Channel.rendezvous();
            Task<?> early = sending(channel, 1);
            early.cancel("in time");
            settle();
            assertThat(early.isCancelled()).isTrue();
            assertThat(channel.receiver().tryReceive()).isNull();

            Task<?> late = sending(channel, 2);
            assertThat(channel.receiver().tryReceive()).isEqualTo(2);
            late.cancel("too late");
            settle();
            assertThat(late.state()).isEqualTo(Task.State.SUCCESS);
        });
    }

    @Test
    void nullAndAbsurdCapacitiesAreRefused() {
        assertThatThrownBy(() -> Channel.bounded(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("rendezvous()");
        Channel<Integer> channel = Channel.bounded(1);
        assertThatThrownBy(() -> channel.sender().send(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> channel.sender().close(null)).isInstanceOf(NullPointerException.class);
    }
}
