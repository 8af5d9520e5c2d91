package dev.weft.process.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Cancelled;
import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.process.TransferException;
import java.io.ByteArrayOutputStream;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Messages through a pipe whose ends are both in this JVM. */
@Timeout(60)
class PipeTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final Pipe pipe = Pipe.open();
    private final Connection left = pipe.left();
    private final Connection right = pipe.right();

    @AfterEach
    void close() {
        pipe.close();
    }

    record Order(int number, List<String> items, Map<String, Double> prices) implements Serializable {}

    @SuppressWarnings("serial")
    static final class Plain implements Serializable {
        private final int value;

        Plain(int value) {
            this.value = value;
        }
    }

    @Test
    @DisplayName("P280 messages keep their boundaries, both ways and of every kind")
    void messagesKeepTheirBoundaries() {
        var order = new Order(7, List.of("paper", "ink"), new HashMap<>(Map.of("paper", 1.5)));
        for (Object value : new Object[] {1, "two", null, 3.0, order, List.of(), new int[0]}) {
            left.send(value);
        }
        left.sendBytes(new byte[0]);
        left.sendBytes("bytes".getBytes(StandardCharsets.UTF_8));
        right.send("back");

        assertThat(right.receive()).isEqualTo(1);
        assertThat(right.receive(String.class)).isEqualTo("two");
        assertThat(right.receive()).isNull();
        assertThat(right.receive()).isEqualTo(3.0);
        assertThat(right.receive()).isEqualTo(order);
        assertThat(right.receive()).isEqualTo(List.of());
        assertThat(right.receive()).isEqualTo(new int[0]);
        assertThat(right.receiveBytes()).isEmpty();
        assertThat(right.receive()).isEqualTo("bytes".getBytes(StandardCharsets.UTF_8));
        assertThat(left.receive()).isEqualTo("back");
    }

    @Test
    @DisplayName("P280 who expects fewer bytes gets an exception that has the message, and the next message after it")
    void aMessageThatIsLongerThanExpectedIsInTheException() {
        left.sendBytes(new byte[] {1, 2, 3});
        left.sendBytes(new byte[] {4});

        assertThatThrownBy(() -> right.receiveBytes(2))
                .isInstanceOfSatisfying(
                        MessageTooLongException.class,
                        e -> assertThat(e.content()).containsExactly(1, 2, 3))
                .hasMessageContaining("at most 2 bytes and received one of 3");
        assertThat(right.receiveBytes(2)).containsExactly(4);
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @DisplayName("P280 16 MiB pass, as bytes and as a value")
    void sixteenMebibytesPass() {
        byte[] large = new byte[16 << 20];
        new Random(7).nextBytes(large);
        Thread sender = Thread.ofVirtual().start(() -> {
            left.sendBytes(large);
            left.send(large);
        });

        assertThat(right.receiveBytes()).isEqualTo(large);
        assertThat(right.receive(byte[].class)).isEqualTo(large);
        join(sender);
    }

    @Test
    @DisplayName("P280 the end of the other side is told once its messages have been received")
    void theEndComesAfterTheMessages() {
        left.send("last");
        left.close();

        assertThat(right.poll(LONG)).isTrue();
        assertThat(right.receive()).isEqualTo("last");
        assertThat(right.poll(LONG)).isTrue();
        assertThatThrownBy(right::receive).isInstanceOf(EndOfConnectionException.class);
        assertThatThrownBy(right::receive).isInstanceOf(EndOfConnectionException.class);
        assertThatThrownBy(() -> right.send(1)).isInstanceOf(EndOfConnectionException.class);
    }

    @Test
    void theEndIsToldToOneWhoWaits() throws Exception {
        var failure = CompletableFuture.supplyAsync(right::receive);
        left.close();

        assertThatThrownBy(failure::get)
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(EndOfConnectionException.class);
    }

    @Test
    @DisplayName("P281 a one-way pipe refuses the wrong direction on each end")
    void aOneWayPipeHasADirection() {
        try (var oneWay = Pipe.oneWay()) {
            oneWay.right().send(1);
            assertThat(oneWay.left().receive()).isEqualTo(1);

            assertThatThrownBy(() -> oneWay.left().send(1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("Use the other end");
            assertThatThrownBy(() -> oneWay.left().sendBytes(new byte[1])).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> oneWay.right().receive()).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> oneWay.right().poll()).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    @DisplayName(
            "P282 the offset and the length of a part of an array are checked, and nothing is sent if they are wrong")
    void partsOfArraysAreChecked() {
        byte[] bytes = {1, 2, 3, 4};
        left.sendBytes(bytes, 1, 2);
        left.sendBytes(bytes, 4, 0);
        assertThatThrownBy(() -> left.sendBytes(bytes, 5, 0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> left.sendBytes(bytes, 0, 5)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> left.sendBytes(bytes, -1, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> left.sendBytes(bytes, 3, 2)).isInstanceOf(IndexOutOfBoundsException.class);

        assertThat(right.receiveBytes()).containsExactly(2, 3);
        assertThat(right.receiveBytes()).isEmpty();
        assertThat(right.poll()).isFalse();
    }

    @Test
    @DisplayName("P284 polling neither merges nor eats messages")
    void pollingTakesNothing() {
        assertThat(right.poll()).isFalse();
        left.sendBytes(new byte[] {1});
        left.sendBytes(new byte[] {2, 3});

        for (int i = 0; i < 3; i++) {
            assertThat(right.poll(LONG)).isTrue();
        }
        assertThat(right.receiveBytes()).containsExactly(1);
        assertThat(right.poll(LONG)).isTrue();
        assertThat(right.receiveBytes()).containsExactly(2, 3);
        assertThat(right.poll()).isFalse();
    }

    @Test
    void aValueThatIsNotBytesStaysForReceive() {
        left.send("text");

        assertThatThrownBy(right::receiveBytes)
                .isInstanceOf(TransferException.class)
                .hasMessageContaining("receive()");
        assertThat(right.receive()).isEqualTo("text");
    }

    @Test
    void whatCannotBeSerializedIsNotSentAndTheConnectionGoesOn() {
        assertThatThrownBy(() -> left.send(List.of(new Object())))
                .isInstanceOf(TransferException.class)
                .hasMessageContaining("java.lang.Object");
        left.send(1);
        assertThat(right.receive()).isEqualTo(1);
    }

    @Test
    void aClassThatIsNotAllowedIsRefusedAndTheConnectionGoesOn() {
        left.send(new Plain(1));
        left.send(2);
        assertThatThrownBy(right::receive)
                .isInstanceOf(TransferException.class)
                .hasMessageContaining("allow(\"" + Plain.class.getName() + "\")");
        assertThat(right.receive()).isEqualTo(2);

        right.allow(Plain.class.getName());
        left.send(new Plain(3));
        assertThat(right.receive(Plain.class).value).isEqualTo(3);
    }

    @Test
    void codeIsNeverTaken() {
        left.send((Supplier<String> & Serializable) () -> "code");

        assertThatThrownBy(right.allow("dev.weft.**")::receive)
                .isInstanceOf(TransferException.class)
                .hasMessageContaining("java.lang.invoke.SerializedLambda");
    }

    @Test
    void aSecondReaderIsRefused() throws Exception {
        var first = new CompletableFuture<Object>();
        Thread reader = Thread.ofPlatform().start(() -> first.complete(right.receive()));
        while (reader.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        for (ThrowingCallable second :
                List.<ThrowingCallable>of(right::receive, right::poll, () -> Connections.waitAny(List.of(right)))) {
            assertThatThrownBy(second)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("one may receive, poll or wait at a time");
        }
        left.send("for the first");
        assertThat(first.get()).isEqualTo("for the first");
    }

    @Test
    void messagesOfManySendersDoNotMix() {
        int senders = 8;
        int each = 40;
        for (int s = 0; s < senders; s++) {
            byte fill = (byte) s;
            Thread.ofVirtual().start(() -> {
                for (int i = 0; i < each; i++) {
                    byte[] message = new byte[10_000 + 5_000 * i];
                    Arrays.fill(message, fill);
                    left.sendBytes(message);
                }
            });
        }
        int[] received = new int[senders];
        for (int i = 0; i < senders * each; i++) {
            byte[] message = right.receiveBytes();
            byte fill = message[0];
            assertThat(message).hasSize(10_000 + 5_000 * received[fill]).containsOnly(fill);
            received[fill]++;
        }
        assertThat(received).containsOnly(each);
    }

    @Test
    void aCancelledReceiveLosesNothing() throws Exception {
        var waiting = new CountDownLatch(1);
        var outcome = new CompletableFuture<Object>();
        Thread reader = Thread.ofPlatform().start(() -> {
            waiting.countDown();
            try {
                outcome.complete(right.receive());
            } catch (Cancelled e) {
                outcome.complete(e);
            }
        });
        waiting.await();
        reader.interrupt();
        assertThat(outcome.get()).isInstanceOf(Cancelled.class);

        left.send("still there");
        assertThat(right.receive()).isEqualTo("still there");
    }

    @Test
    void aSendThatIsCancelledInTheMiddleGoesOutWhole() throws Exception {
        byte[] large = new byte[32 << 20];
        Arrays.fill(large, (byte) 7);
        assertThat(right.poll()).isFalse(); // connects the ends, so that nothing is kept
        var outcome = new CompletableFuture<Object>();
        Thread sender = Thread.ofPlatform().start(() -> {
            try {
                left.sendBytes(large);
                outcome.complete("sent");
            } catch (Cancelled e) {
                outcome.complete(e);
            }
        });
        while (sender.getState() != Thread.State.WAITING) { // it has filled the socket
            Thread.onSpinWait();
        }
        sender.interrupt();
        assertThat(outcome.get()).isInstanceOf(Cancelled.class);
        Arrays.fill(large, (byte) 8); // it belongs to its owner again
        left.close();

        assertThat(right.receiveBytes()).hasSize(large.length).containsOnly(7);
        assertThatThrownBy(right::receive).isInstanceOf(EndOfConnectionException.class);
    }

    @Test
    void aReceiveSuspendsACoroutineAndNotItsLoop() {
        String both = Weft.run(() -> {
            try (var group = TaskGroup.open()) {
                var reader = group.spawn(() -> right.receive());
                var writer = group.spawn(() -> {
                    left.send("from a coroutine of the same loop");
                    return "sent";
                });
                group.join();
                return writer.result() + ": " + reader.result();
            }
        });
        assertThat(both).isEqualTo("sent: from a coroutine of the same loop");
    }

    @Test
    void aCancelledCoroutineLeavesTheConnectionWhole() {
        Object received = Weft.run(() -> {
            Weft.moveOnAfter(Duration.ofMillis(5), () -> right.receive());
            left.send("after the time-out");
            return right.receive();
        });
        assertThat(received).isEqualTo("after the time-out");
    }

    @Test
    void whatIsClosedSaysSo() {
        right.close();
        right.close();
        assertThat(right.isOpen()).isFalse();
        assertThatThrownBy(right::receive)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageEndingWith("is closed");
        assertThatThrownBy(() -> right.send(1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void closingWakesTheReaderOfTheSameEnd() {
        var failure = CompletableFuture.supplyAsync(right::receive);
        left.send(1); // connects the ends, at the latest now
        assertThat(failure.join()).isEqualTo(1);
        var waiting = CompletableFuture.supplyAsync(right::receive);
        right.close();
        assertThatThrownBy(waiting::join).hasCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void aConnectionAndAKeyAreSerializedForNobodyElse() throws Exception {
        try (var out = new ObjectOutputStream(new ByteArrayOutputStream())) {
            assertThatThrownBy(() -> out.writeObject(left))
                    .isInstanceOf(NotSerializableException.class)
                    .hasMessageContaining("another process of the same program");
            assertThatThrownBy(() -> out.writeObject(AuthKey.random())).isInstanceOf(NotSerializableException.class);
        }
    }

    @Test
    void anEndThatIsSentThroughAnotherConnectionIsUsedThere() {
        try (var other = Pipe.open()) {
            left.send(other.right());
            var moved = right.receive(Connection.class);
            other.left().send("before it was taken");
            assertThat(moved.receive()).isEqualTo("before it was taken");
            moved.send("and back");
            assertThat(other.left().receive()).isEqualTo("and back");
            assertThatThrownBy(() -> other.right().send(1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("was sent to another process");
            moved.close();
            assertThatThrownBy(() -> other.left().receive()).isInstanceOf(EndOfConnectionException.class);
        }
    }

    @Test
    void anEndThatWasInUseIsSentWithWhatIsUnderWay() {
        try (var other = Pipe.open()) {
            other.left().send(1);
            other.left().send(2);
            other.left().send(3);
            assertThat(other.right().receive()).isEqualTo(1);
            left.send(other.right());
            var moved = right.receive(Connection.class);
            other.left().send(4);
            assertThat(List.of(moved.receive(), moved.receive(), moved.receive()))
                    .isEqualTo(List.of(2, 3, 4));
            moved.send(5);
            assertThat(other.left().receive()).isEqualTo(5);
            other.left().close();
            assertThatThrownBy(moved::receive).isInstanceOf(EndOfConnectionException.class);
        }
    }

    @Test
    void anEndThatIsClosedHereAfterItWasSentLivesOnThere() {
        try (var other = Pipe.open()) {
            left.send(other.right());
            other.right().close();
            var moved = right.receive(Connection.class);
            moved.send("alive");
            assertThat(other.left().receive()).isEqualTo("alive");
        }
    }

    @Test
    void bothEndsCanBeSent() {
        var other = Pipe.open();
        left.send(other.left());
        left.send(other.right());
        other.close();
        var one = right.receive(Connection.class);
        var two = right.receive(Connection.class);
        one.send("across");
        assertThat(two.receive()).isEqualTo("across");
        two.close();
        assertThatThrownBy(one::receive).isInstanceOf(EndOfConnectionException.class);
        one.close();
    }

    @Test
    void anEndThatWasReceivedAndNeverUsedIsClosedByClosing() {
        try (var other = Pipe.open()) {
            left.send(other.right());
            right.receive(Connection.class).close();
            assertThatThrownBy(() -> other.left().receive()).isInstanceOf(EndOfConnectionException.class);
        }
    }
}
