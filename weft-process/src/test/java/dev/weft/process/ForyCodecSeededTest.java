package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.process.codec.Codec;
import dev.weft.process.codec.ForyCodec;
import java.io.IOException;
import java.io.Serializable;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Values made from a seed go through both codecs and come back equal; damaged bytes of Fory end in an exception or in
 * some value.
 */
@SuppressWarnings("serial")
class ForyCodecSeededTest {
    private static final ClassLoader LOADER = ForyCodecSeededTest.class.getClassLoader();

    @SuppressWarnings("ArrayRecordComponent") // has an equals of its own
    record Leaf(int number, String text, double[] weights, TimeUnit unit) implements Serializable {
        @Override
        public boolean equals(Object other) {
            return other instanceof Leaf(int n, String t, double[] w, TimeUnit u)
                    && n == number
                    && t.equals(text)
                    && Arrays.equals(w, weights)
                    && u == unit;
        }

        @Override
        public int hashCode() {
            return number;
        }
    }

    private static Object make(Random random, int depth) {
        int size = random.nextInt(6);
        return switch (random.nextInt(depth > 4 ? 7 : 11)) {
            case 0 -> random.nextInt();
            case 1 -> text(random);
            case 2 -> random.nextLong();
            case 3 -> BigInteger.valueOf(random.nextLong()).pow(3);
            case 4 -> Duration.ofNanos(random.nextLong());
            case 5 -> random.nextBoolean() ? TimeUnit.NANOSECONDS : TimeUnit.DAYS;
            case 6 ->
                new Leaf(
                        random.nextInt(),
                        text(random),
                        random.doubles(size).toArray(),
                        size > 2 ? TimeUnit.DAYS : null);
            case 7 -> {
                var list = new ArrayList<Object>();
                for (int i = 0; i < size; i++) {
                    list.add(make(random, depth + 1));
                }
                yield list;
            }
            case 8 -> {
                Map<String, Object> map = random.nextBoolean() ? new LinkedHashMap<>() : new TreeMap<>();
                for (int i = 0; i < size; i++) {
                    map.put(text(random), make(random, depth + 1));
                }
                yield map;
            }
            case 9 -> List.of(make(random, depth + 1), make(random, depth + 1));
            default -> {
                var map = new HashMap<Object, Object>();
                map.put(random.nextInt(), null);
                map.put(make(random, 5), make(random, depth + 1));
                yield map;
            }
        };
    }

    private static String text(Random random) {
        return random.ints(random.nextInt(12), 1, random.nextBoolean() ? 128 : 0xD7FF)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void valuesComeBackEqualByBothCodecs(long seed) throws Exception {
        var random = new Random(seed);
        Codec.Session fory = new ForyCodec().open();
        for (int round = 0; round < 300; round++) {
            Object value = make(random, 0);
            for (Codec.Session codec : new Codec.Session[] {null, fory}) {
                var encoder = new Encoder(Encoder.MOST_BYTES, null).codec(codec);
                byte kind = encoder.encodeResult(value);
                byte[] body = Arrays.copyOf(encoder.bytes(), encoder.length());
                Object back = new Decoder(false)
                        .codec(codec)
                        .decode(kind, body, LOADER, new ResultFilter(List.of()).forMessage(body.length));
                assertThat(back)
                        .as("seed %d, round %d, codec %s", seed, round, codec)
                        .isEqualTo(value);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void damagedBytesAreRefusedOrDecoded(long seed) {
        var random = new Random(seed);
        Codec.Session worker = new ForyCodec().open();
        Codec.Session pool = new ForyCodec().open();
        for (int round = 0; round < 2000; round++) {
            var encoder = new Encoder(Encoder.MOST_BYTES, null).codec(worker);
            byte kind = encoder.encodeResult(new ArrayList<>(List.of(make(random, 1), make(random, 1))));
            byte[] body = Arrays.copyOf(encoder.bytes(), encoder.length() - random.nextInt(2));
            for (int i = random.nextInt(4); i >= 0; i--) {
                body[random.nextInt(body.length)] = (byte) random.nextInt(256);
            }
            try {
                new Decoder(false)
                        .codec(pool)
                        .decode(kind, body, LOADER, new ResultFilter(List.of()).forMessage(body.length));
            } catch (IOException | ReflectiveOperationException | RuntimeException | LinkageError e) {
                assertThat(e).as("seed %d, round %d", seed, round).isNotNull();
            }
        }
    }
}
