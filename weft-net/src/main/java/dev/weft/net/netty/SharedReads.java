package dev.weft.net.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import java.util.function.IntPredicate;

/**
 * Has a channel read into a buffer that it shares with others of its loop, where that is wanted; and otherwise into
 * buffers of the size that its reads have had, as channels do. Made for one channel.
 */
final class SharedReads implements RecvByteBufAllocator {
    private final RecvByteBufAllocator otherwise;
    private final SharedBuffer shared;
    private final IntPredicate wanted;

    /**
     * @param otherwise makes the other buffers
     * @param wanted whether the next read goes into the shared buffer, asked with the size that the other one would
     *     have
     */
    SharedReads(RecvByteBufAllocator otherwise, SharedBuffer shared, IntPredicate wanted) {
        this.otherwise = otherwise;
        this.shared = shared;
        this.wanted = wanted;
    }

    @Override
    @SuppressWarnings("deprecation") // what newHandle returns has no other name
    public Handle newHandle() {
        return new SharedHandle(otherwise.newHandle());
    }

    @SuppressWarnings("deprecation")
    private final class SharedHandle extends DelegatingHandle implements ExtendedHandle {
        SharedHandle(Handle sized) {
            super(sized);
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
            return wanted.test(guess()) ? shared.borrow() : delegate().allocate(allocator);
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
            return ((ExtendedHandle) delegate()).continueReading(maybeMore);
        }
    }
}
