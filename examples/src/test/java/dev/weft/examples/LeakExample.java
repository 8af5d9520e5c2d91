package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Weft;
import dev.weft.testing.LoopTest;
import java.time.Duration;

/** Fails: the heartbeat goes on after it was closed. {@link PlantedBugsTest} runs it. */
class LeakExample {
    private int beats;

    @LoopTest
    void aHeartbeatBeats() {
        try (var heartbeat = new Heartbeat(Duration.ofMinutes(1), () -> beats++)) {
            Weft.sleep(Duration.ofSeconds(5 * 60 + 30));
            assertThat(heartbeat.isClosed()).isFalse();
        }
        assertThat(beats).isEqualTo(5);
    }
}
