package dev.weft.net.netty;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.Test;

class SharedBufferTest {
    private final SharedBuffer shared = new SharedBuffer(UnpooledByteBufAllocator.DEFAULT, 16);

    @Test
    void aBufferThatHasBeenGivenBackIsBorrowedAgainEmpty() {
        ByteBuf first = shared.borrow();
        first.writeBytes("hello".getBytes(US_ASCII));
        first.release();
        ByteBuf second = shared.borrow();
        assertThat(second).isSameAs(first);
        assertThat(second.readableBytes()).isZero();
        assertThat(second.writableBytes()).isEqualTo(shared.size());
        second.release();
        shared.release();
        assertThat(first.refCnt()).isZero();
    }

    @Test
    void aBufferThatIsInUseStaysWithItsBorrower() {
        ByteBuf kept = shared.borrow();
        kept.writeBytes("hello".getBytes(US_ASCII));
        ByteBuf next = shared.borrow();
        next.writeBytes("world".getBytes(US_ASCII));
        assertThat(kept.toString(US_ASCII)).isEqualTo("hello");
        kept.release();
        assertThat(kept.refCnt()).isZero();
        next.release();
        assertThat(shared.borrow()).isSameAs(next);
        next.release();
        shared.release();
        assertThat(next.refCnt()).isZero();
    }
}
