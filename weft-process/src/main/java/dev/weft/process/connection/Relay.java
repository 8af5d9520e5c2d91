package dev.weft.process.connection;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeoutException;

/** Copies bytes between two wires, both ways, until both have ended. */
final class Relay {
    private static final int BUFFER = 1 << 16;

    private Relay() {}

    /** Has those look again who wait for a wire in the place of whom a relay is to go on. */
    static void wake(Wire wire) {
        wire.comeAll();
    }

    /** Copies until the end, and closes both. */
    static void run(ByteBuffer first, Wire one, Wire other) {
        Thread back =
                Thread.ofVirtual().name("weft-process-relay").start(() -> copy(ByteBuffer.allocate(0), other, one));
        copy(first, one, other);
        boolean ended = false;
        while (!ended) {
            try {
                back.join();
                ended = true;
            } catch (InterruptedException e) {
                one.close(); // the JVM is ending
                other.close();
            }
        }
        one.close();
        other.close();
    }

    private static void copy(ByteBuffer first, Wire from, Wire to) {
        try {
            to.writeFully(first, Deadlines.NEVER);
            ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
            for (int count = from.read(buffer); count >= 0; count = from.read(buffer)) {
                if (count == 0) {
                    from.awaitReading(Deadlines.NEVER);
                } else {
                    to.writeFully(buffer.flip(), Deadlines.NEVER);
                    buffer.clear();
                }
            }
            to.endOutput();
        } catch (IOException | TimeoutException e) {
            from.close(); // one side is gone, and the other is told by that
            to.close();
        }
    }
}
