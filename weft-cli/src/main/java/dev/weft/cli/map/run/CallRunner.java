package dev.weft.cli.map.run;

import dev.weft.CancelScope;
import dev.weft.Cancelled;
import dev.weft.Task;
import dev.weft.cli.command.Exit;
import dev.weft.cli.map.input.Input;
import dev.weft.cli.map.store.Outcome;
import dev.weft.cli.text.RawText;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs calls in the slots' threads.
 *
 * <pre>
 * RUNNING ──► ENDED       the call has returned or thrown
 *    └──────► GIVEN_UP    it was asked to end, and has not within the grace
 * </pre>
 *
 * A call whose time is over is aborted: its thread is interrupted, or what it asked for itself is done. A thread cannot
 * be killed: a call that goes on for all that is given up by the timer, which reports its end in its stead; its slot
 * ends when it returns, if ever.
 */
final class CallRunner implements Runner {
    /** Why a call was aborted by us. */
    private enum Cause {
        TIME_OVER,
        RUN_OVER,
        NO_MEMORY
    }

    private enum State {
        RUNNING,
        ENDED,
        GIVEN_UP
    }

    private final Plan plan;
    private final Call call;
    private final Path files;
    private final ScheduledExecutorService timer;
    private final Consumer<Ended> givenUp;
    private final Set<Running> running = ConcurrentHashMap.newKeySet();
    private volatile boolean over;

    /**
     * Makes a runner.
     *
     * @param files the directory for output that is too large for memory
     * @param timer where time limits are kept
     * @param givenUp told of calls that do not end; called by the timer's thread
     */
    CallRunner(Plan plan, Call call, Path files, ScheduledExecutorService timer, Consumer<Ended> givenUp) {
        this.plan = plan;
        this.call = call;
        this.files = files;
        this.timer = timer;
        this.givenUp = givenUp;
    }

    /** A call that runs. All that changes is under its own lock. */
    private final class Running implements Call.Place {
        final Attempt attempt;
        final int slot;
        final Thread thread = Thread.currentThread();
        final Instant began = Instant.now();
        final long begin = System.nanoTime();
        private State state = State.RUNNING;
        private @Nullable Cause cause;
        private @Nullable Runnable abort;
        private @Nullable Duration wait;

        Running(Attempt attempt, int slot) {
            this.attempt = attempt;
            this.slot = slot;
        }

        @Override
        public int slot() {
            return slot;
        }

        @Override
        public Path spill() {
            return files.resolve("input-" + attempt.input().index());
        }

        @Override
        public void onAbort(Runnable action) {
            synchronized (this) {
                abort = action;
                if (cause == null) {
                    return;
                }
            }
            action.run();
        }

        @Override
        public synchronized void retryAfter(Duration least) {
            wait = least;
        }

        @Override
        public synchronized void timeIsOver() {
            if (cause == null) {
                cause = Cause.TIME_OVER;
            }
        }

        /** Asks it to end, the first time only. */
        void abort(Cause why) {
            Runnable action;
            synchronized (this) {
                if (cause != null || state != State.RUNNING) {
                    return;
                }
                cause = why;
                action = abort;
                if (action == null) {
                    thread.interrupt(); // under the lock: not when it runs something else already
                }
            }
            if (action != null) {
                action.run();
            }
            if (call.mayStick()) {
                timer.schedule(this::giveUp, plan.killGrace().toNanos(), TimeUnit.NANOSECONDS);
            }
        }

        void giveUp() {
            Outcome.Result result;
            synchronized (this) {
                if (state != State.RUNNING) {
                    return;
                }
                state = State.GIVEN_UP;
                result = aborted(cause);
            }
            running.remove(this);
            String message = "it does not end, and was given up: --with processes could kill it";
            givenUp.accept(ended(
                    result, Call.Answer.failed(message, 1, Captured.nothing()), began, System.nanoTime() - begin));
        }

        /** Takes note that the call has returned; false if it has been given up. */
        synchronized boolean end() {
            if (state != State.RUNNING) {
                return false;
            }
            state = State.ENDED;
            return true;
        }

        synchronized @Nullable Cause cause() {
            return cause;
        }

        /** Puts it where output is kept, if it is. */
        private Captured kept(Captured captured, String name) {
            if (plan.results() == null) {
                return captured;
            }
            try {
                Path directory =
                        plan.results().resolve(Long.toString(attempt.input().index()));
                Files.createDirectories(directory);
                Path file = directory.resolve(name);
                try (InputStream written = captured.open()) {
                    Files.copy(written, file, StandardCopyOption.REPLACE_EXISTING);
                }
                captured.delete();
                return new Captured.InFile(file);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot keep what was written: " + e.getMessage(), e);
            }
        }

        /** What the call came to, by its answer and by whether it was aborted. */
        Ended ended(Call.Answer answer, Instant beginning, long nanos) {
            Cause why = cause();
            if (answer.failure() == null) {
                return ended(Outcome.Result.OK, answer, beginning, nanos); // it came to its end in spite of all
            }
            if (why == null) {
                return ended(Outcome.Result.FAILED, answer, beginning, nanos);
            }
            var silent = new Call.Answer(answer.output(), answer.error(), false, null, answer.code(), -1);
            return ended(aborted(why), silent, beginning, nanos);
        }

        private Ended ended(Outcome.Result result, Call.Answer answer, Instant beginning, long nanos) {
            String message = answer.failure();
            if (message == null && result == Outcome.Result.TIMEOUT) {
                message = "its time was over";
            }
            Captured error = answer.error();
            if (message != null && result != Outcome.Result.STOPPED) {
                String line = "weft: input " + attempt.input().index() + " ("
                        + RawText.printable(attempt.input().text()) + "): " + RawText.printable(message) + "\n";
                error = behind(error, line);
            }
            Duration least;
            synchronized (this) {
                least = wait;
            }
            return new Ended(
                    least == null ? attempt : attempt.after(least),
                    slot,
                    0,
                    beginning,
                    nanos,
                    result,
                    new Exit(answer.code(), 0, answer.cpuNanos()),
                    message,
                    kept(answer.output(), "stdout"),
                    kept(error, "stderr"),
                    answer.json());
        }
    }

    private static Captured behind(Captured written, String line) {
        byte[] more = line.getBytes(StandardCharsets.UTF_8);
        try {
            return switch (written) {
                case Captured.Bytes(byte[] bytes) -> {
                    byte[] all = new byte[bytes.length + more.length];
                    System.arraycopy(bytes, 0, all, 0, bytes.length);
                    System.arraycopy(more, 0, all, bytes.length, more.length);
                    yield new Captured.Bytes(all);
                }
                case Captured.InFile(Path path) -> {
                    Files.write(path, more, StandardOpenOption.APPEND);
                    yield written;
                }
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public @Nullable Ended run(Attempt attempt, int slot) {
        var entry = new Running(attempt, slot);
        running.add(entry);
        if (over) {
            entry.abort(Cause.RUN_OVER); // told so while this one started
        }
        ScheduledFuture<?> limit = limit(entry);
        Call.Answer answer;
        try {
            answer = Task.current().isPresent() ? inScope(entry) : call.call(attempt.input(), entry);
        } catch (Throwable e) { // whatever it is, it costs this input and nothing else
            answer = Call.Answer.failed(reason(e), 1, Captured.nothing());
        }
        boolean mine = entry.end();
        boolean _ = Thread.interrupted(); // meant for the call
        running.remove(entry);
        if (limit != null) {
            limit.cancel(false);
        }
        if (!mine) {
            return null;
        }
        long nanos = System.nanoTime() - entry.begin;
        if (answer.failure() == null) {
            plan.timeLimit().took(nanos);
        }
        return entry.ended(answer, entry.began, nanos);
    }

    @Override
    public boolean run(Lot lot, Lots lots) throws IOException {
        if (call instanceof Call.Together many && lot.isSeveral()) {
            together(many, lot, lots);
            return true;
        }
        return Runner.super.run(lot, lots);
    }

    private void together(Call.Together many, Lot lot, Lots lots) throws IOException {
        var several = new Several(lot, lots);
        try {
            many.call(several, files);
            several.endRest("it was ended");
        } catch (RuntimeException | Cancelled e) {
            boolean _ = Thread.interrupted(); // meant for the calls, whose rest is to be recorded
            several.endRest(reason(e));
        } finally {
            running.removeAll(several.open);
            boolean _ = Thread.interrupted();
        }
    }

    /** The calls for a lot that are made together; each can be aborted by itself. Used by the slot. */
    private final class Several implements Iterator<Call.One> {
        final Set<Running> open = new LinkedHashSet<>();
        private final Lot lot;
        private final Lots lots;
        private @Nullable Attempt next;

        Several(Lot lot, Lots lots) {
            this.lot = lot;
            this.lots = lots;
        }

        @Override
        public boolean hasNext() {
            if (next == null) {
                next = lot.begin();
            }
            if (next == null && lots.refill(lot, open.size())) {
                next = lot.begin();
            }
            return next != null;
        }

        @Override
        public Call.One next() {
            if (!hasNext() || next == null) {
                throw new NoSuchElementException("there is no call to make any more");
            }
            var entry = new Running(next, lot.slot);
            next = null;
            open.add(entry);
            running.add(entry);
            if (over) {
                entry.abort(Cause.RUN_OVER); // told so while this one started
            }
            return new OneOf(entry);
        }

        void end(Running entry, Call.Answer answer, Instant began, long nanos) throws IOException {
            if (open.remove(entry) && entry.end()) {
                running.remove(entry);
                lots.end(lot, entry.ended(answer, began, nanos));
            }
        }

        void endRest(String reason) throws IOException {
            if (next != null) {
                lot.putBack(next);
                next = null;
            }
            for (Running entry : List.copyOf(open)) {
                new OneOf(entry).ended(Call.Answer.failed(reason, 1, Captured.nothing()));
            }
        }

        /** One of them. */
        private final class OneOf implements Call.One {
            private final Running entry;

            OneOf(Running entry) {
                this.entry = entry;
            }

            @Override
            public Input input() {
                return entry.attempt.input();
            }

            @Override
            public Call.Place place() {
                return entry;
            }

            @Override
            public void ended(Call.Answer answer, Instant began, long nanos) throws IOException {
                end(entry, answer, began, nanos);
            }

            @Override
            public void ended(Call.Answer answer) throws IOException {
                end(entry, answer, entry.began, System.nanoTime() - entry.begin);
            }
        }
    }

    private static String reason(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
    }

    /** A coroutine is not interrupted but cancelled, which all that it waits for obeys. */
    private Call.Answer inScope(Running entry) throws Exception {
        CancelScope scope = CancelScope.create();
        entry.onAbort(() -> scope.cancel("the time for this input is over, or the run is"));
        Optional<Call.Answer> answer = scope.call(() -> call.call(entry.attempt.input(), entry));
        return answer.orElseGet(() -> Call.Answer.failed("it was ended", 1, Captured.nothing()));
    }

    private static Outcome.Result aborted(@Nullable Cause cause) {
        return cause == Cause.TIME_OVER ? Outcome.Result.TIMEOUT : Outcome.Result.STOPPED;
    }

    private @Nullable ScheduledFuture<?> limit(Running entry) {
        if (!plan.timeLimit().isSet() || (call.keepsTime() && plan.timeLimit().fixed() != null)) {
            return null;
        }
        long limit = plan.timeLimit().nanos();
        if (limit == 0) {
            // Not known yet: look again now and then.
            return timer.scheduleWithFixedDelay(() -> checkLimit(entry), 100, 100, TimeUnit.MILLISECONDS);
        }
        return timer.schedule(() -> entry.abort(Cause.TIME_OVER), limit, TimeUnit.NANOSECONDS);
    }

    private void checkLimit(Running entry) {
        long limit = plan.timeLimit().nanos();
        if (limit != 0 && System.nanoTime() - entry.begin >= limit) {
            entry.abort(Cause.TIME_OVER);
        }
    }

    @Override
    public void stop() {
        over = true;
        running.forEach(entry -> entry.abort(Cause.RUN_OVER));
    }

    @Override
    public void kill() {
        over = true;
        running.forEach(entry -> entry.abort(Cause.RUN_OVER));
        call.kill();
        if (call.mayStick()) {
            running.forEach(Running::giveUp);
        }
    }

    @Override
    public void stopYoungest() {
        running.stream()
                .filter(entry -> entry.cause() == null)
                .min((one, other) -> Long.compare(other.begin, one.begin))
                .filter(_ -> running.size() > 1)
                .ifPresent(entry -> entry.abort(Cause.NO_MEMORY));
    }

    @Override
    public boolean isOver() {
        return over;
    }

    @Override
    public void close() {
        call.close();
    }
}
