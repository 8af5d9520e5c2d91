package dev.weft.loop.kernel;

import static java.util.Objects.requireNonNull;

import dev.weft.loop.EventLoop;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The builder behind {@link EventLoop#builder()}. */
public final class LoopBuilder implements EventLoop.Builder {
    private static final AtomicLong NUMBERS = new AtomicLong();

    private @Nullable String name;
    private boolean debug = LoopOptions.debugByProperty();
    private @Nullable Consumer<? super EventLoop.Report> handler;
    private EventLoop.@Nullable TaskFactory factory;
    private @Nullable Duration watchdog;
    private @Nullable Executor executor;

    /** Makes a builder with the defaults. */
    public LoopBuilder() {}

    @Override
    public EventLoop.Builder name(String name) {
        this.name = requireNonNull(name, "name");
        return this;
    }

    @Override
    public EventLoop.Builder debug(boolean on) {
        debug = on;
        return this;
    }

    @Override
    public EventLoop.Builder exceptionHandler(Consumer<? super EventLoop.Report> handler) {
        this.handler = requireNonNull(handler, "handler");
        return this;
    }

    @Override
    public EventLoop.Builder taskFactory(EventLoop.TaskFactory factory) {
        this.factory = requireNonNull(factory, "factory");
        return this;
    }

    @Override
    public EventLoop.Builder watchdog(Duration threshold) {
        Durations.nanos("the threshold of a watchdog", threshold);
        watchdog = threshold;
        return this;
    }

    @Override
    public EventLoop.Builder executor(Executor executor) {
        this.executor = requireNonNull(executor, "executor");
        return this;
    }

    @Override
    public EventLoop open() {
        return executor == null
                ? new ServiceLoop(finalName(), options())
                : new ExecutorLoop(finalName(), options(), executor);
    }

    @Override
    public EventLoop create() {
        if (executor != null) {
            throw new IllegalStateException(
                    "a loop on an executor is run by that executor and not by a caller of run; end with open(), or leave executor(...) out");
        }
        return new CallerLoop(finalName(), options());
    }

    private String finalName() {
        return name == null ? "loop-" + NUMBERS.incrementAndGet() : name;
    }

    private LoopOptions options() {
        long watchNanos = watchdog == null
                ? LoopOptions.watchNanosByProperty(debug)
                : Durations.nanos("the threshold of a watchdog", watchdog);
        return new LoopOptions(handler, factory, debug, watchNanos, executor);
    }
}
