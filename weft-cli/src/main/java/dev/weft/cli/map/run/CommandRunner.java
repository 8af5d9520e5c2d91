package dev.weft.cli.map.run;

import dev.weft.cli.command.Child;
import dev.weft.cli.command.Command;
import dev.weft.cli.command.Exit;
import dev.weft.cli.command.Launcher;
import dev.weft.cli.map.store.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs commands, each in the slot's thread, and ends them where their time is over or the run is. {@link #run} is called by slots, the
 * rest by any thread.
 */
final class CommandRunner implements Runner {
    private static final Path NOTHING = Path.of("/dev/null");

    /** Why a command that runs was ended by us. */
    private enum Cause {
        TIME_OVER,
        RUN_OVER,
        NO_MEMORY
    }

    /** A command that runs; {@code cause} is set before it is asked to end. */
    private static final class Running {
        final Child child;
        final long began = System.nanoTime();
        volatile @Nullable Cause cause;

        Running(Child child) {
            this.child = child;
        }
    }

    private final Plan plan;
    private final Launcher launcher;
    private final Work.Words words;
    private final String run;
    private final Path files;
    private final ScheduledExecutorService timer;
    private final ObjIntConsumer<String> report;
    private final Set<Running> running = ConcurrentHashMap.newKeySet();
    private volatile boolean over;

    /**
     * Makes a runner.
     *
     * @param run the name of the run, which its commands have in their environment
     * @param files the directory for their output
     * @param timer where time limits are kept
     * @param report called with the reason and the slot where a command cannot be started
     */
    CommandRunner(
            Plan plan,
            Launcher launcher,
            Work.Words words,
            String run,
            Path files,
            ScheduledExecutorService timer,
            ObjIntConsumer<String> report) {
        this.plan = plan;
        this.launcher = launcher;
        this.words = words;
        this.run = run;
        this.files = files;
        this.timer = timer;
        this.report = report;
    }

    @Override
    public Ended run(Attempt attempt, int slot) throws IOException {
        Path output = file(attempt, slot, "stdout");
        Path error = file(attempt, slot, "stderr");
        boolean direct = plan.layout().ungrouped();
        var command = new Command(
                words.of(attempt.input(), slot),
                Map.of(
                        "WEFT_RUN", run,
                        "WEFT_INDEX", Long.toString(attempt.input().index()),
                        "WEFT_SLOT", Integer.toString(slot)),
                NOTHING,
                direct ? Command.INHERIT : output,
                direct ? Command.INHERIT : error);
        Instant began = Instant.now();
        long begin = System.nanoTime();
        Child child;
        try {
            child = launcher.start(command);
        } catch (IOException e) {
            report.accept(e.getMessage(), slot);
            return new Ended(
                    attempt,
                    slot,
                    0,
                    began,
                    System.nanoTime() - begin,
                    Outcome.Result.NOT_STARTED,
                    new Exit(0, 0, -1),
                    e.getMessage(),
                    Captured.nothing(),
                    Captured.nothing(),
                    false);
        }
        var entry = new Running(child);
        running.add(entry);
        if (over) {
            end(entry, Cause.RUN_OVER); // told so while this one started
        }
        ScheduledFuture<?> limit = limit(entry);
        Exit exit = child.await();
        running.remove(entry);
        if (limit != null) {
            limit.cancel(false);
        }
        long nanos = System.nanoTime() - begin;
        Outcome.Result result = result(exit, entry.cause);
        if (result == Outcome.Result.OK) {
            plan.timeLimit().took(nanos);
        }
        return new Ended(
                attempt,
                slot,
                child.pid(),
                began,
                nanos,
                result,
                exit,
                null,
                direct ? Captured.nothing() : new Captured.InFile(output),
                direct ? Captured.nothing() : new Captured.InFile(error),
                false);
    }

    private Path file(Attempt attempt, int slot, String stream) throws IOException {
        if (plan.results() != null) {
            Path directory =
                    plan.results().resolve(Long.toString(attempt.input().index()));
            Files.createDirectories(directory);
            return directory.resolve(stream);
        }
        // A file that is used again and again costs less than a new one; those that wait for their turn need their own.
        String name = plan.layout().keepOrder() ? "input-" + attempt.input().index() : "slot-" + slot;
        return files.resolve(name + "." + stream);
    }

    private @Nullable ScheduledFuture<?> limit(Running entry) {
        if (!plan.timeLimit().isSet()) {
            return null;
        }
        long limit = plan.timeLimit().nanos();
        if (limit == 0) {
            // Not known yet: look again now and then.
            return timer.scheduleWithFixedDelay(() -> checkLimit(entry), 100, 100, TimeUnit.MILLISECONDS);
        }
        return timer.schedule(() -> end(entry, Cause.TIME_OVER), limit, TimeUnit.NANOSECONDS);
    }

    private void checkLimit(Running entry) {
        long limit = plan.timeLimit().nanos();
        if (limit != 0 && entry.cause == null && System.nanoTime() - entry.began >= limit) {
            end(entry, Cause.TIME_OVER);
        }
    }

    private void end(Running entry, Cause cause) {
        synchronized (entry) {
            if (entry.cause != null) {
                return;
            }
            entry.cause = cause;
        }
        entry.child.terminate();
        timer.schedule(entry.child::kill, plan.killGrace().toNanos(), TimeUnit.NANOSECONDS);
    }

    private static Outcome.Result result(Exit exit, @Nullable Cause cause) {
        if (exit.ok()) {
            return Outcome.Result.OK; // it came to its end in spite of all
        }
        if (cause == Cause.TIME_OVER) {
            return Outcome.Result.TIMEOUT;
        }
        if (cause != null) {
            return Outcome.Result.STOPPED;
        }
        return exit.signal() != 0 ? Outcome.Result.SIGNALLED : Outcome.Result.FAILED;
    }

    @Override
    public void stop() {
        over = true;
        running.forEach(entry -> end(entry, Cause.RUN_OVER));
    }

    @Override
    public void kill() {
        over = true;
        for (Running entry : running) {
            end(entry, Cause.RUN_OVER);
            entry.child.kill();
        }
    }

    @Override
    public void stopYoungest() {
        running.stream()
                .filter(entry -> entry.cause == null)
                .min((one, other) -> Long.compare(other.began, one.began))
                .filter(_ -> running.size() > 1)
                .ifPresent(entry -> end(entry, Cause.NO_MEMORY));
    }

    @Override
    public boolean isOver() {
        return over;
    }
}
