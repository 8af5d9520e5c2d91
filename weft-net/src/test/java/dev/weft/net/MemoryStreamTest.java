package dev.weft.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.TaskGroup;
import dev.weft.TimedOutException;
import dev.weft.Weft;
import dev.weft.testing.LoopTest;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.Random;

class MemoryStreamTest {
    @LoopTest(schedules = 100)
    void muchGoesThroughUnchangedWithBackPressure() throws IOException {
        var pair = MemoryStream.pair();
        byte[] much = new byte[1_000_000];
        new Random(1).nextBytes(much);
        try (var group = TaskGroup.open()) {
            group.spawn(() -> {
                for (int at = 0; at < much.length; at += 10_000) {
                    pair.left().write(much, at, 10_000);
                    assertThat(pair.left().written() - at).isLessThanOrEqualTo(10_000 + WriteStream.HIGH_WATER);
                }
                pair.left().close();
            });
            Weft.sleep(Duration.ofSeconds(1)); // the writer fills what it can
            assertThat(pair.left().written()).isLessThan(400_000);
            assertThat(pair.right().readAll(much.length)).isEqualTo(much);
            group.join();
        }
    }

    @LoopTest
    void timeGoesOnWhileOneWaits() throws IOException {
        var pair = MemoryStream.pair();
        assertThatThrownBy(() ->
                        Weft.withTimeout(Duration.ofHours(1), () -> pair.left().read(1)))
                .isInstanceOf(TimedOutException.class);
        pair.right().write("a");
        pair.right().shutdownOutput();
        assertThat(new String(pair.left().readAll(10), UTF_8)).isEqualTo("a");
        pair.left().write("b");
        assertThat(new String(pair.right().readExactly(1), UTF_8)).isEqualTo("b");
    }

    @LoopTest
    void theEndsOfAConnection() throws IOException {
        var pair = MemoryStream.pair();
        pair.left().write("last");
        pair.left().close();
        assertThat(new String(pair.right().readAll(10), UTF_8)).isEqualTo("last");
        assertThatThrownBy(() -> pair.right().write("x"))
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("is broken");
        assertThatThrownBy(() -> pair.left().read(1)).hasMessageContaining("closed on this side");

        var cut = MemoryStream.pair();
        cut.left().write("lost");
        cut.left().abort();
        assertThatThrownBy(() -> cut.right().read(1)).hasMessageContaining("is broken");
    }
}
