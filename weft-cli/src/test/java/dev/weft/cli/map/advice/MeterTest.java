package dev.weft.cli.map.advice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class MeterTest {
    @Test
    void theFirstHalfOfTheCallsIsLeftOut() {
        var tally = new Tally();
        for (int i = 1; i <= 40; i++) {
            tally.add(i < 8 ? 1_000_000 : 1_000, 500, 0, i < 8 ? 9_000 : 100);
        }

        Tally.Means means = tally.later();

        assertThat(tally.count()).isEqualTo(40);
        assertThat(means.count()).as("from the 16th on").isEqualTo(25);
        assertThat(means.wall()).isCloseTo(1e-6, within(1e-9));
        assertThat(means.cpu()).isCloseTo(0.5e-6, within(1e-9));
        assertThat(means.allocated()).isEqualTo(100);
        assertThat(means.median()).isCloseTo(1e-6, within(0.1e-6));
        assertThat(means.longest()).isCloseTo(1e-6, within(1e-9));
    }

    @Test
    void noCallsAreNoMeasurement() {
        assertThat(new Tally().later().count()).isZero();
        try (var meter = new Meter()) {
            assertThat(meter.measured().probes()).isZero();
            assertThat(meter.measured().wall()).isZero();
        }
    }

    @Test
    void callsThatFailDoNotCount() {
        try (var meter = new Meter()) {
            meter.begin();
            meter.end(-1);
            meter.begin();
            meter.end(0);

            assertThat(meter.calls()).isEqualTo(1);
        }
    }

    @Test
    void whoWaitsForALockIsSeenAndTheLockIsNamed() throws Exception {
        var lock = new ReentrantLock();
        try (var meter = new Meter()) {
            Thread waiter;
            lock.lock();
            try {
                waiter = Thread.ofPlatform().start(() -> {
                    meter.begin();
                    lock.lock();
                    try {
                        meter.end(0);
                    } finally {
                        lock.unlock();
                    }
                });
                while (!lock.hasQueuedThread(waiter)) {
                    Thread.onSpinWait();
                }
                int before = meter.looks();
                while (meter.looks() < before + 20) {
                    Thread.onSpinWait();
                }
            } finally {
                lock.unlock();
            }
            waiter.join();

            Measured measured = meter.measured();
            assertThat(measured.lock()).isGreaterThan(0.5 * measured.wall());
            assertThat(measured.lockName()).isEqualTo("ReentrantLock");
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 0, 20", "0, 1, 20, 0", "4, 1, 16, 4", "4, -1, 16, 4"})
    void timeTakenFromAThreadThatNeverGaveUpItsProcessorIsNoWaiting(
            long queuedMillis, long waits, double waitMillis, double queueMillis) throws Exception {
        var said = new ArrayDeque<>(
                List.of(new Scheduled(0, Math.min(waits, 0)), new Scheduled(queuedMillis * 1_000_000, waits)));
        try (var meter = new Meter(said::remove)) {
            meter.begin();
            Thread.sleep(20);
            meter.end(0);

            Measured measured = meter.measured();
            assertThat(measured.waited() * 1e3).isGreaterThanOrEqualTo(waitMillis - 1);
            assertThat(measured.queue() * 1e3).isGreaterThanOrEqualTo(queueMillis - 1);
            assertThat(waitMillis == 0 ? measured.waited() : queueMillis == 0 ? measured.queue() : 0)
                    .as("%s", measured)
                    .isLessThan(1e-3);
        }
    }

    @Test
    void theSystemTellsHowOftenAThreadWaited() throws Exception {
        Scheduled before = Scheduled.now();
        assumeThat(before.waits()).as("a system that tells").isNotNegative();

        Thread.sleep(2);

        assertThat(Scheduled.now().waits()).isGreaterThan(before.waits());
    }
}
