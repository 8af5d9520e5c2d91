package dev.weft.process;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;

/**
 * The program that a worker process runs: it connects to the pool that started it and does what that says.
 *
 * <p>Arguments: the directory of the pool, the number of the worker, the most bytes in an answer, the
 * directory in memory for large arrays or -, the name of the pool (for who looks at a list of
 * processes). The
 * tokens by which worker and pool know each other come through standard input, where no other process can read them.
 *
 * <p>What runs before the first task is answered is written plainly, without lambdas, string concatenation or pattern switches: linking the
 * first of each costs some milliseconds in a fresh JVM.
 */
final class WorkerMain {
    /** How a worker ends that finds no pool. */
    private static final int NO_POOL = 90;

    private WorkerMain() {}

    public static void main(String[] arguments) throws Exception {
        String directory = arguments[0];
        int number = Integer.parseInt(arguments[1]);
        Thread.currentThread().setName("weft-worker-".concat(arguments[1]));
        int longestAnswer = Integer.parseInt(arguments[2]);
        String memory = arguments[3];
        byte[] token = System.in.readNBytes(Hello.TOKEN);
        byte[] poolToken = System.in.readNBytes(Hello.TOKEN);
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(PoolDirectory.socket(directory)));
        } catch (IOException e) {
            System.err.println("weft: this worker found no pool in " + directory + " (" + e + ") and ends");
            System.exit(NO_POOL);
        }
        TaskLoop loop = new TaskLoop(
                Thread.currentThread(),
                longestAnswer,
                memory.equals("-") ? null : new SharedFiles(PoolDirectory.poolFiles(memory)),
                memory.equals("-") ? null : new SharedFiles(PoolDirectory.workerFiles(memory, number)),
                CodecClass.open());
        PoolLink link = new PoolLink(channel, poolToken, loop);
        link.send(new Hello(number, token, Runtime.getRuntime().maxMemory()).frame());
        link.start();
        link.awaitWelcome();
        loop.run(link, StartMark.open(PoolDirectory.mark(directory, number)));
        System.exit(0);
    }
}
