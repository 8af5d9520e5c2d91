package dev.weft.sync;

import static dev.weft.Weft.run;
import static dev.weft.Weft.spawn;
import static dev.weft.sync.Passes.settle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Task;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class SelectTest {
    private final Channel<Integer> a = Channel.rendezvous();
    private final Channel<Integer> b = Channel.rendezvous();

    private Select<String> receives() {
        return new Select<String>()
                .onReceive(a.receiver(), item -> "a" + item)
                .onReceive(b.receiver(), item -> "b" + item);
    }

    private static Task<String> selecting(Select<String> select) {
        Task<String> task = spawn(() -> select.await());
        settle();
        return task;
    }

    @Test
    void theFirstThatCanBeMadeInTheOrderOfNamingIsMade() {
        run(() -> {
            Task<?> toB = spawn(() -> b.sender().send(2));
            settle();
            assertThat(receives().await()).isEqualTo("b2");
            toB.join();

            var _ = spawn(() -> b.sender().send(3));
            var _ = spawn(() -> a.sender().send(1));
            settle();
            assertThat(receives().await()).isEqualTo("a1");
            assertThat(receives().await()).isEqualTo("b3");
        });
    }

    @Test
    void aWaitingSelectMakesExactlyOneTransferAndLeavesTheOtherLines() {
        run(() -> {
            Task<String> select = selecting(receives());

            assertThat(b.sender().trySend(1)).isTrue();
            assertThat(a.sender().trySend(2))
                    .as("nobody receives from a any more")
                    .isFalse();
            settle();

            assertThat(select.result()).isEqualTo("b1");
            assertThat(a).hasToString("Channel[0 of 0 items, 0 sending, 0 receiving]");
        });
    }

    @Test
    void sendsAndReceivesCanBeMixedAndMeetOtherSelects() {
        run(() -> {
            Task<String> sends = selecting(new Select<String>()
                    .onSend(a.sender(), 1, () -> "sent to a")
                    .onSend(b.sender(), 2, () -> "sent to b"));
            Task<String> mixed = selecting(new Select<String>()
                    .onSend(a.sender(), 3, () -> "sent to a too")
                    .onReceive(b.receiver(), item -> "received " + item));
            settle();

            assertThat(sends.result()).isEqualTo("sent to b");
            assertThat(mixed.result()).isEqualTo("received 2");
            assertThat(a.receiver().tryReceive()).isNull();
        });
    }

    @Test
    void bothEndsOfOneChannelDoNotMeetInOneSelect() {
        run(() -> {
            Task<String> select = selecting(new Select<String>()
                    .onSend(a.sender(), 1, () -> "sent")
                    .onReceive(a.receiver(), item -> "received " + item));
            assertThat(select.isDone()).isFalse();

            assertThat(a.receiver().tryReceive()).isEqualTo(1);
            settle();
            assertThat(select.result()).isEqualTo("sent");
        });
    }

    @Test
    void anItemGivenToACancelledSelectIsPassedOn() {
        run(() -> {
            Task<String> select = selecting(receives());
            assertThat(b.sender().trySend(1)).isTrue();
            select.cancel("too late");
            settle();

            assertThat(select.isCancelled()).isTrue();
            assertThat(b.receiver().tryReceive()).isEqualTo(1);

            Task<String> early = selecting(receives());
            early.cancel("in time");
            settle();
            assertThat(early.isCancelled()).isTrue();
            assertThat(a).hasToString("Channel[0 of 0 items, 0 sending, 0 receiving]");
            assertThat(b).hasToString("Channel[0 of 0 items, 0 sending, 0 receiving]");
        });
    }

    @Test
    void aSendThatWasMadeStandsThoughTheSelectIsCancelled() {
        run(() -> {
            Task<String> select = selecting(new Select<String>().onSend(a.sender(), 1, () -> "sent"));
            assertThat(a.receiver().tryReceive()).isEqualTo(1);
            select.cancel("too late");
            settle();
            assertThat(select.result()).isEqualTo("sent");
        });
    }

    @Test
    void anEndedChannelIsLeftOutUntilAllHaveEnded() {
        run(() -> {
            Task<String> select = selecting(receives());
            a.sender().close();
            settle();
            assertThat(select.isDone()).isFalse();
            assertThat(b.sender().trySend(1)).isTrue();
            assertThat(select.await()).isEqualTo("b1");

            b.sender().close();
            assertThatThrownBy(() -> receives().await()).isInstanceOf(EndOfChannelException.class);
        });
    }

    @Test
    void aFailureOrAClosedEndEndsTheSelect() {
        run(() -> {
            Task<String> failed = selecting(receives());
            b.sender().close(new IOException("planned"));
            settle();
            assertThat(failed.failure()).isInstanceOf(BrokenException.class).hasCauseInstanceOf(IOException.class);

            Task<String> closed = selecting(new Select<String>().onSend(a.sender(), 1, () -> "sent"));
            a.receiver().close();
            settle();
            assertThat(closed.failure()).isInstanceOf(BrokenException.class);
            assertThatThrownBy(() -> receives().await()).isInstanceOf(ClosedException.class);
        });
    }

    @Test
    void aSelectCanBeAwaitedAgain() {
        run(() -> {
            Channel<Integer> log = Channel.bounded(3);
            var select = new Select<String>().onSend(log.sender(), 7, () -> "sent");
            for (int i = 0; i < 3; i++) {
                assertThat(select.await()).isEqualTo("sent");
            }
            assertThat(log.sender().trySend(8)).isFalse();
        });
    }

    @Test
    void aSelectWithoutClausesIsRefused() {
        assertThatThrownBy(() -> new Select<String>().await())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("onReceive");
    }
}
