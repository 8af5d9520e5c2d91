package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class BriefSpinTest {
    @Test
    void nobodyStaysAwakeBeforeEventsHaveComeCloselyOneAfterTheOther() {
        var spin = new BriefSpin();
        assertThat(spin.stays()).isFalse();
        spin.event();
        assertThat(spin.stays()).isFalse();
    }

    @Test
    void whoStaysAwakeGivesUpSoon() {
        var spin = new BriefSpin();
        spin.event();
        spin.event();
        while (spin.stays()) {
            // the next event does not come
        }
        assertThat(spin.stays()).isFalse();
    }

    @Test
    void anEventThatIsLateEndsTheStayingAwake() {
        var spin = new BriefSpin();
        spin.event();
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < 1_000_000) {
            LockSupport.parkNanos(1_000_000);
        }
        spin.event();
        assertThat(spin.stays()).isFalse();
    }

    @Test
    void longTasksAreNotWorthIt() {
        assertThat(BriefSpin.isWorthwhile(1_000_000)).isFalse();
    }
}
