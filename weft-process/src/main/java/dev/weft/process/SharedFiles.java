package dev.weft.process;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.StreamCorruptedException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Large arrays of primitives, and the content of large buffers, on their way to another process: each in a file of a
 * directory in memory ({@code /dev/shm}), instead of in the message, which has its number.
 *
 * <pre>
 *   written ──► read by the other side ──► released ──► written again
 *                                              └──► removed, where enough are kept
 * </pre>
 *
 * <p>Who writes a file makes it. Its first content is written by system calls, so that a full file system is an
 * exception (the array then goes with the message) and not the end of the process that touches the memory. From then on
 * the file is mapped on both sides, and an array costs one copy on each. The pool removes all files at its end, and
 * those of a worker that has died.
 *
 * <p>One object either writes, by any thread, or reads, by one thread. Bytes are in the order of the machine, which
 * both sides share.
 */
final class SharedFiles {
    /** From which size on an array is worth a file. */
    static final int LEAST_BYTES = 256 << 10;

    /**
     * How many bytes of files, and of mappings of files, are kept to be used again: fresh memory costs more than the
     * copy.
     */
    private static final long MOST_KEPT = 64L << 20;

    private static final int CHUNK = 64 << 10;

    /** A file that is mapped, or not yet. */
    private static final class Mapped {
        final long number;
        long size;

        @Nullable
        Arena arena;

        @Nullable
        MemorySegment memory;

        Mapped(long number) {
            this.number = number;
        }

        MemorySegment memory(String path, FileChannel.MapMode mode) throws IOException {
            MemorySegment mapped = memory;
            if (mapped == null || mapped.byteSize() < size) {
                unmap();
                Arena shared = Arena.ofShared();
                try (RandomAccessFile file =
                        new RandomAccessFile(path, mode == FileChannel.MapMode.READ_ONLY ? "r" : "rw")) {
                    mapped = file.getChannel().map(mode, 0, size, shared);
                } catch (IOException e) {
                    shared.close();
                    throw e;
                }
                arena = shared;
                memory = mapped;
            }
            return mapped;
        }

        void unmap() {
            if (arena != null) {
                arena.close();
                arena = null;
                memory = null;
            }
        }
    }

    private final String prefix;
    private final ReentrantLock lock = new ReentrantLock();
    // All that follow: guarded by lock.
    private long last;
    /** What was written here and has not been read, or of what is written there, what is mapped. */
    private final Map<Long, Mapped> files = new HashMap<>();
    /** What is free to be written again, last used first. */
    private final ArrayDeque<Mapped> free = new ArrayDeque<>();

    private long keptBytes;

    /**
     * Makes a writer, or a reader of what another writes.
     *
     * @param prefix the beginning of the path of the files, up to their number
     */
    SharedFiles(String prefix) {
        this.prefix = prefix;
    }

    private String path(long number) {
        return prefix.concat(Long.toString(number));
    }

    private static MemorySegment segment(Object array) {
        return switch (array) {
            case byte[] a -> MemorySegment.ofArray(a);
            case double[] a -> MemorySegment.ofArray(a);
            case int[] a -> MemorySegment.ofArray(a);
            case long[] a -> MemorySegment.ofArray(a);
            case float[] a -> MemorySegment.ofArray(a);
            case char[] a -> MemorySegment.ofArray(a);
            case short[] a -> MemorySegment.ofArray(a);
            case boolean[] a -> MemorySegment.ofArray(bytes(a)); // there are no memory segments of booleans
            default -> throw new AssertionError("no array for shared memory: " + array.getClass());
        };
    }

    private static byte[] bytes(boolean[] array) {
        byte[] bytes = new byte[array.length];
        for (int i = 0; i < array.length; i++) {
            bytes[i] = array[i] ? (byte) 1 : 0;
        }
        return bytes;
    }

    /**
     * Writes an array.
     *
     * @return the number of the file, or -1 if there is no room
     */
    long write(Object array) {
        return write(segment(array));
    }

    /**
     * Writes memory, at most {@link Encoder#MOST_BYTES}.
     *
     * @return the number of the file, or -1 if there is no room
     */
    long write(MemorySegment source) {
        Mapped file = begin();
        try {
            if (source.byteSize() <= file.size) {
                MemorySegment.copy(
                        source,
                        0,
                        file.memory(path(file.number), FileChannel.MapMode.READ_WRITE),
                        0,
                        source.byteSize());
            } else {
                fill(file, source);
            }
            return file.number;
        } catch (IOException e) {
            remove(file.number);
            return -1;
        }
    }

    private Mapped begin() {
        lock.lock();
        try {
            Mapped file = free.pollFirst();
            if (file == null) {
                file = new Mapped(++last);
            } else {
                keptBytes -= file.size;
            }
            files.put(file.number, file);
            return file;
        } finally {
            lock.unlock();
        }
    }

    private void fill(Mapped file, MemorySegment source) throws IOException {
        byte[] chunk = new byte[CHUNK];
        long size = source.byteSize();
        try (RandomAccessFile out = new RandomAccessFile(path(file.number), "rw")) {
            for (long at = 0; at < size; at += CHUNK) {
                int count = (int) Math.min(CHUNK, size - at);
                MemorySegment.copy(source, at, MemorySegment.ofArray(chunk), 0, count);
                out.write(chunk, 0, count);
            }
        }
        file.size = size;
    }

    /**
     * Reads an array.
     *
     * @param number the number of its file
     * @param kind its kind
     * @param length how many bytes it has
     * @throws IOException if the file is not there or is too short
     */
    Object read(long number, byte kind, int length) throws IOException {
        int width = kind >= Kind.BOOLEANS && kind <= Kind.DOUBLES ? Kind.width(kind) : 0;
        if (width == 0 || length < 0 || length % width != 0) {
            throw new StreamCorruptedException(
                    "an array of kind " + kind + " in shared memory claims " + length + " bytes");
        }
        if (kind == Kind.BOOLEANS) {
            byte[] bytes = new byte[checked(number, length)];
            read(number, MemorySegment.ofArray(bytes));
            boolean[] booleans = new boolean[length];
            for (int i = 0; i < length; i++) {
                booleans[i] = bytes[i] != 0;
            }
            return booleans;
        }
        Object array = make(kind, checked(number, length) / width);
        read(number, segment(array));
        return array;
    }

    /**
     * {@return a length} The file has at least so much, so that a worker can have nothing allocated that it has not
     * filled.
     */
    private int checked(long number, int length) throws IOException {
        open(number, length);
        return length;
    }

    /** Checks that a file has so many bytes, before memory is allocated for them. */
    void require(long number, int length) throws IOException {
        int _ = checked(number, length);
    }

    /**
     * Reads into memory.
     *
     * @param number the number of the file
     * @param target what is filled
     * @throws IOException if the file is not there or is too short
     */
    void read(long number, MemorySegment target) throws IOException {
        Mapped file = open(number, target.byteSize());
        MemorySegment.copy(file.memory(path(number), FileChannel.MapMode.READ_ONLY), 0, target, 0, target.byteSize());
        forgetIfTooMuch(file);
    }

    /** {@return a file that has so many bytes} One that has not is forgotten, since a worker can name any number. */
    private Mapped open(long number, long length) throws IOException {
        Mapped file = known(number);
        if (file == null || file.size < length) {
            long size = Files.size(Path.of(path(number)));
            if (size < length) {
                throw new StreamCorruptedException("an array claims " + length + " bytes, and its file has " + size);
            }
            file = remember(file == null ? new Mapped(number) : file);
            file.size = size;
        }
        return file;
    }

    private @Nullable Mapped known(long number) {
        lock.lock();
        try {
            return files.get(number);
        } finally {
            lock.unlock();
        }
    }

    private Mapped remember(Mapped file) {
        lock.lock();
        try {
            files.put(file.number, file);
            return file;
        } finally {
            lock.unlock();
        }
    }

    /** Keeps the mapping of a file that was read, unless too much is mapped already. */
    private void forgetIfTooMuch(Mapped file) {
        lock.lock();
        try {
            long mapped = 0;
            for (Mapped other : files.values()) {
                mapped += other.size;
            }
            if (mapped > MOST_KEPT) {
                files.values().removeIf(other -> {
                    boolean old = other != file || file.size > MOST_KEPT;
                    if (old) {
                        other.unmap();
                    }
                    return old;
                });
            }
        } finally {
            lock.unlock();
        }
    }

    private static Object make(byte kind, int elements) {
        return switch (kind) {
            case Kind.BYTES -> new byte[elements];
            case Kind.DOUBLES -> new double[elements];
            case Kind.INTS -> new int[elements];
            case Kind.LONGS -> new long[elements];
            case Kind.FLOATS -> new float[elements];
            case Kind.CHARS -> new char[elements];
            default -> new short[elements];
        };
    }

    /** Takes back a file that was written here and has been read, or never will be: it is written again, or removed. */
    void release(long number) {
        lock.lock();
        try {
            Mapped file = files.remove(number);
            if (file == null) {
                return;
            }
            if (keptBytes + file.size <= MOST_KEPT) {
                keptBytes += file.size;
                free.addFirst(file);
                return;
            }
            files.put(number, file);
        } finally {
            lock.unlock();
        }
        remove(number);
    }

    /** Removes a file that was written here. */
    private void remove(long number) {
        lock.lock();
        try {
            Mapped file = files.remove(number);
            if (file != null) {
                file.unmap();
            }
        } finally {
            lock.unlock();
        }
        try {
            Files.deleteIfExists(Path.of(path(number)));
        } catch (IOException e) {
            Log.debug("a file of shared memory stays until its pool is closed: " + path(number), e);
        }
    }

    /**
     * Gives the memory back to the system; nothing is written or read here any more. The files themselves go with their
     * directory.
     */
    void close() {
        lock.lock();
        try {
            files.values().forEach(Mapped::unmap);
            free.forEach(Mapped::unmap);
            files.clear();
            free.clear();
        } finally {
            lock.unlock();
        }
    }
}
