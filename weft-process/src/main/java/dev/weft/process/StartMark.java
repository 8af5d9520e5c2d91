package dev.weft.process;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The task that a worker has started last, in a file of eight bytes: where to look, once it is dead, for the one task that it cost.
 *
 * <p>What is written to a file is there for other processes even if the next instruction kills this one. A message to the pool would wake
 * that once more for each task, and could be under way when the worker dies. (Mapping the file would save the two system calls, about a
 * microsecond, and costs a fresh JVM some 15 ms.)
 */
final class StartMark {
    private static final int BYTES = 8;

    private final RandomAccessFile file;
    private final byte[] bytes = new byte[BYTES];

    private StartMark(RandomAccessFile file) {
        this.file = file;
    }

    /** Makes the file; the pool. It is written, and not only extended, so that a full disk is found out here. */
    static void create(Path file) throws IOException {
        Files.write(file, new byte[BYTES]);
    }

    /** Opens the file; the worker. */
    static StartMark open(String file) throws IOException {
        return new StartMark(new RandomAccessFile(file, "rw"));
    }

    /** Marks a task as started; the thread of the tasks, before it reads what the task is. */
    void set(long task) throws IOException {
        for (int i = 0; i < BYTES; i++) {
            bytes[i] = (byte) (task >>> (Long.SIZE - Byte.SIZE * (i + 1)));
        }
        file.seek(0);
        file.write(bytes, 0, BYTES);
    }

    /** {@return the task in the file; the pool, once the process has ended} */
    static long read(Path file) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(file)).getLong();
    }
}
