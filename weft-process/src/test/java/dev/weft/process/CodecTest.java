package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Job;
import dev.weft.JobFunction;
import java.io.Serializable;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CodecTest {
    private static final ClassLoader LOADER = CodecTest.class.getClassLoader();

    record Point(int x, @Nullable String name) implements Serializable {}

    static Stream<Object> values() {
        return Stream.of(
                true,
                false,
                (byte) -3,
                (short) -300,
                'ß',
                '\uD800',
                -1,
                Integer.MIN_VALUE,
                1L << 60,
                1.5f,
                Float.NaN,
                -0.0,
                Double.MIN_VALUE,
                "",
                "ascii",
                "Größe ÿ",
                "Ελληνικά \uD83D\uDE00",
                "lone surrogates \uDC00\uD800",
                new boolean[] {true, false, true},
                new byte[] {1, -1},
                new short[] {1, -1},
                new char[] {'a', '\uFFFF'},
                new int[] {1, -1},
                new long[] {1, -1},
                new float[] {1, -1},
                new double[] {1, -1, Double.NaN},
                new byte[0],
                new double[0],
                new String[] {"a", null},
                List.of(1, "b", 2.0),
                Map.of("k", LocalDate.EPOCH),
                new Point(3, null));
    }

    @ParameterizedTest
    @MethodSource("values")
    void aResultComesBackEqualAndOfTheSameClass(Object value) throws Exception {
        assertSame(decodeResult(value), value);
    }

    @ParameterizedTest
    @MethodSource("values")
    void aCapturedValueArrivesEqualAndOfTheSameClass(Object value) throws Exception {
        Job<Object> work = () -> value;
        assertSame(send(work).call(), value);
    }

    @Test
    void nullIsAResultAndCanBeCaptured() throws Exception {
        assertThat(decodeResult(null)).isNull();
        String nothing = nothing();
        Job<@Nullable String> work = () -> nothing;
        assertThat(send(work).call()).isNull();
    }

    private static @Nullable String nothing() {
        return null;
    }

    @Test
    void lambdasMethodReferencesAndObjectsAreWork() throws Exception {
        String word = "weft";
        Job<Integer> bound = word::length;
        Job<List<String>> constructor = ArrayList::new;
        assertThat(send(() -> 42).call()).isEqualTo(42);
        assertThat(send(bound).call()).isEqualTo(4);
        assertThat(send(constructor).call()).isEmpty();
        assertThat(send(new Sum(2, 3)).call()).isEqualTo(5);
    }

    record Sum(int a, int b) implements Job<Integer> {
        @Override
        public Integer call() {
            return a + b;
        }
    }

    @Test
    void aLambdaMayCaptureALambda() throws Exception {
        int factor = 3;
        JobFunction<Integer, Integer> function = x -> factor * x;
        assertThat(send(() -> function.apply(14)).call()).isEqualTo(42);
        assertThat(kindOf(() -> function.apply(14))).isEqualTo(Kind.LAMBDA);
    }

    @Test
    void lambdasNestedMoreDeeplyThanTheShortFormAllowsStillArrive() throws Exception {
        Job<Integer> nested = () -> 1;
        for (int i = 0; i < 20; i++) {
            Job<Integer> inner = nested;
            nested = () -> inner.call() + 1;
        }
        assertThat(send(nested).call()).isEqualTo(21);
    }

    @Test
    void whatIsReachedInTwoWaysArrivesAsOneObject() throws Exception {
        int[] shared = {1};
        List<Object> holder = new ArrayList<>(List.of(shared));
        Job<Boolean> twice = sameArray(shared, shared);
        Job<Boolean> inList = () -> holder.get(0) == shared;
        List<String> list = new ArrayList<>();
        Job<Boolean> twoGraphs = sameList(list, list);
        assertThat(send(twice).call()).isTrue();
        assertThat(send(inList).call()).isTrue();
        assertThat(send(twoGraphs).call()).isTrue();
    }

    private static Job<Boolean> sameArray(int[] a, int[] b) {
        return () -> a == b;
    }

    private static Job<Boolean> sameList(List<String> a, List<String> b) {
        return () -> a == b;
    }

    @Test
    void workIsCopiedWhenItIsEncoded() throws Exception {
        int[] captured = {1};
        Job<Integer> work = () -> captured[0];
        var encoder = new Encoder(Encoder.MOST_BYTES, null);
        byte kind = encoder.encodeWork(work);
        captured[0] = 2;
        assertThat(decodeWork(kind, encoder).call()).isEqualTo(1);
    }

    @Test
    void aWorkerThatSendsCodeIsRefused() {
        Job<Integer> work = () -> 1;
        var encoder = new Encoder(Encoder.MOST_BYTES, null);
        byte kind = encoder.encodeWork(work);
        assertThatThrownBy(() -> new Decoder(false).decode(kind, body(encoder), LOADER, null))
                .hasMessageContaining("a worker sent code");
    }

    @Test
    void aValueBeyondTheLimitIsRefusedBeforeItIsCopied() {
        assertThatThrownBy(() -> new Encoder(1000, null).encodeResult(new byte[1001]))
                .isInstanceOf(TransferException.class)
                .hasMessageContaining("a message may have 1000 bytes");
        assertThatThrownBy(() -> new Encoder(1000, null).encodeResult(new long[126]))
                .isInstanceOf(TransferException.class);
        assertThatThrownBy(() -> new Encoder(1000, null).encodeResult(List.of("x".repeat(2000))))
                .isInstanceOf(TransferException.class);
        byte[] large = new byte[2000];
        Job<Integer> work = () -> large.length;
        assertThatThrownBy(() -> new Encoder(1000, null).encodeWork(work))
                .isInstanceOf(TransferException.class)
                .hasMessageContaining("the work cannot be sent");
    }

    private static void assertSame(@Nullable Object actual, Object expected) {
        assertThat(actual).hasSameClassAs(expected);
        assertThat(Arrays.deepEquals(new Object[] {actual}, new Object[] {expected}))
                .as("%s equals %s", actual, expected)
                .isTrue();
    }

    private static @Nullable Object decodeResult(@Nullable Object value) throws Exception {
        var encoder = new Encoder(Encoder.MOST_BYTES, null);
        byte kind = encoder.encodeResult(value);
        byte[] body = body(encoder);
        return new Decoder(false).decode(kind, body, LOADER, null);
    }

    private static byte kindOf(Job<?> work) {
        return new Encoder(Encoder.MOST_BYTES, null).encodeWork(work);
    }

    private static <T extends @Nullable Object> Callable<T> send(Job<T> work) throws Exception {
        var encoder = new Encoder(Encoder.MOST_BYTES, null);
        byte kind = encoder.encodeWork(work);
        @SuppressWarnings("unchecked")
        var copy = (Callable<T>) decodeWork(kind, encoder);
        return copy;
    }

    private static Callable<?> decodeWork(byte kind, Encoder encoder) throws Exception {
        return (Callable<?>) new Decoder(true).decode(kind, body(encoder), LOADER, null);
    }

    private static byte[] body(Encoder encoder) {
        return Arrays.copyOf(encoder.bytes(), encoder.length());
    }
}
