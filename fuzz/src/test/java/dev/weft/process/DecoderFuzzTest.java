package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The bodies of frames: a value is refused as a damaged stream, or decoded into no more memory than its bytes back. */
class DecoderFuzzTest {
    private static final ClassLoader LOADER = DecoderFuzzTest.class.getClassLoader();

    /** What every stream of JDK serialization begins with. */
    private static final byte[] GRAPH = {(byte) 0xAC, (byte) 0xED};

    private static final int LONGEST_SHARED = 1 << 12;

    @TempDir
    private static Path directory;

    @BeforeAll
    static void putAnArrayIntoAFile() throws IOException {
        Files.write(Path.of(prefix() + "1"), new byte[LONGEST_SHARED / 2]);
    }

    private static String prefix() {
        return directory.resolve("shared-").toString();
    }

    private static Decoder decoder(boolean lambdas) {
        return new Decoder(lambdas, new SharedFiles(prefix()), _ -> {}, LONGEST_SHARED);
    }

    private static ResultFilter.OneMessage filter(byte[] bytes) {
        return new ResultFilter(List.of()).forMessage(bytes.length);
    }

    private static ByteBuffer littleEndian(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** What reading a graph throws is up to the JDK and to the classes in it. */
    private static void assertExpected(Throwable failure, boolean graph) {
        if (graph) {
            assertThat(failure)
                    .isInstanceOfAny(
                            IOException.class,
                            ReflectiveOperationException.class,
                            RuntimeException.class,
                            LinkageError.class,
                            StackOverflowError.class);
        } else {
            assertThat(failure).isInstanceOf(IOException.class);
        }
    }

    private static void assertBacked(Object value, int bytes) {
        long size = switch (value) {
            case String text -> text.length();
            case ByteBuffer buffer -> buffer.capacity();
            case MemorySegment memory -> memory.byteSize();
            case null -> 0;
            default -> value.getClass().isArray() ? Array.getLength(value) : 0;
        };
        assertThat(size).isLessThanOrEqualTo(Math.max(64 + 4L * bytes, LONGEST_SHARED));
    }

    /** The result of a task: a kind, and the body of a frame. */
    @FuzzTest
    void results(byte[] bytes) {
        if (bytes.length == 0) {
            return;
        }
        byte kind = bytes[0];
        byte[] body = Arrays.copyOfRange(bytes, 1, bytes.length);
        Decoder decoder = decoder(false);
        try {
            assertBacked(decoder.decode(kind, body, LOADER, filter(body)), body.length);
        } catch (Throwable e) {
            assertExpected(e, kind == Kind.GRAPH);
        } finally {
            decoder.close();
        }
    }

    /** Values with kind and length, one behind the other: passing over one leads to where reading it does. */
    @FuzzTest
    void values(byte[] bytes) {
        ByteBuffer read = littleEndian(bytes);
        ByteBuffer passed = littleEndian(bytes);
        Decoder decoder = decoder(false);
        try {
            while (read.hasRemaining()) {
                boolean graph = Kind.isGraph(read.get(read.position()));
                boolean whole = passes(passed);
                try {
                    assertBacked(decoder.nested(read, LOADER, filter(bytes)), bytes.length);
                    assertThat(whole).isTrue();
                } catch (Throwable e) {
                    assertExpected(e, graph && whole);
                }
                if (!whole) {
                    return;
                }
                assertThat(read.position()).isEqualTo(passed.position());
            }
        } finally {
            decoder.close();
        }
    }

    private static boolean passes(ByteBuffer in) {
        try {
            Decoder.skipNested(in);
            return true;
        } catch (StreamCorruptedException e) {
            return false;
        }
    }

    /** The exception of a task. */
    @FuzzTest
    void failures(byte[] bytes) {
        try {
            assertThat(FailureCodec.decode(new Decoder(false), bytes, LOADER, filter(bytes)))
                    .isNotNull();
        } catch (IOException e) {
            // refused; some of the JDK's say no more than their class
        }
    }

    /** Work for a worker, which takes lambdas. Which classes a pool may have it read as graphs is up to the pool. */
    @FuzzTest
    void work(byte[] bytes) {
        if (hasGraph(bytes)) {
            return;
        }
        Decoder decoder = decoder(true);
        try {
            decoder.nested(littleEndian(bytes), LOADER, null);
        } catch (Throwable e) {
            assertThat(e).isInstanceOfAny(IOException.class, ReflectiveOperationException.class, LinkageError.class);
        } finally {
            decoder.close();
        }
    }

    private static boolean hasGraph(byte[] bytes) {
        for (int i = 0; i + GRAPH.length <= bytes.length; i++) {
            if (Arrays.equals(bytes, i, i + GRAPH.length, GRAPH, 0, GRAPH.length)) {
                return true;
            }
        }
        return false;
    }
}
