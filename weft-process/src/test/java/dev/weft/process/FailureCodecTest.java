package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

@SuppressWarnings("serial")
class FailureCodecTest {
    private static Throwable through(Throwable failure) throws IOException {
        Frame frame = FailureCodec.encode(1, failure);
        byte[] body = Arrays.copyOf(frame.body(), frame.length());
        return FailureCodec.decode(
                new Decoder(false),
                body,
                FailureCodecTest.class.getClassLoader(),
                new ResultFilter(List.of()).forMessage(body.length));
    }

    @Test
    void anExceptionKeepsItsTypeMessageStackAndCause() throws IOException {
        var failure = new IllegalStateException("outer", new IOException("inner"));
        Throwable copy = through(failure);
        assertThat(copy)
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("outer")
                .hasCauseExactlyInstanceOf(IOException.class);
        assertThat(copy.getStackTrace()).isEqualTo(failure.getStackTrace());
    }

    static class WithBaggage extends RuntimeException {
        final Object baggage = new Object();

        WithBaggage() {
            super("has baggage");
        }
    }

    @Test
    void anExceptionThatCannotBeSerializedComesAsTextWithItsStack() throws IOException {
        var failure = new WithBaggage();
        Throwable copy = through(failure);
        assertThat(copy)
                .isExactlyInstanceOf(RemoteFailureException.class)
                .hasMessageContaining("has baggage")
                .hasMessageContaining("it cannot be serialized");
        assertThat(copy.getStackTrace()).isEqualTo(failure.getStackTrace());
        assertThat(((RemoteFailureException) copy).className()).isEqualTo(WithBaggage.class.getName());
        assertThat(((RemoteFailureException) copy).trace()).contains("FailureCodecTest.java");
    }

    static class Unreadable extends RuntimeException {
        private void readObject(java.io.ObjectInputStream in) {
            throw new IllegalStateException("not here");
        }
    }

    @Test
    void anExceptionThatCannotBeReadComesAsText() throws IOException {
        assertThat(through(new Unreadable()))
                .isExactlyInstanceOf(RemoteFailureException.class)
                .hasMessageContaining("not here");
    }

    static class Hostile extends RuntimeException {
        final Object baggage = new Object();

        @Override
        public String getMessage() {
            throw new IllegalStateException("no text");
        }
    }

    @Test
    void anExceptionOfWhichNotEvenTextCanBeHadIsStillReported() throws IOException {
        assertThat(through(new Hostile()))
                .isExactlyInstanceOf(RemoteFailureException.class)
                .hasMessageContaining("Hostile");
    }

    private static byte[] body(Object... parts) throws IOException {
        var out = new Encoder(Encoder.MOST_BYTES, null);
        for (Object part : parts) {
            out.nested(part);
        }
        return Arrays.copyOf(out.bytes(), out.length());
    }

    private static void assertRefused(Object... parts) throws IOException {
        byte[] body = body(parts);
        assertThatThrownBy(() -> FailureCodec.decode(
                        new Decoder(false),
                        body,
                        FailureCodecTest.class.getClassLoader(),
                        new ResultFilter(List.of()).forMessage(body.length)))
                .isInstanceOf(IOException.class);
    }

    @Test
    void whatNoWorkerSendsIsRefusedAsDamaged() throws IOException {
        StackTraceElement[] stack = {new StackTraceElement("C", "m", "C.java", 1)};
        assertRefused("name", "text", "trace", new StackTraceElement[] {null}, null);
        assertRefused("name", "text", "trace", "stack", null);
        assertRefused("name", "text", null, stack, null);
        assertRefused("name", new Unreadable(), "trace", stack, null);
    }
}
