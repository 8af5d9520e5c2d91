package dev.weft.cluster.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.cluster.wire.ManifestBody.Item;
import dev.weft.cluster.wire.ManifestBody.Kind;
import dev.weft.cluster.wire.Message.Verb;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MessageTest {
    private static Message sent(Message message) throws IOException {
        return Message.decode(message.encode());
    }

    @Test
    @DisplayName("a message arrives as it was sent")
    void arrives() throws IOException {
        Message message =
                sent(Message.of(Verb.REFUSED, 1 << 20, "zu voll, größer nötig").with("node-ä"));
        assertThat(message.type()).isEqualTo(Verb.REFUSED);
        assertThat(message.node()).isEqualTo("node-ä");
        assertThat(message.worker()).isEqualTo(1 << 20);
        assertThat(message.text()).isEqualTo("zu voll, größer nötig");
    }

    @Test
    @DisplayName("bodies arrive as they were sent")
    void bodies() throws IOException {
        var node = new NodeBody("blue", "10.0.0.1:47500", 4);
        assertThat(NodeBody.of(sent(Message.of(Verb.NODE_UP, 0, node.bytes())))).isEqualTo(node);

        var manifest = new ManifestBody(
                25, "app", List.of(new Item(Kind.MODULES, "a.jar", "00", 7), new Item(Kind.FILE, "f", "11", 1L << 40)));
        assertThat(ManifestBody.of(sent(Message.of(Verb.PREPARE, 0, manifest.bytes()))))
                .isEqualTo(manifest);

        var start = new StartBody(
                List.of("-ea", ""), 1L << 33, List.of("Main"), 9, "p", List.of("A", "b"), new byte[] {1, 2}, "/tmp/s");
        StartBody read = StartBody.of(sent(Message.of(Verb.START, 1, start.bytes())));
        assertThat(read).usingRecursiveComparison().isEqualTo(start);
        assertThat(read.withoutSocket().socket()).isEmpty();
    }

    @Test
    @DisplayName("bytes that are no message, or end too soon, are an IOException and nothing else")
    void refuses() {
        var random = new Random(7);
        byte[] good = Message.of(
                        Verb.START,
                        1,
                        new StartBody(List.of("a"), 1, List.of("b"), 2, "c", List.of(), new byte[3], "d").bytes())
                .encode();
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = good.clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            bytes = java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            try {
                Message message = Message.decode(bytes);
                StartBody.of(message);
                ManifestBody.of(message);
            } catch (IOException e) {
                assertThat(e.getMessage()).isNotEqualTo(""); // as it should be: none, or words
            }
        }
        assertThatThrownBy(() -> Message.decode(new byte[0])).isInstanceOf(IOException.class);
    }
}
