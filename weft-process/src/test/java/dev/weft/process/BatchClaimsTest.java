package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

class BatchClaimsTest {
    @Test
    void elementsAreClaimedInOrderUpToTheLimitAndThenNone() {
        var claims = new BatchClaims(3, 5);
        assertThat(claims.claim()).isEqualTo(3);
        assertThat(claims.claim()).isEqualTo(4);
        assertThat(claims.claim()).isEqualTo(BatchClaims.NONE);
        assertThat(claims.limit()).isEqualTo(5);
    }

    @Test
    void aCutTakesTheLaterHalfOfWhatHasNotBegunRoundedUp() {
        var claims = new BatchClaims(0, 10);
        assertThat(claims.claim()).isZero();
        assertThat(claims.cut()).isEqualTo(5); // of 9
        assertThat(claims.cut()).isEqualTo(3); // of 4
        assertThat(claims.cut()).isEqualTo(2);
        assertThat(claims.cut()).isEqualTo(1);
        assertThat(claims.cut()).isEqualTo(BatchClaims.NONE);
        assertThat(claims.claim()).isEqualTo(BatchClaims.NONE);
        assertThat(claims.limit()).isEqualTo(1);
    }

    @Test
    void nothingIsCutOffABatchThatIsOver() {
        var claims = new BatchClaims(0, 1);
        assertThat(claims.claim()).isZero();
        assertThat(claims.claim()).isEqualTo(BatchClaims.NONE);
        assertThat(claims.cut()).isEqualTo(BatchClaims.NONE);
        assertThat(claims.stop()).isFalse();
    }

    @Test
    void aStopReachesTheElementThatRunsAndLetsNoOtherBegin() {
        var claims = new BatchClaims(0, 10);
        assertThat(claims.claim()).isZero();
        assertThat(claims.stop()).isTrue();
        assertThat(claims.told()).isTrue();
        assertThat(claims.claim()).isEqualTo(BatchClaims.TOLD);
        claims.clearTold();
        assertThat(claims.claim()).isEqualTo(BatchClaims.NONE);
        assertThat(claims.limit()).isEqualTo(1);
    }

    @Test
    void eachElementIsEitherClaimedOrCutOffWhileBothGoOn() throws InterruptedException {
        int size = 2000;
        for (int round = 0; round < 200; round++) {
            var claims = new BatchClaims(0, size);
            var seen = new AtomicIntegerArray(size);
            Thread cutter = Thread.ofPlatform().start(() -> {
                int limit = size;
                for (int cut = claims.cut(); cut != BatchClaims.NONE; cut = claims.cut()) {
                    for (int i = cut; i < limit; i++) {
                        seen.incrementAndGet(i);
                    }
                    limit = cut;
                }
            });
            for (int i = claims.claim(); i != BatchClaims.NONE; i = claims.claim()) {
                seen.incrementAndGet(i);
            }
            cutter.join();
            for (int i = 0; i < size; i++) {
                assertThat(seen.get(i)).as("element %d", i).isEqualTo(1);
            }
        }
    }
}
