package dev.weft.cli.map.run;

import dev.weft.cli.command.Child;
import dev.weft.cli.command.Exit;
import dev.weft.cli.command.Launcher;
import dev.weft.cli.command.TooLongException;
import dev.weft.cli.map.store.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs commands, each in the slot's thread, and ends them where their time is over or the run is. {@link #run} is
 * called by slots, the rest by any thread.
 */
final class CommandRunner implements Runner {
    /** What a shell says of a command that is there and cannot be run. */
    private static final int CANNOT_RUN = 126;

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

    /** The files that a try writes to, and what starts its command. */
    private record Place(Path output, Path error, Launcher.Starter starter) {}

    private final Plan plan;
    private final Launcher launcher;
    private final Work.Words words;
    private final String run;
    private final Path files;
    private final ScheduledExecutorService timer;
    private final ObjIntConsumer<String> report;
    private final Set<Running> running = ConcurrentHashMap.newKeySet();

    /** The places of slots, where all tries of a slot have the same. */
    private final Map<Integer, Place> places = new ConcurrentHashMap<>();

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
        if (plan.results() != null || plan.layout().keepOrder()) { // kept, or waits for its turn to be printed
            String name = "input-" + attempt.input().index();
            Path own = plan.results() == null
                    ? null
                    : Files.createDirectories(
                            plan.results().resolve(Long.toString(attempt.input().index())));
            Place place = own == null
                    ? place(files.resolve(name + ".stdout"), files.resolve(name + ".stderr"))
                    : place(own.resolve("stdout"), own.resolve("stderr"));
            try (Launcher.Starter _ = place.starter) {
                return run(attempt, slot, place);
            }
        }
        // Files that are used again and again cost less than new ones.
        Place known = places.get(slot);
        if (known == null) {
            known = place(files.resolve("slot-" + slot + ".stdout"), files.resolve("slot-" + slot + ".stderr"));
            places.put(slot, known);
        }
        return run(attempt, slot, known);
    }

    private Place place(Path output, Path error) throws IOException {
        boolean direct = plan.layout().ungrouped();
        return new Place(
                output,
                error,
                launcher.starter(NOTHING, direct ? Launcher.INHERIT : output, direct ? Launcher.INHERIT : error));
    }

    private Ended run(Attempt attempt, int slot, Place place) {
        List<String> command = words.of(attempt.input(), slot);
        Map<String, String> environment = Map.of(
                "WEFT_RUN", run,
                "WEFT_INDEX", Long.toString(attempt.input().index()),
                "WEFT_SLOT", Integer.toString(slot));
        Instant began = Instant.now();
        long begin = System.nanoTime();
        Child child;
        try {
            child = place.starter.start(command, environment);
        } catch (TooLongException e) {
            String line = "weft: input " + attempt.input().index() + ": " + e.getMessage() + "\n";
            return new Ended(
                    attempt,
                    slot,
                    0,
                    began,
                    System.nanoTime() - begin,
                    Outcome.Result.FAILED,
                    new Exit(CANNOT_RUN, 0, -1),
                    e.getMessage(),
                    Captured.nothing(),
                    new Captured.Bytes(line.getBytes(StandardCharsets.UTF_8)),
                    false);
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
                plan.layout().ungrouped() ? Captured.nothing() : new Captured.InFile(place.output),
                plan.layout().ungrouped() ? Captured.nothing() : new Captured.InFile(place.error),
                false);
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

    /** Called once no slot works any more. */
    @Override
    public void close() {
        places.values().forEach(place -> place.starter.close());
        places.clear();
    }
}
