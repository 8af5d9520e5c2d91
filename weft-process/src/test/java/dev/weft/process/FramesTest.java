package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FramesTest {
    /** A channel that takes and gives a limited number of bytes at a time. */
    private static final class Pipe implements WritableByteChannel, ReadableByteChannel {
        final ByteBuffer bytes = ByteBuffer.allocate(1 << 22);
        int atOnce = Integer.MAX_VALUE;
        int room = Integer.MAX_VALUE;
        int read;

        @Override
        public int write(ByteBuffer source) {
            int count = Math.min(Math.min(atOnce, room), source.remaining());
            bytes.put(source.slice(source.position(), count));
            source.position(source.position() + count);
            room -= count;
            return count;
        }

        @Override
        public int read(ByteBuffer target) {
            int left = bytes.position() - read;
            if (left == 0) {
                return -1;
            }
            int count = Math.min(Math.min(atOnce, left), target.remaining());
            target.put(bytes.slice(read, count));
            read += count;
            return count;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    private static Frame result(long task, int length, Random random) {
        byte[] body = new byte[length];
        random.nextBytes(body);
        return new Frame(Frame.RESULT, Kind.BYTES, task, body, length);
    }

    private static List<Frame> readAll(Pipe pipe, int longest) throws IOException {
        List<Frame> frames = new ArrayList<>();
        var reader = new FrameReader(pipe, true, longest, frames::add);
        while (reader.read()) {}
        return frames;
    }

    private static void assertEqual(List<Frame> actual, List<Frame> expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.size(); i++) {
            assertThat(actual.get(i).id()).isEqualTo(expected.get(i).id());
            assertThat(actual.get(i).type()).isEqualTo(expected.get(i).type());
            assertThat(actual.get(i).kind()).isEqualTo(expected.get(i).kind());
            assertThat(actual.get(i).body())
                    .isEqualTo(Arrays.copyOf(
                            expected.get(i).body(), expected.get(i).length()));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 15, 16, 17, 4096, 65536, 1 << 20})
    void framesArriveWholeHoweverTheStreamIsCut(int atOnce) throws IOException {
        var random = new Random(atOnce);
        List<Frame> sent = new ArrayList<>();
        for (int length : new int[] {0, 1, 15, 16, 17, 1000, 65519, 65520, 65521, 200_000, 0, 5}) {
            sent.add(result(sent.size(), length, random));
        }
        var pipe = new Pipe();
        pipe.atOnce = atOnce;
        assertThat(new FrameWriter().write(new ArrayDeque<>(sent), pipe)).isTrue();
        assertEqual(readAll(pipe, 1 << 20), sent);
    }

    @Test
    void aWriterGoesOnWhereTheChannelTookNoMore() throws IOException {
        var random = new Random(7);
        List<Frame> sent = List.of(result(1, 100_000, random), result(2, 3, random), result(3, 70_000, random));
        var queue = new ArrayDeque<>(sent);
        var pipe = new Pipe();
        var writer = new FrameWriter();
        int refusals = 0;
        do {
            pipe.room = 1 + random.nextInt(5000);
            refusals++;
        } while (!writer.write(queue, pipe));
        assertThat(refusals).isGreaterThan(30);
        assertEqual(readAll(pipe, 1 << 20), sent);
    }

    @Test
    void aBodyBeyondTheLimitIsRefusedBeforeItIsAllocated() {
        assertRefused(header(1001, Frame.RESULT, (short) 0))
                .hasMessageContaining("claims a body of 1001 bytes; at most 1000");
        assertRefused(header(Integer.MAX_VALUE, Frame.RESULT, (short) 0)).hasMessageContaining("claims a body");
        assertRefused(header(-1, Frame.RESULT, (short) 0)).hasMessageContaining("claims a body of -1");
    }

    @Test
    void aTypeThatTheOtherSideMustNotSendIsRefused() {
        assertRefused(header(0, Frame.TASK, (short) 0)).hasMessageContaining("of type 16");
        assertRefused(header(0, Frame.HELLO, (short) 0)).hasMessageContaining("of type 1");
        assertRefused(header(0, (byte) 99, (short) 0)).hasMessageContaining("of type 99");
        assertRefused(header(0, Frame.RESULT, (short) 1)).hasMessageContaining("with 1 where 0 belongs");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void garbageIsRefused(long seed) {
        byte[] garbage = new byte[4096];
        new Random(seed).nextBytes(garbage);
        assertRefused(garbage);
    }

    @Test
    void greetingsAreReadBackAndAnythingElseIsNone() {
        byte[] token = new byte[Hello.TOKEN];
        new Random(1).nextBytes(token);
        var buffer = ByteBuffer.allocate(Frame.HEADER + Hello.BODY);
        Frame frame = new Hello(7, token, 1L << 30).frame();
        frame.putHeader(buffer);
        buffer.put(frame.body());
        Hello hello = Hello.parse(buffer.flip());
        assertThat(hello.number()).isEqualTo(7);
        assertThat(hello.token()).isEqualTo(token);
        assertThat(hello.maxMemory()).isEqualTo(1L << 30);
        for (int i : new int[] {0, 4, 5, 6, 12, 16, 23}) { // length, type, kind, zero, number, magic
            byte[] damaged = buffer.array().clone();
            damaged[i] ^= (byte) 0x40;
            assertThat(Hello.parse(ByteBuffer.wrap(damaged))).as("byte %d", i).isNull();
        }
    }

    private static org.assertj.core.api.AbstractThrowableAssert<?, ?> assertRefused(byte[] bytes) {
        var pipe = new Pipe();
        pipe.bytes.put(bytes);
        return assertThatThrownBy(() -> readAll(pipe, 1000)).isInstanceOf(ProtocolException.class);
    }

    private static byte[] header(int length, byte type, short zero) {
        return ByteBuffer.allocate(Frame.HEADER)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(length)
                .put(type)
                .put((byte) 0)
                .putShort(zero)
                .putLong(1)
                .array();
    }
}
