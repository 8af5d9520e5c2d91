package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Job;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Damaged messages: each must end in an exception that the reader expects, or in some value; never in an error or an
 * endless allocation.
 */
class CodecSeededTest {
    private static final ClassLoader LOADER = CodecSeededTest.class.getClassLoader();
    private static final int ROUNDS = 3_000;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aDamagedResultIsRefusedOrDecoded(long seed) {
        var random = new Random(seed);
        Object[] values = {
            "text",
            "Ελλ",
            1L,
            new double[] {1, 2, 3},
            new boolean[7],
            List.of(1, "two", 3.0),
            Map.of("a", List.of(1)),
            new IllegalStateException("x")
        };
        for (int round = 0; round < ROUNDS; round++) {
            var encoder = new Encoder(Encoder.MOST_BYTES, null);
            byte kind = encoder.encodeResult(values[random.nextInt(values.length)]);
            byte[] body = damage(Arrays.copyOf(encoder.bytes(), encoder.length()), random);
            byte damagedKind = random.nextInt(4) == 0 ? (byte) random.nextInt(256) : kind;
            check(
                    seed,
                    round,
                    () -> new Decoder(false)
                            .decode(damagedKind, body, LOADER, new ResultFilter(List.of()).forMessage(body.length)));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aDamagedFailureIsRefusedOrStoodInFor(long seed) {
        var random = new Random(seed);
        Frame frame = FailureCodec.encode(1, new IllegalStateException("outer", new RuntimeException("inner")));
        for (int round = 0; round < ROUNDS / 10; round++) {
            byte[] body = damage(Arrays.copyOf(frame.body(), frame.length()), random);
            check(
                    seed,
                    round,
                    () -> FailureCodec.decode(
                            new Decoder(false), body, LOADER, new ResultFilter(List.of()).forMessage(body.length)));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void damagedWorkIsRefusedOrDecoded(long seed) {
        var random = new Random(seed);
        int number = 4711;
        String text = "captured";
        byte[] bytes = {1, 2, 3};
        Job<Integer> work = () -> number + text.length() + bytes.length;
        for (int round = 0; round < ROUNDS; round++) {
            var encoder = new Encoder(Encoder.MOST_BYTES, null);
            byte kind = encoder.encodeWork(work);
            byte[] body = damage(Arrays.copyOf(encoder.bytes(), encoder.length()), random);
            check(seed, round, () -> new Decoder(true).decode(kind, body, LOADER, null));
        }
    }

    @Test
    void aTruncatedValueIsRefusedAtEveryLength() {
        var encoder = new Encoder(Encoder.MOST_BYTES, null);
        String text = "captured";
        Job<Integer> work = text::length;
        byte kind = encoder.encodeWork(work);
        for (int length = 0; length < encoder.length(); length++) {
            byte[] body = Arrays.copyOf(encoder.bytes(), length);
            assertThat(failure(() -> new Decoder(true).decode(kind, body, LOADER, null)))
                    .as("length %d", length)
                    .isNotNull();
        }
    }

    private static byte[] damage(byte[] body, Random random) {
        byte[] damaged = random.nextInt(3) == 0 ? Arrays.copyOf(body, random.nextInt(body.length + 8)) : body;
        for (int i = random.nextInt(4); i >= 0 && damaged.length > 0; i--) {
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
        }
        return damaged;
    }

    private interface Decoding {
        Object run() throws Exception;
    }

    private static void check(long seed, int round, Decoding decoding) {
        Throwable failure = failure(decoding);
        if (failure != null) {
            // What user code throws while it is read may be any exception; the JDK itself throws some runtime
            // exceptions for damaged streams.
            assertThat(failure)
                    .as("seed %d, round %d", seed, round)
                    .isInstanceOfAny(
                            IOException.class,
                            ReflectiveOperationException.class,
                            RuntimeException.class,
                            LinkageError.class)
                    .isNotInstanceOfAny(IndexOutOfBoundsException.class, java.nio.BufferUnderflowException.class);
        }
    }

    private static Throwable failure(Decoding decoding) {
        try {
            decoding.run();
            return null;
        } catch (Throwable e) {
            return e;
        }
    }
}
