package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class OutboxTest {
    /** Counts what it takes, and fails if two threads write at once. */
    private static final class Channel implements WritableByteChannel {
        final AtomicInteger writers = new AtomicInteger();
        final AtomicLong taken = new AtomicLong();
        volatile int room = Integer.MAX_VALUE;
        volatile boolean broken;

        @Override
        public int write(ByteBuffer source) throws IOException {
            if (broken) {
                throw new IOException("broken");
            }
            if (writers.getAndIncrement() != 0) {
                throw new AssertionError("two threads write at once");
            }
            int count = Math.min(room, source.remaining());
            source.position(source.position() + count);
            taken.addAndGet(count);
            writers.decrementAndGet();
            return count;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    private static Frame frame(int length) {
        return new Frame(Frame.TASK, Kind.BYTES, 1, new byte[length], length);
    }

    @Test
    void whatAChannelDoesNotTakeIsLeftToTheOneThatIsAsked() {
        var channel = new Channel();
        var asked = new AtomicInteger();
        var outbox = new Outbox(channel, asked::incrementAndGet);
        channel.room = 0;
        outbox.add(frame(10));
        outbox.flush();
        assertThat(asked).hasValue(1);
        outbox.add(frame(10));
        outbox.flush(); // the writer is not free
        assertThat(asked).hasValue(1);
        assertThat(outbox.resume()).isFalse();
        channel.room = Integer.MAX_VALUE;
        assertThat(outbox.resume()).isTrue();
        assertThat(channel.taken).hasValue(2 * (10 + Frame.HEADER));
        outbox.add(frame(5));
        outbox.flush();
        assertThat(channel.taken).hasValue(2 * (10 + Frame.HEADER) + 5 + Frame.HEADER);
    }

    @Test
    void manyThreadsSendEachFrameOnce() throws InterruptedException {
        int threads = 4;
        int each = 20_000;
        var channel = new Channel();
        var outbox = new Outbox(channel, () -> {
            throw new AssertionError("this channel takes everything");
        });
        var done = new CountDownLatch(threads);
        for (int t = 0; t < threads; t++) {
            Thread.ofPlatform().start(() -> {
                for (int i = 0; i < each; i++) {
                    outbox.add(frame(1));
                    outbox.flush();
                }
                done.countDown();
            });
        }
        done.await();
        assertThat(channel.taken).hasValue((long) threads * each * (1 + Frame.HEADER));
    }

    @Test
    void aBrokenChannelSwallowsEverythingWithoutAWord() {
        var channel = new Channel();
        var outbox = new Outbox(channel, () -> {
            throw new AssertionError("nobody is to be asked");
        });
        channel.broken = true;
        outbox.add(frame(1));
        outbox.flush();
        outbox.add(frame(1));
        outbox.flush();
        assertThat(channel.taken).hasValue(0);
    }
}
