package dev.weft.net.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * A buffer through which all streams of a loop pass their bytes, one after the other: it is full for the time of one
 * system call, and always the same memory, which stays in the processor's cache. I/O coroutine only.
 *
 * <p>Who borrows it releases it as any other buffer. If it is still in use when it is wanted again, since the system
 * did not take all of its bytes, say, then whoever has it keeps it, and another one takes its place.
 */
public final class SharedBuffer {
    private final ByteBufAllocator allocator;
    private final int size;
    private @Nullable ByteBuf buffer;

    SharedBuffer(ByteBufAllocator allocator, int size) {
        this.allocator = allocator;
        this.size = size;
    }

    /** {@return how many bytes it holds} */
    public int size() {
        return size;
    }

    /** {@return the buffer, empty; to be released, best at once} */
    public ByteBuf borrow() {
        ByteBuf free = buffer;
        if (free == null || free.refCnt() > 1) {
            release();
            free = allocator.directBuffer(size, size);
            buffer = free;
        }
        return free.clear().retain();
    }

    void release() {
        ByteBuf last = buffer;
        if (last != null) {
            buffer = null;
            last.release();
        }
    }
}
