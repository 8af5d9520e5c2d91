package dev.weft.http.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What waits for its reader: in order, in few pieces, and not without end. */
class BodyQueueTest {
    /** Notes what it is told. */
    private static final class Noting implements BodyQueue.Gate {
        private int pauses;
        private int resumes;
        private long taken;

        @Override
        public void pause() {
            pauses++;
        }

        @Override
        public void resume() {
            resumes++;
        }

        @Override
        public void took(int bytes) {
            taken += bytes;
        }
    }

    private final Noting gate = new Noting();
    private final BodyQueue queue = new BodyQueue(gate);

    private void offer(byte... bytes) {
        var buffer = Unpooled.wrappedBuffer(bytes);
        queue.offer(buffer);
        buffer.release();
    }

    @Test
    void whatComesByteForByteIsKeptInLargePieces() {
        for (int i = 0; i < 100_000; i++) {
            offer((byte) i);
        }
        assertThat(queue.buffered()).isEqualTo(100_000);
        assertThat(queue.pieces()).isLessThan(20);
    }

    @Test
    void partsOfAllSizesAreReadAsTheyCame() {
        for (int seed = 0; seed < 200; seed++) {
            var random = new Random(seed);
            var queue = new BodyQueue(new Noting());
            var sent = new ByteArrayOutputStream();
            var read = new ByteArrayOutputStream();
            for (int step = 0; step < 200; step++) {
                if (random.nextInt(3) > 0) {
                    var part = new byte[random.nextInt(3) > 0 ? random.nextInt(40) : random.nextInt(6000)];
                    random.nextBytes(part);
                    sent.writeBytes(part);
                    queue.offer(Unpooled.wrappedBuffer(part));
                } else {
                    read(queue, read, 1 + random.nextInt(5000));
                }
            }
            queue.end();
            while (!queue.isExhausted()) {
                read(queue, read, 100_000);
            }
            assertThat(queue.read(new byte[1], 0, 1)).isEqualTo(-1);
            assertThat(read.toByteArray()).as("seed " + seed).isEqualTo(sent.toByteArray());
        }
    }

    private static void read(BodyQueue queue, ByteArrayOutputStream into, int most) {
        long there = queue.buffered();
        var bytes = new byte[most];
        int count = queue.read(bytes, 0, most);
        assertThat(count).isEqualTo(queue.isEnded() && there == 0 ? -1 : (int) Math.min(there, most));
        into.write(bytes, 0, Math.max(0, count));
    }

    @Test
    void theChannelRestsWhileMuchWaits() {
        offer(new byte[BodyQueue.HIGH]);
        assertThat(gate.pauses).isZero();
        offer((byte) 1);
        offer((byte) 2);
        assertThat(gate.pauses).isEqualTo(1);
        int count = queue.read(new byte[BodyQueue.HIGH], 0, BodyQueue.HIGH / 2);
        assertThat(gate.resumes).isZero();
        count += queue.read(new byte[BodyQueue.HIGH], 0, BodyQueue.HIGH);
        assertThat(count).isEqualTo(BodyQueue.HIGH + 2);
        assertThat(gate.resumes).isEqualTo(1);
    }

    @Test
    void theGateIsToldOfAllThatIsReadOrDropped() {
        offer(new byte[3000]);
        offer(new byte[10]);
        assertThat(gate.taken).isZero();
        assertThat(queue.read(new byte[4000], 0, 1000)).isEqualTo(1000);
        assertThat(gate.taken).isEqualTo(1000);
        queue.discard();
        assertThat(gate.taken).isEqualTo(3010);
        offer(new byte[50]);
        assertThat(gate.taken).isEqualTo(3060);
        assertThat(queue.buffered()).isZero();
    }

    @Test
    void moreIsTakenInWhileNobodyCanReadAndThenAsUsual() {
        queue.expectNoReader(4L * BodyQueue.HIGH);
        offer(new byte[3 * BodyQueue.HIGH]);
        assertThat(gate.pauses).isZero();
        assertThat(gate.taken).isEqualTo(3 * BodyQueue.HIGH);
        offer(new byte[2 * BodyQueue.HIGH]);
        assertThat(gate.pauses).isEqualTo(1);
        assertThat(gate.taken).isEqualTo(3 * BodyQueue.HIGH);
        queue.expectReader();
        assertThat(queue.read(new byte[4 * BodyQueue.HIGH], 0, 4 * BodyQueue.HIGH))
                .isEqualTo(4 * BodyQueue.HIGH);
        assertThat(gate.resumes).isZero();
        assertThat(gate.taken).isEqualTo(4 * BodyQueue.HIGH);
        queue.discard();
        assertThat(gate.resumes).isEqualTo(1);
        assertThat(gate.taken).isEqualTo(5 * BodyQueue.HIGH);
    }

    @Test
    void theChannelRestsOnceAReaderIsExpectedToTakeMuch() {
        queue.expectNoReader(4L * BodyQueue.HIGH);
        offer(new byte[3 * BodyQueue.HIGH]);
        queue.expectReader();
        assertThat(gate.pauses).isEqualTo(1);
    }
}
