package dev.weft.net;

import dev.weft.net.netty.SharedBuffer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import java.util.function.BooleanSupplier;

/**
 * Has a channel read into the buffer that its loop's streams share, for as long as what has been read is copied out of it at once; and otherwise into buffers of the size that its reads have had, as channels
 * do. Made for one channel.
 */
final class SharedReads implements RecvByteBufAllocator {
    private final RecvByteBufAllocator otherwise;
    private final SharedBuffer shared;
    private final BooleanSupplier copiedAtOnce;

    SharedReads(RecvByteBufAllocator otherwise, SharedBuffer shared, BooleanSupplier copiedAtOnce) {
        this.otherwise = otherwise;
        this.shared = shared;
        this.copiedAtOnce = copiedAtOnce;
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
            return copiedAtOnce.getAsBoolean() ? shared.borrow() : delegate().allocate(allocator);
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
            return ((ExtendedHandle) delegate()).continueReading(maybeMore);
        }
    }
}
