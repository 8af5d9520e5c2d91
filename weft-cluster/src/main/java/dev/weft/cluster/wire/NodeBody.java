package dev.weft.cluster.wire;

import java.io.DataInputStream;
import java.io.IOException;

/**
 * An agent, as the driver is told of it.
 *
 * @param name what people call it
 * @param address where it is
 * @param slots how many workers it runs at once for a driver
 */
public record NodeBody(String name, String address, int slots) {
    /**
     * {@return it as the body of a message}
     */
    public byte[] bytes() {
        return Message.bytes(out -> {
            Texts.write(out, name);
            Texts.write(out, address);
            out.writeInt(slots);
        });
    }

    /**
     * Reads it.
     *
     * @param message the message
     * @return its body
     * @throws IOException if it has none
     */
    public static NodeBody of(Message message) throws IOException {
        DataInputStream in = message.in();
        return new NodeBody(Texts.read(in), Texts.read(in), in.readInt());
    }
}
