package dev.weft.process;

import dev.weft.process.connection.Connection;
import dev.weft.process.connection.ConnectionException;
import dev.weft.process.connection.EndOfConnectionException;
import java.io.ObjectInputStream;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * The program of a {@link WorkerProcess}: reads from its standard input what to do, does it in its main thread, and
 * sends what came of it to its parent. A thread of its own listens to the parent, and halts the JVM when that is gone.
 *
 * <p>The main thread then ends as that of any program: the JVM waits for threads that are no daemons, runs its shutdown
 * hooks and exits, with 0, or with 1 and a stack trace if the function has failed.
 */
final class ProcessMain {
    private static final int PARENT_GONE = 91;

    private static volatile @Nullable ProcessStart start;

    private ProcessMain() {}

    /** {@return how this process was started, or null if it is no {@link WorkerProcess}} */
    static @Nullable ProcessStart start() {
        return start;
    }

    public static void main(String[] arguments) throws Throwable {
        // Left open, and at its end for whoever reads it next.
        var given = (ProcessStart) new ObjectInputStream(System.in).readObject();
        start = given;
        Thread main = Thread.currentThread();
        main.setName(given.name());
        Thread.ofPlatform().daemon().name("weft-process-parent").start(() -> listen(given.control(), main));
        Object result;
        try {
            Object work = new Decoder(true).decode(given.kind(), given.work(), UserClasses.loader(), null);
            if (!(work instanceof Callable<?> callable)) {
                throw new TransferException("a process was started with no function to run", null);
            }
            result = callable.call();
        } catch (Throwable failure) {
            Thread.interrupted(); // of no use any more, and it would keep the failure from being sent
            send(given.control(), ProcessStart.FAILURE, FailureCodec.encode(0, failure));
            throw failure;
        }
        Thread.interrupted();
        send(given.control(), ProcessStart.RESULT, encoded(result, given.longestAnswer()));
    }

    private static Frame encoded(@Nullable Object result, int longest) {
        var encoder = new Encoder(longest, null);
        byte kind = encoder.encodeResult(result);
        return new Frame(Frame.RESULT, kind, 0, encoder.bytes(), encoder.length());
    }

    private static void send(Connection control, byte type, Frame frame) {
        byte[] message = new byte[2 + frame.length()];
        message[0] = type;
        message[1] = frame.kind();
        System.arraycopy(frame.body(), 0, message, 2, frame.length());
        control.sendBytes(message);
    }

    private static void listen(Connection control, Thread main) {
        try {
            while (true) {
                byte[] message = control.receiveBytes();
                if (message.length == 1 && message[0] == ProcessStart.INTERRUPT) {
                    main.interrupt();
                }
            }
        } catch (EndOfConnectionException e) {
            Runtime.getRuntime().halt(PARENT_GONE);
        } catch (ConnectionException e) {
            System.err.println(
                    "weft: the connection of this process to its parent broke, and it ends: " + e.getMessage());
            Runtime.getRuntime().halt(PARENT_GONE);
        }
    }
}
