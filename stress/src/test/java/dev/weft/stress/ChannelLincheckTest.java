package dev.weft.stress;

import dev.weft.sync.Channel;
import dev.weft.sync.Limiter;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ChannelLincheckTest {
    @Param(name = "item", gen = IntGen.class, conf = "1:3")
    public static class Bounded {
        private final Channel<Integer> channel = Channel.bounded(1);

        @Operation
        public boolean trySend(@Param(name = "item") int item) {
            return channel.sender().trySend(item);
        }

        @Operation
        public @Nullable Integer tryReceive() {
            return channel.receiver().tryReceive();
        }

        @Operation
        public void closeSender() {
            channel.sender().close();
        }
    }

    @Param(name = "borrower", gen = IntGen.class, conf = "1:2")
    public static class Tokens {
        private final Limiter limiter = new Limiter(1);

        @Operation
        public boolean tryAcquire(@Param(name = "borrower") int borrower) {
            return limiter.tryAcquireOnBehalfOf(borrower);
        }

        @Operation
        public void release(@Param(name = "borrower") int borrower) {
            limiter.releaseOnBehalfOf(borrower);
        }

        @Operation
        public void grow() {
            limiter.resize(2);
        }

        @Operation
        public int borrowed() {
            return limiter.statistics().borrowed();
        }
    }

    @Test
    void aChannelIsLinearizable() {
        Models.holds(Bounded.class);
    }

    @Test
    void aLimiterIsLinearizable() {
        Models.holds(Tokens.class);
    }

    @Test
    void aRendezvousHandsOver() {
        Models.ends(() -> {
            Channel<Integer> channel = Channel.rendezvous();
            Thread sender = new Thread(() -> channel.sender().send(1));
            sender.start();
            int received = channel.receiver().receive();
            Models.join(sender);
            if (received != 1) {
                throw new AssertionError("expected 1, found " + received);
            }
        });
    }
}
