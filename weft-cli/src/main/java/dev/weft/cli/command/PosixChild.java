package dev.weft.cli.command;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Running until {@link #await} has reaped it; {@code ended} and signals are under the lock. A pid is reused once it has
 * been waited for; the lock keeps signals from being sent later than that.
 */
final class PosixChild implements Child {
    private static final int SIGKILL = 9;
    private static final int SIGTERM = 15;
    private static final int WAIT_WITHOUT_REAPING = 0x01000000;
    private static final int WAIT_FOR_EXIT = 0x4;
    private static final int WAIT_FOR_PID = 1;
    private static final int SIGNAL_MASK = 0x7F;

    /** The status, and what it took, in memory. */
    private static final long USAGE = 8;

    private static final long USAGE_SYSTEM = USAGE + 16;
    private static final long BYTES = USAGE + 144;

    private final int pid;
    private final MemorySegment memory;
    private final ReentrantLock lock = new ReentrantLock();
    private boolean ended;

    /**
     * Makes a child that has been started.
     *
     * @param memory for what the system says about its end, as {@link #memory} makes it; nobody else's until then
     */
    PosixChild(int pid, MemorySegment memory) {
        this.pid = pid;
        this.memory = memory;
    }

    /** {@return memory for one child after the other} */
    static MemorySegment memory(Arena arena) {
        return arena.allocate(BYTES, Long.BYTES);
    }

    @Override
    public long pid() {
        return pid;
    }

    @Override
    public Exit await() {
        // Its number stays taken until it is reaped, which happens under the lock of those who send signals.
        Posix.waitid(WAIT_FOR_PID, pid, 0, WAIT_FOR_EXIT | WAIT_WITHOUT_REAPING);
        lock.lock();
        try {
            ended = true;
            int reaped = Posix.wait4(pid, memory.address(), 0, memory.address() + USAGE);
            if (reaped != pid) {
                throw new IllegalStateException("expected to learn how process " + pid
                        + " ended, found that something else in this program had waited for it");
            }
        } finally {
            lock.unlock();
        }
        int word = memory.get(JAVA_INT, 0);
        int signal = word & SIGNAL_MASK;
        return new Exit(
                signal == 0 ? (word >> 8) & 0xFF : 0,
                signal,
                // Its memory is no use: until it runs the program, a process counts all of this JVM.
                nanos(USAGE) + nanos(USAGE_SYSTEM));
    }

    private long nanos(long offset) {
        return memory.get(JAVA_LONG, offset) * 1_000_000_000L + memory.get(JAVA_LONG, offset + 8) * 1_000L;
    }

    @Override
    public void terminate() {
        signal(SIGTERM);
    }

    @Override
    public void kill() {
        signal(SIGKILL);
    }

    private void signal(int number) {
        lock.lock();
        try {
            if (!ended) {
                Posix.kill(-pid, number);
            }
        } finally {
            lock.unlock();
        }
    }
}
