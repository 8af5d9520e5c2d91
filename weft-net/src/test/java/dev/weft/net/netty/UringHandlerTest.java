package dev.weft.net.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UringHandlerTest {
    private final List<String> calls = new ArrayList<>();
    private int looksUntilClosed;

    /** A handler that writes down what it is asked for. */
    private final class Recorded implements IoHandler {
        @Override
        public int run(IoHandlerContext context) {
            assertThat(context.canBlock()).isFalse();
            calls.add("run");
            looksUntilClosed--;
            return 0;
        }

        @Override
        public void prepareToDestroy() {
            calls.add("prepare");
        }

        @Override
        public void destroy() {
            calls.add("destroy");
        }

        @Override
        public void wakeup() {
            calls.add("wakeup");
        }

        @Override
        public boolean isCompatible(Class<? extends IoHandle> type) {
            return true;
        }

        @Override
        public IoRegistration register(IoHandle handle) {
            return new IoRegistration() {
                @Override
                @SuppressWarnings("TypeParameterUnusedInFormals") // as Netty declares it
                public <T> T attachment() {
                    throw new UnsupportedOperationException();
                }

                @Override
                public long submit(IoOps ops) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public boolean isValid() {
                    return looksUntilClosed > 0;
                }

                @Override
                public boolean cancel() {
                    throw new UnsupportedOperationException();
                }
            };
        }
    }

    private final class Handle implements IoHandle {
        @Override
        public void handle(IoRegistration registration, IoEvent event) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {
            calls.add("close");
            looksUntilClosed = 3;
        }
    }

    @Test
    void theRingIsDestroyedWithoutTheDrainThatSendsReadsToAnotherThread() {
        var handler = new UringHandler(new Recorded());
        handler.prepareToDestroy();
        handler.destroy();
        assertThat(calls).containsExactly("run", "destroy");
    }

    @Test
    void whatIsStillRegisteredIsClosedAndAwaitedFirst() throws Exception {
        looksUntilClosed = 1;
        var handler = new UringHandler(new Recorded());
        handler.register(new Handle());
        handler.prepareToDestroy();
        handler.destroy();
        assertThat(calls).containsExactly("close", "run", "run", "run", "destroy");
    }

    @Test
    void channelsThatNeverEndDoNotKeepTheLoopFromItsEnd() throws Exception {
        looksUntilClosed = Integer.MAX_VALUE;
        var handler = new UringHandler(new Recorded());
        handler.register(new IoHandle() {
            @Override
            public void handle(IoRegistration registration, IoEvent event) {}

            @Override
            public void close() {}
        });
        handler.prepareToDestroy();
        handler.destroy();
        assertThat(calls).last().isEqualTo("destroy");
    }
}
