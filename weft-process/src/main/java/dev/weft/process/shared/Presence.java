package dev.weft.process.shared;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.security.SecureRandom;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Who is alive: each process has a <i>token</i>, and holds a lock on the byte of the file {@code presence} at that
 * offset for as long as it lives. The system frees it however the process ends.
 *
 * <p>A token is never 0 and has 46 bits, so that words of shared state have room for more: 22 bits of the process id,
 * for messages, and 24 random ones. The lock is taken before anybody can see the token, and looking takes a shared lock
 * for a moment, so that those who look do not take each other for the owner.
 *
 * <p>The file is open until the JVM ends: closing any descriptor of it would free all locks that this process has on
 * it.
 */
public final class Presence {
    /** How many bits a token has. */
    public static final int BITS = 46;

    /** The bits of a token. */
    public static final long MASK = (1L << BITS) - 1;

    private static final int RANDOM_BITS = 24;

    private static final class Own {
        static final FileLock LOCK = enter();
        static final long TOKEN = LOCK.position();
    }

    private static final ReentrantLock LOOKING = new ReentrantLock(); // the JDK knows one lock per JVM and place
    private static final Set<Long> DEAD = ConcurrentHashMap.newKeySet();
    private static final int MOST_REMEMBERED = 10_000;

    private Presence() {}

    /**
     * {@return the token of this process}
     *
     * @throws UncheckedIOException if the directory for shared things cannot be used
     */
    public static long token() {
        Room.get(); // whose failure has a better message
        return Own.TOKEN;
    }

    private static FileLock enter() {
        long pid = ProcessHandle.current().pid() & ((1L << (BITS - RANDOM_BITS)) - 1);
        var random = new SecureRandom();
        try {
            while (true) {
                long token = Math.max(pid, 1) << RANDOM_BITS | random.nextInt(1 << RANDOM_BITS);
                FileLock lock = Room.get().presence.tryLock(token, 1, false);
                if (lock != null) {
                    return lock;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot lock a byte of " + Room.get().path + "/presence (" + e
                            + "), by which other processes know that this one lives: set -Dweft.process.sharedMemory to"
                            + " a directory of a local file system",
                    e);
        }
    }

    /**
     * {@return the process id in a token}
     *
     * @param token the token
     */
    public static long pid(long token) {
        return (token & MASK) >>> RANDOM_BITS;
    }

    /**
     * {@return whether the process with a token lives}
     *
     * @param token the token
     */
    public static boolean isAlive(long token) {
        if (token == token()) {
            return true;
        }
        if (DEAD.contains(token)) {
            return false;
        }
        Room room = Room.get();
        LOOKING.lock();
        try {
            FileLock free = room.presence.tryLock(token, 1, true);
            if (free == null) {
                return true;
            }
            free.release();
        } catch (OverlappingFileLockException e) {
            return true; // of this process, from another class loader
        } catch (IOException e) {
            return true; // as long as nothing else is known
        } finally {
            LOOKING.unlock();
        }
        if (DEAD.size() < MOST_REMEMBERED) {
            DEAD.add(token);
        }
        return false;
    }
}
