package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Job;
import java.io.Serializable;
import java.io.StreamCorruptedException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Buffers, memory segments and large arrays, alone and inside of graphs, with files and without. */
class BuffersTest {
    private static final ClassLoader LOADER = BuffersTest.class.getClassLoader();
    private static final int LARGE = SharedFiles.LEAST_BYTES + 13;

    @TempDir
    Path directory;

    private SharedFiles writer;
    private SharedFiles reader;

    @SuppressWarnings({"serial", "ArrayRecordComponent"}) // made to be sent, not compared
    record Image(String name, byte[] pixels, boolean[] mask, ByteBuffer header) implements Serializable {}

    @BeforeEach
    void open() {
        writer = new SharedFiles(directory + "/f");
        reader = new SharedFiles(directory + "/f");
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    @SuppressWarnings("unchecked")
    private <T> T through(T value) throws Exception {
        var encoder = new Encoder(1 << 24, null).share(writer);
        byte kind = encoder.encodeResult(value);
        byte[] body = Arrays.copyOf(encoder.bytes(), encoder.length());
        var decoder = new Decoder(false, reader, writer::release, 1 << 24);
        return (T) decoder.decode(kind, body, LOADER, new ResultFilter(List.of()).forMessage(body.length));
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.capacity()];
        buffer.duplicate().clear().get(bytes);
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100, LARGE})
    void buffersKeepContentPositionLimitOrderAndWhereTheyAre(int size) throws Exception {
        for (boolean direct : new boolean[] {false, true}) {
            for (ByteOrder order : List.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN)) {
                ByteBuffer buffer = direct ? ByteBuffer.allocateDirect(size) : ByteBuffer.allocate(size);
                buffer.put(random(size)).order(order).limit(size / 2 + size % 2).position(size / 3);
                for (ByteBuffer sent : List.of(buffer, buffer.asReadOnlyBuffer().order(order))) {
                    ByteBuffer back = through(sent);
                    assertThat(back).isEqualTo(sent);
                    assertThat(bytes(back)).isEqualTo(bytes(sent));
                    assertThat(back.position()).isEqualTo(sent.position());
                    assertThat(back.limit()).isEqualTo(sent.limit());
                    assertThat(back.order()).isEqualTo(order);
                    assertThat(back.isDirect()).isEqualTo(direct);
                    assertThat(back.isReadOnly()).isEqualTo(sent.isReadOnly());
                }
                assertThat(buffer.position()).as("position of what was sent").isEqualTo(size / 3);
            }
        }
    }

    @Test
    void aSliceIsSentWithoutItsSurroundings() throws Exception {
        ByteBuffer slice = ByteBuffer.wrap(random(100)).slice(40, 10);
        ByteBuffer back = through(slice);
        assertThat(back.capacity()).isEqualTo(10);
        assertThat(back).isEqualTo(slice);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 100, LARGE})
    void segmentsKeepContentAndWhereTheyAre(long size) throws Exception {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(size);
            memory.copyFrom(MemorySegment.ofArray(random((int) size)));
            MemorySegment back = through(memory);
            assertThat(back.isNative()).isTrue();
            assertThat(back.mismatch(memory)).isEqualTo(-1);
            assertThat(through(memory.asReadOnly()).isReadOnly()).isTrue();
        }
        MemorySegment heap = MemorySegment.ofArray(random((int) size));
        MemorySegment back = through(heap);
        assertThat(back.isNative()).isFalse();
        assertThat(back.mismatch(heap)).isEqualTo(-1);
    }

    @Test
    void aSegmentOfLongsCanBeReadAsLongsAgain() throws Exception {
        MemorySegment back = through(MemorySegment.ofArray(new long[] {1, -2, 3}));
        assertThat(back.getAtIndex(ValueLayout.JAVA_LONG, 1)).isEqualTo(-2);
        assertThat(back.heapBase().orElseThrow()).isInstanceOf(long[].class);
        MemorySegment doubles = through(MemorySegment.ofArray(new double[] {1.5, 2.5}));
        assertThat(doubles.heapBase().orElseThrow()).isEqualTo(new double[] {1.5, 2.5});
    }

    @Test
    void aClosedSegmentFailsInWords() {
        MemorySegment memory;
        try (Arena arena = Arena.ofConfined()) {
            memory = arena.allocate(8);
        }
        assertThatThrownBy(() -> through(memory))
                .isInstanceOf(TransferException.class)
                .hasMessageContaining("Already closed");
    }

    @Test
    void booleansAreShared() throws Exception {
        boolean[] mask = new boolean[LARGE];
        for (int i = 0; i < LARGE; i += 3) {
            mask[i] = true;
        }
        assertThat(through(mask)).isEqualTo(mask);
        assertThat(directory.toFile().list()).isNotEmpty();
    }

    @Test
    void largeArraysInsideOfGraphsDoNotGoWithTheMessage() throws Exception {
        byte[] pixels = random(1 << 20);
        boolean[] mask = new boolean[LARGE];
        mask[7] = true;
        var image =
                new Image("x", pixels, mask, ByteBuffer.allocateDirect(LARGE).put(5, (byte) 1));
        List<Object> list = new ArrayList<>(List.of(image, Map.of("again", pixels), pixels, new double[LARGE / 8]));
        var encoder = new Encoder(1 << 24, null).share(writer);
        encoder.encodeResult(list);
        assertThat(encoder.length()).isLessThan(4096);
        assertThat(encoder.shared()).hasSize(4);
        encoder.abandon();

        List<Object> back = through(list);
        var other = (Image) back.getFirst();
        assertThat(other.pixels()).isEqualTo(pixels);
        assertThat(other.mask()).isEqualTo(mask);
        assertThat(other.header().isDirect()).isTrue();
        assertThat(other.header()).isEqualTo(image.header());
        assertThat(back.get(2)).as("reached in two ways").isSameAs(other.pixels());
        assertThat(((Map<?, ?>) back.get(1)).get("again")).isSameAs(other.pixels());
    }

    @Test
    void smallOnesInsideOfGraphsGoWithTheMessage() throws Exception {
        var image = new Image(
                "x", random(10), new boolean[2], ByteBuffer.wrap(random(5)).position(2));
        Image back = through(new ArrayList<>(List.of(image))).getFirst();
        assertThat(back.header()).isEqualTo(image.header());
        assertThat(back.header().position()).isEqualTo(2);
        List<MemorySegment> segments = through(new ArrayList<>(List.of(MemorySegment.ofArray(new int[] {1, 2}))));
        assertThat(segments.getFirst().toArray(ValueLayout.JAVA_INT)).containsExactly(1, 2);
        assertThat(directory.toFile().list()).isEmpty();
    }

    @Test
    void theyCanBeCaptured() throws Exception {
        ByteBuffer buffer = ByteBuffer.wrap(random(LARGE)).position(3);
        MemorySegment memory = MemorySegment.ofArray(new byte[] {1, 2});
        Job<Integer> job = () -> buffer.position() + memory.get(ValueLayout.JAVA_BYTE, 1);
        var encoder = new Encoder(1 << 24, null).share(writer);
        byte kind = encoder.encodeWork(job);
        assertThat(encoder.length()).isLessThan(4096);
        byte[] body = Arrays.copyOf(encoder.bytes(), encoder.length());
        Object back = new Decoder(true, reader, null, 1 << 24).decode(kind, body, LOADER, null);
        assertThat(((Job<?>) back).call()).isEqualTo(5);
    }

    @Test
    void aWorkerCannotHaveMoreAllocatedThanItHasWritten() {
        long number = writer.write(random(LARGE));
        var decoder = new Decoder(false, reader, null, 1 << 24);
        for (Object forged : List.of(
                new LargeContent(Kind.BYTES, number, 1 << 23),
                new LargeContent(Kind.BYTES, 77, 10),
                new LargeContent(Kind.BYTES, number, -1),
                new LargeContent(Kind.GRAPH, number, 8),
                new SentBuffer((byte) 0, 5, 3, new byte[10]),
                new SentBuffer((byte) 1, 0, 11, new byte[10]),
                new SentBuffer((byte) 0, 0, 1, "x"),
                new SentMemory((byte) 0, Kind.GRAPH, new byte[10]))) {
            var encoder = new Encoder(1 << 24, null);
            byte kind = encoder.encodeResult(forged);
            assertThatThrownBy(() -> decoder.decode(
                            kind,
                            Arrays.copyOf(encoder.bytes(), encoder.length()),
                            LOADER,
                            new ResultFilter(List.of()).forMessage(encoder.length())))
                    .as("%s", forged)
                    .isInstanceOf(java.io.IOException.class);
        }
        var encoder = new Encoder(1 << 26, null);
        byte kind = encoder.encodeResult(new ArrayList<>(java.util.stream.IntStream.range(0, 100)
                .mapToObj(i -> new LargeContent(Kind.BYTES, number, LARGE))
                .toList()));
        assertThatThrownBy(() -> decoder.decode(
                        kind,
                        Arrays.copyOf(encoder.bytes(), encoder.length()),
                        LOADER,
                        new ResultFilter(List.of()).forMessage(encoder.length())))
                .isInstanceOf(StreamCorruptedException.class)
                .hasMessageContaining("all arrays together");
    }
}
