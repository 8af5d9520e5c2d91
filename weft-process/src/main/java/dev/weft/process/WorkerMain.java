package dev.weft.process;

import dev.weft.process.codec.Codec;
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
 * <p>What runs before the first task is answered is written plainly, without lambdas, string concatenation or pattern
 * switches: linking the first of each costs some milliseconds in a fresh JVM.
 */
final class WorkerMain {
    /** How a worker ends that finds no pool. */
    private static final int NO_POOL = 90;

    /** The property that tells a worker to run its tasks on a loop. */
    static final String LOOP = "dev.weft.worker.loop";

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
        SharedFiles work = memory.equals("-") ? null : new SharedFiles(PoolDirectory.poolFiles(memory));
        SharedFiles answers = memory.equals("-") ? null : new SharedFiles(PoolDirectory.workerFiles(memory, number));
        Codec.Session codec = CodecClass.open();
        WorkerTasks tasks = System.getProperty(LOOP) == null
                ? new TaskLoop(Thread.currentThread(), longestAnswer, work, answers, codec)
                : new CoroutineTasks(longestAnswer, work, answers, codec);
        PoolLink link = new PoolLink(channel, poolToken, tasks);
        link.send(new Hello(number, token, Runtime.getRuntime().maxMemory()).frame());
        link.start();
        link.awaitWelcome();
        tasks.run(link, StartMark.open(PoolDirectory.mark(directory, number)));
        System.exit(0);
    }
}
