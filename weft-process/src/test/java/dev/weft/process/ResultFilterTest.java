package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InvalidClassException;
import java.io.Serializable;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URL;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.assertj.core.description.Description;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("serial")
class ResultFilterTest {
    record Money(BigDecimal amount) implements Serializable {}

    private static Object through(ResultFilter filter, Object value) throws Exception {
        var encoder = new Encoder(Encoder.MOST_BYTES, null);
        byte kind = encoder.encodeResult(value);
        byte[] body = Arrays.copyOf(encoder.bytes(), encoder.length());
        ResultFilter.OneMessage check = filter.forMessage(body.length);
        try {
            return new Decoder(false).decode(kind, body, ResultFilterTest.class.getClassLoader(), check);
        } catch (InvalidClassException e) {
            throw new SecurityException(check.refused(), e);
        }
    }

    private static ResultFilter filter(String... allowed) {
        return new ResultFilter(List.of(allowed));
    }

    @Test
    void valuesOfTheJdkRecordsEnumsAndExceptionsAreTaken() throws Exception {
        var map = new HashMap<Integer, Object>();
        for (int i = 0; i < 1000; i++) {
            map.put(i, UUID.randomUUID());
        }
        Object value = new ArrayList<>(Arrays.asList(
                map,
                new TreeMap<>(Map.of("k", Instant.EPOCH)),
                new ConcurrentHashMap<>(Map.of(1, List.of(2))),
                new Money(BigDecimal.ONE),
                TimeUnit.SECONDS,
                null));
        assertThat(through(filter(), value)).isEqualTo(value);
        assertThat(through(filter(), new int[][] {{1}, {2}})).isEqualTo(new int[][] {{1}, {2}});
        assertThat(through(filter(), new IllegalStateException("x"))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void otherClassesAreRefusedWithTheRemedy() {
        assertThatThrownBy(() -> through(filter(), new Description[0]))
                .hasMessageContaining("org.assertj.core.description.Description")
                .hasMessageContaining("ProcessPool.builder().allow(\"org.assertj.core.description.Description\")");
        assertThatThrownBy(
                        () -> through(filter(), URI.create("http://localhost/").toURL()))
                .hasMessageContaining("java.net.URL");
        assertThatThrownBy(() -> through(filter(), (Runnable & Serializable) () -> {}))
                .hasMessageContaining("java.lang.invoke.SerializedLambda");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"org.assertj.core.description.Description", "org.assertj.core.description.*", "org.assertj.**"})
    void aPatternAllowsThem(String pattern) throws Exception {
        assertThat(through(filter(pattern), new Description[0])).isInstanceOf(Description[].class);
    }

    @Test
    void aPatternOfOnePackageDoesNotReachBelow() {
        assertThatThrownBy(() -> through(filter("org.assertj.core.*"), new Description[0]))
                .isInstanceOf(SecurityException.class);
    }

    static final class Plain implements Serializable {}

    @Test
    void classesOfTheApplicationThatSentWorkAreTaken() throws Exception {
        var filter = filter();
        assertThatThrownBy(() -> through(filter, new Plain())).isInstanceOf(SecurityException.class);
        filter.trustApplication(ProcessPool.class); // dev.weft
        assertThat(through(filter, new Plain())).isInstanceOf(Plain.class);
        assertThatThrownBy(() -> through(filter, new Description[0])).isInstanceOf(SecurityException.class);
    }

    @Test
    void aClassThatWasSentMayComeBackUnlessItIsOfTheJdk() throws Exception {
        var filter = filter();
        filter.trustClass(Plain.class);
        filter.trustClass(URL.class);
        assertThat(through(filter, new Plain())).isInstanceOf(Plain.class);
        assertThatThrownBy(() -> through(filter, URI.create("http://localhost/").toURL()))
                .isInstanceOf(SecurityException.class);
    }

    @Test
    void anArrayThatTheMessageCannotHoldIsRefusedBeforeItIsAllocated() throws Exception {
        var encoder = new Encoder(Encoder.MOST_BYTES, null);
        byte kind = encoder.encodeResult(new Object[] {1, 2, 3});
        byte[] body = Arrays.copyOf(encoder.bytes(), encoder.length());
        int length = 0;
        while (!(body[length] == 0 && body[length + 1] == 0 && body[length + 2] == 0 && body[length + 3] == 3)) {
            length++;
        }
        body[length] = 0x7F;
        ResultFilter.OneMessage check = filter().forMessage(body.length);
        assertThatThrownBy(
                        () -> new Decoder(false).decode(kind, body, getClass().getClassLoader(), check))
                .isInstanceOf(InvalidClassException.class);
        assertThat(check.refused()).contains("claims an array of " + 0x7F000003);
    }

    /** One within the other, each as long as the message could hold if it were the only one. */
    @Test
    void arraysThatTheMessageCannotHoldTogetherAreRefusedBeforeTheyAreAllocated() throws Exception {
        Object[] nested = new Object[1];
        for (int depth = 0; depth < 1000; depth++) {
            nested = new Object[] {nested};
        }
        var encoder = new Encoder(Encoder.MOST_BYTES, null);
        byte kind = encoder.encodeResult(nested);
        byte[] body = Arrays.copyOf(encoder.bytes(), encoder.length());
        ByteBuffer bytes = ByteBuffer.wrap(body);
        for (int at = 0; at + 10 <= body.length; at++) {
            // an array of the class that was named before, with one element
            if (bytes.get(at) == 0x75 && bytes.get(at + 1) == 0x71 && bytes.getInt(at + 6) == 1) {
                bytes.putInt(at + 6, body.length);
            }
        }
        ResultFilter.OneMessage check = filter().forMessage(body.length);
        assertThatThrownBy(
                        () -> new Decoder(false).decode(kind, body, getClass().getClassLoader(), check))
                .isInstanceOf(InvalidClassException.class);
        assertThat(check.refused()).contains("claims arrays of ").contains("elements together");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "com.acme.", ".*", "com..acme", "com.acme.***", "com acme", "*"})
    void aMalformedPatternIsRefused(String pattern) {
        assertThatThrownBy(() -> ProcessPool.builder().allow(pattern))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + pattern + "'");
    }
}
