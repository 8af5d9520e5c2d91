package dev.weft.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The task that a worker has started last, in a file of its own: where to look, once it is dead, for the one task that
 * it cost. Behind the number of the task the file has the {@link ResultBook} of the batch that runs, once there has
 * been one; in the file of a worker with a loop there are the numbers of as many tasks as it has run at once.
 *
 * <p>What is written to a file is there for other processes even if the next instruction kills this one. A message to
 * the pool would wake that once more for each task, and could be under way when the worker dies. (Mapping the file
 * saves the two system calls, about a microsecond, and costs a fresh JVM some 15 ms: it is done for the first batch.)
 */
final class StartMark {
    private static final int BYTES = 8;

    /**
     * What is read at most of the file of a worker with a loop, which says how much that is: more than any has tasks.
     */
    private static final int MOST_BYTES = 1 << 22;

    private final RandomAccessFile file;
    private final byte[] bytes = new byte[BYTES];
    private @Nullable ResultBook book;

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

    /**
     * Marks a task as started, beside those in other places; for a worker with a loop. One thread, before it reads what
     * the task is.
     */
    void set(int place, long task) throws IOException {
        for (int i = 0; i < BYTES; i++) {
            bytes[i] = (byte) (task >>> (Long.SIZE - Byte.SIZE * (i + 1)));
        }
        file.seek((long) BYTES * place);
        file.write(bytes, 0, BYTES);
    }

    /** Marks a task as started; the thread of the tasks, before it reads what the task is. */
    void set(long task) throws IOException {
        ResultBook mapped = book;
        if (mapped != null) {
            mapped.setTask(task);
            return;
        }
        set(0, task);
    }

    /**
     * {@return the book of batches, in the same file} The thread of the tasks.
     *
     * @throws IOException if there is no room for it on the disk
     */
    ResultBook book() throws IOException {
        ResultBook mapped = book;
        if (mapped == null) {
            // Written, since a hole in a file on a full disk would kill this process when it is first touched.
            file.seek(BYTES);
            file.write(new byte[ResultBook.BYTES - BYTES]);
            mapped = new ResultBook(file.getChannel().map(FileChannel.MapMode.READ_WRITE, 0, ResultBook.BYTES));
            book = mapped;
        }
        return mapped;
    }

    /**
     * What a dead worker has left.
     *
     * @param task the task that it had started last, or 0
     * @param element the element of that task that it was running, if it is a batch, or {@link ResultBook#NONE}
     * @param entries the ends of elements before that one; some of them may have been sent too
     * @param begun the tasks that a worker with a loop has begun, but for some that have been answered; nothing for one
     *     without
     * @param unknown whether nothing is known: each task that it had may have run
     */
    record Remains(long task, int element, ByteBuffer entries, Set<Long> begun, boolean unknown) {
        static final Remains NOTHING = new Remains(0, ResultBook.NONE, ByteBuffer.allocate(0));
        static final Remains UNKNOWN = new Remains(0, ResultBook.NONE, ByteBuffer.allocate(0), Set.of(), true);

        Remains(long task, int element, ByteBuffer entries) {
            this(task, element, entries, Set.of(), false);
        }
    }

    /** {@return what is in the file of a worker with a loop; the pool, once the process has ended} */
    static Remains readMany(Path file) throws IOException {
        ByteBuffer content = beginning(file, MOST_BYTES);
        Set<Long> started = new HashSet<>();
        while (content.remaining() >= BYTES) {
            started.add(content.getLong());
        }
        return new Remains(0, ResultBook.NONE, ByteBuffer.allocate(0), started, false);
    }

    /** {@return what is in the file; the pool, once the process has ended} */
    static Remains read(Path file) throws IOException {
        ByteBuffer content = beginning(file, ResultBook.BYTES);
        if (content.capacity() < BYTES) {
            return Remains.NOTHING; // something has cut it short
        }
        return content.capacity() < ResultBook.BYTES
                ? new Remains(content.getLong(), ResultBook.NONE, ByteBuffer.allocate(0))
                : ResultBook.read(content);
    }

    /**
     * {@return what is at the beginning of a file} The worker had it in its hands, and may have made it as large as it
     * liked.
     */
    private static ByteBuffer beginning(Path file, int most) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return ByteBuffer.wrap(in.readNBytes(most));
        }
    }
}
