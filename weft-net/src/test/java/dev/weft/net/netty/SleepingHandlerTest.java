package dev.weft.net.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoRegistration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SleepingHandlerTest {
    private final List<String> events = new ArrayList<>();
    private boolean mayBlock = true;
    private Runnable whileAsleep = () -> {};

    private final SleepingHandler handler = new SleepingHandler(new Recorder());

    private final class Recorder implements IoHandler {
        @Override
        public int run(IoHandlerContext context) {
            if (context.canBlock()) {
                events.add("sleep");
                whileAsleep.run();
            }
            events.add("events");
            handler.wakeup(); // as a channel handler that executes a task does
            return 1;
        }

        @Override
        public void wakeup() {
            events.add("wakeup");
        }

        @Override
        public IoRegistration register(IoHandle handle) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean isCompatible(Class<? extends IoHandle> handleType) {
            return false;
        }
    }

    private final IoHandlerContext context = new IoHandlerContext() {
        @Override
        public boolean canBlock() {
            events.add("question");
            handler.wakeup(); // from another thread, at the worst moment
            return mayBlock;
        }

        @Override
        public long delayNanos(long currentTimeNanos) {
            return 0;
        }

        @Override
        public long deadlineNanos() {
            return -1;
        }
    };

    @Test
    void aWakeupWhileNothingSleepsIsDropped() {
        handler.wakeup();
        assertThat(events).isEmpty();
    }

    @Test
    void aWakeupIsForwardedFromTheQuestionWhetherToSleepOn() {
        whileAsleep = handler::wakeup;
        handler.run(context);
        assertThat(events).startsWith("question", "wakeup", "sleep", "wakeup");
    }

    @Test
    void aWakeupIsDroppedAgainAfterTheHandlerHasRun() {
        handler.run(context);
        events.clear();
        handler.wakeup();
        assertThat(events).isEmpty();
    }

    @Test
    void aWakeupIsDroppedWhenTheAnswerWasNo() {
        mayBlock = false;
        handler.run(context);
        assertThat(events).containsExactly("question", "wakeup", "events");
    }
}
