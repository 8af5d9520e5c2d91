package dev.weft.http;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Runs a test with many random inputs. Each has a seed of its own, which a failure names; {@code -Dweft.fuzz.seed=...}
 * runs that one again, and {@code -Dweft.fuzz.factor=100} looks longer.
 */
public final class Fuzz {
    private static final byte[] ODD = "\r\n-:;=\" ,\0%".getBytes(StandardCharsets.US_ASCII);
    private static final String SEED = "weft.fuzz.seed";

    private Fuzz() {}

    /** One case. */
    @FunctionalInterface
    public interface Case {
        void run(Random random) throws Exception;
    }

    /** Runs {@code count} cases. */
    public static void cases(int count, Case body) {
        Long wanted = Long.getLong(SEED);
        if (wanted != null) {
            one(wanted, body);
            return;
        }
        for (long i = 0; i < (long) count * Integer.getInteger("weft.fuzz.factor", 1); i++) {
            one(ThreadLocalRandom.current().nextLong(), body);
        }
    }

    private static void one(long seed, Case body) {
        try {
            body.run(new Random(seed));
        } catch (Exception | AssertionError e) {
            throw new AssertionError("failed with -D" + SEED + "=" + seed, e);
        }
    }

    /** {@return a text made of up to {@code most} of these pieces, and now and then of any character} */
    public static String text(Random random, int most, String... pieces) {
        var text = new StringBuilder();
        for (int left = random.nextInt(most + 1); left > 0; left--) {
            if (random.nextInt(12) == 0) {
                text.append((char) random.nextInt(random.nextBoolean() ? 128 : 0x3000));
            } else {
                text.append(pieces[random.nextInt(pieces.length)]);
            }
        }
        return text.toString();
    }

    /** {@return the bytes with a few of them changed, dropped, doubled, or cut off} */
    public static byte[] mutated(Random random, byte[] good) {
        byte[] bytes = good.clone();
        for (int left = 1 + random.nextInt(3); left > 0 && bytes.length > 0; left--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(5)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes[at] = ODD[random.nextInt(ODD.length)];
                case 2 -> bytes = joined(bytes, 0, at, at + 1, bytes.length);
                case 3 -> bytes = joined(bytes, 0, at, Math.max(0, at - random.nextInt(20)), bytes.length);
                default -> bytes = random.nextInt(4) == 0 ? java.util.Arrays.copyOf(bytes, at) : bytes;
            }
        }
        return bytes;
    }

    private static byte[] joined(byte[] bytes, int from, int to, int again, int end) {
        var all = new byte[to - from + end - again];
        System.arraycopy(bytes, from, all, 0, to - from);
        System.arraycopy(bytes, again, all, to - from, end - again);
        return all;
    }

    /** {@return one of these} */
    public static <T> T oneOf(Random random, List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    /** {@return a stream of the bytes that gives a few at a time} */
    public static InputStream inPieces(Random random, byte[] bytes) {
        int most = 1 + random.nextInt(random.nextBoolean() ? 5 : 10_000);
        return new InputStream() {
            private int at;

            @Override
            public int read() {
                return at == bytes.length ? -1 : bytes[at++] & 0xFF;
            }

            @Override
            public int read(byte[] into, int offset, int length) {
                if (at == bytes.length) {
                    return -1;
                }
                int count = Math.min(Math.min(1 + random.nextInt(most), length), bytes.length - at);
                System.arraycopy(bytes, at, into, offset, count);
                at += count;
                return count;
            }
        };
    }
}
