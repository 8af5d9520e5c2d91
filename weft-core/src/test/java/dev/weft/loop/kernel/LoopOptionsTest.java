package dev.weft.loop.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What properties of the JVM say about all loops. */
class LoopOptionsTest {
    @AfterEach
    void clear() {
        System.clearProperty(LoopOptions.DEBUG);
        System.clearProperty(LoopOptions.WATCHDOG);
    }

    @Test
    void withoutPropertiesNothingIsOn() {
        assertThat(LoopOptions.ofProperties()).isEqualTo(new LoopOptions(null, null, false, 0, null));
    }

    @Test
    void debugModeBringsAWatchdog() {
        System.setProperty(LoopOptions.DEBUG, "true");

        assertThat(LoopOptions.ofProperties().debug()).isTrue();
        assertThat(LoopOptions.ofProperties().watchNanos()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(100));
    }

    @Test
    void theThresholdOfTheWatchdogIsInMilliseconds() {
        System.setProperty(LoopOptions.WATCHDOG, "250");

        assertThat(LoopOptions.ofProperties().watchNanos()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(250));
    }

    @Test
    void anAbsurdThresholdIsRefused() {
        for (String absurd : new String[] {"-1", "soon", ""}) {
            System.setProperty(LoopOptions.WATCHDOG, absurd);

            assertThatThrownBy(LoopOptions::ofProperties)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("weft.watchdog")
                    .hasMessageContaining("'" + absurd + "'");
        }
    }
}
