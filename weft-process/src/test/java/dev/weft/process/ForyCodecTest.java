package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Job;
import dev.weft.process.codec.Codec;
import dev.weft.process.codec.ForyCodec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serial;
import java.io.Serializable;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.net.Socket;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.assertj.core.description.TextDescription;
import org.junit.jupiter.api.Test;

/**
 * Objects by way of Fory: the same values come through, and a pool takes no more from its workers than by way of JDK
 * serialization.
 */
@SuppressWarnings("serial")
class ForyCodecTest {
    private static final ClassLoader LOADER = ForyCodecTest.class.getClassLoader();
    private static final AtomicBoolean RAN = new AtomicBoolean();

    record Money(BigDecimal amount, String currency) {}

    static class Node {
        final String name;

        Node next;

        Node(String name) {
            this.name = name;
        }
    }

    static class Holder {
        final Socket socket = new Socket();
    }

    record Order(String id, List<Holder> holders) {}

    /** Not of the JDK's value packages, no record, and in the filter's eyes a stranger. */
    static final class Acting implements Serializable {
        @Serial
        private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
            RAN.set(true);
            in.defaultReadObject();
        }
    }

    private final Codec.Session worker = new ForyCodec().open();
    private final Codec.Session pool = new ForyCodec().open();

    private byte[] sent(Object value) throws IOException {
        var bytes = new ByteArrayOutputStream();
        worker.write(value, bytes, _ -> {});
        return bytes.toByteArray();
    }

    private Object taken(byte[] bytes, String... allowed) throws Exception {
        ResultFilter.OneMessage check = new ResultFilter(List.of(allowed)).forMessage(bytes.length);
        try {
            return new Decoder(false).codec(pool).decode(Kind.OBJECT, bytes, LOADER, check);
        } catch (Throwable e) {
            throw check.refused() == null
                    ? e instanceof Exception other ? other : new Exception(e)
                    : new SecurityException(check.refused(), e);
        }
    }

    @Test
    void valuesComeThroughAndNeedNotBeSerializable() throws Exception {
        var map = new HashMap<Integer, Object>();
        for (int i = 0; i < 1000; i++) {
            map.put(i, UUID.randomUUID());
        }
        Object value = new ArrayList<>(Arrays.asList(
                map,
                new TreeMap<>(Map.of("k", Instant.EPOCH)),
                new ConcurrentHashMap<>(Map.of(1, List.of(2))),
                new Money(BigDecimal.ONE, "€"),
                Optional.of("x"),
                TimeUnit.SECONDS,
                null));
        for (int i = 0; i < 3; i++) {
            assertThat(taken(sent(value))).isEqualTo(value);
        }
    }

    @Test
    void cyclesAndSharedObjectsAreKept() throws Exception {
        Node first = new Node("first");
        first.next = new Node("second");
        first.next.next = first;
        var back = (Node) taken(sent(first), Node.class.getName());
        assertThat(back.name).isEqualTo("first");
        assertThat(back.next.next).isSameAs(back);
    }

    @Test
    void classesThatJdkSerializationWouldRefuseAreRefused() {
        for (Object stranger : List.of(new TextDescription("x"), new Acting(), new Node("x"))) {
            assertThatThrownBy(() -> taken(sent(stranger)))
                    .isInstanceOf(SecurityException.class)
                    .hasMessageContaining("ProcessPool.builder().allow(\""
                            + stranger.getClass().getName() + "\")");
            assertThatThrownBy(() -> taken(sent(new ArrayList<>(List.of(Map.of("k", stranger))))))
                    .isInstanceOf(SecurityException.class);
            assertThatThrownBy(() -> taken(sent(new Object[] {stranger}))).isInstanceOf(SecurityException.class);
        }
        assertThatThrownBy(() -> taken(sent(URI.create("http://localhost/").toURL())))
                .isInstanceOf(Exception.class);
        assertThat(RAN).as("code of a refused class ran").isFalse();
    }

    @Test
    void codeIsRefused() {
        Job<String> job = () -> "x";
        assertThatThrownBy(() -> taken(sent(new ArrayList<>(List.of(job)))))
                .isInstanceOf(SecurityException.class)
                .hasMessageContaining("java.lang.invoke.SerializedLambda");
        Object proxy = Proxy.newProxyInstance(
                LOADER, new Class<?>[] {Supplier.class}, (Serializable & java.lang.reflect.InvocationHandler)
                        (_, _, _) -> "x");
        assertThatThrownBy(() -> taken(sent(new ArrayList<>(List.of(proxy))))).isInstanceOf(SecurityException.class);
        assertThatThrownBy(() -> taken(sent(new Object[] {Runtime.class}))).isInstanceOf(Exception.class);
    }

    @Test
    void classesThatWereSentAreTakenBack() throws Exception {
        var filter = new ResultFilter(List.of());
        var encoder = new Encoder(Encoder.MOST_BYTES, filter).codec(pool);
        byte kind = encoder.encodeResult(new Node("x"));
        byte[] bytes = Arrays.copyOf(encoder.bytes(), encoder.length());
        assertThat(kind).isEqualTo(Kind.OBJECT);
        Object back = new Decoder(false).codec(pool).decode(kind, bytes, LOADER, filter.forMessage(bytes.length));
        assertThat(back).isInstanceOf(Node.class);
    }

    @Test
    void whatCannotBeSentIsNamedByItsPath() {
        var order = new Order("4711", List.of(new Holder()));
        Job<String> work = () -> order.id();
        var encoder = new Encoder(Encoder.MOST_BYTES, null).codec(pool);
        assertThatThrownBy(() -> encoder.encodeWork(work))
                .isInstanceOf(TransferException.class)
                .hasMessageContaining("java.net.Socket cannot be sent")
                .hasMessageContaining("Order.holders")
                .hasMessageContaining("element 0 (dev.weft.process.ForyCodecTest$Holder)")
                .hasMessageContaining("Holder.socket (java.net.Socket)");
    }

    @Test
    void aSessionIsUsableAfterFailures() throws Exception {
        assertThatThrownBy(() -> sent(new Holder())).isInstanceOf(Exception.class);
        assertThatThrownBy(() -> taken(new byte[] {1, 2, 3})).isInstanceOf(Exception.class);
        assertThat(taken(sent(new Money(BigDecimal.TEN, "$")))).isEqualTo(new Money(BigDecimal.TEN, "$"));
    }

    @Test
    void bytesOfACodecAreRefusedWhereThereIsNone() {
        assertThatThrownBy(() -> new Decoder(false).decode(Kind.OBJECT, new byte[8], LOADER, null))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("this pool has none");
    }
}
