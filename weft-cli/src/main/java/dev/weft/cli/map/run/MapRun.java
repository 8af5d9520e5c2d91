package dev.weft.cli.map.run;

import dev.weft.cli.command.Launcher;
import dev.weft.cli.map.input.Input;
import dev.weft.cli.map.input.Source;
import dev.weft.cli.map.store.InputSpool;
import dev.weft.cli.map.store.Outcome;
import dev.weft.cli.map.store.OutcomeLog;
import dev.weft.cli.map.store.RunDirectory;
import dev.weft.cli.terminal.Progress;
import dev.weft.cli.text.RawText;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One run: slots that take inputs, run commands, have their output printed and record how they ended, in this order, so that what
 * is recorded has been printed.
 *
 * <p>{@link #run} is called once. {@link #interrupt} may be called by any thread: the first time, no other command is started; the
 * second time, those that run are killed.
 */
public final class MapRun {
    private static final long LOOK_MILLIS = 100;
    private static final int MOST_MESSAGES = 10;
    private static final long SLOT_STACK = 256 * 1024;

    private final Plan plan;
    private final RunDirectory directory;
    private final OutcomeLog log;
    private final BitSet done;
    private final Progress progress;
    private final PrintStream err;
    private final Scheduler scheduler;
    private final Printer printer;
    private final CommandRunner runner;
    private final boolean sameProgram;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("weft-timer").factory());
    private final AtomicInteger interrupts = new AtomicInteger();
    private final AtomicInteger messages = new AtomicInteger();
    private volatile int signal;
    private volatile boolean timeOver;
    private volatile boolean readerGone;
    private volatile @Nullable RuntimeException defect;

    /** What an input's command is. */
    @FunctionalInterface
    public interface Words {
        /**
         * Fills a command.
         *
         * @param input the input
         * @param slot the slot that runs it, from 1
         * @return the program and its arguments
         */
        List<String> of(Input input, int slot);
    }

    /**
     * Prepares a run.
     *
     * @param plan how it is to go
     * @param launcher starts commands
     * @param words fills the command
     * @param sameProgram whether every input has the same program, so that a run whose program cannot be started ends at once
     * @param directory where the run is kept
     * @param log its outcomes
     * @param done the indexes of inputs that are not to run again
     * @param progress shows how far it is
     * @param err where messages go
     */
    public MapRun(
            Plan plan,
            Launcher launcher,
            Words words,
            boolean sameProgram,
            RunDirectory directory,
            OutcomeLog log,
            BitSet done,
            Progress progress,
            PrintStream err) {
        this.plan = plan;
        this.sameProgram = sameProgram;
        this.directory = directory;
        this.log = log;
        this.done = done;
        this.progress = progress;
        this.err = err;
        this.scheduler = new Scheduler(plan, done, new SplittableRandom());
        this.printer = new Printer(plan.layout(), plan.results() != null, done, progress::clear);
        this.runner = new CommandRunner(
                plan, launcher, words::of, directory.name(), directory.output(), timer, this::notStarted);
    }

    /**
     * Runs all inputs.
     *
     * @param source where more inputs come from than the run has already; null if it has all
     * @param limit the time for the whole run; null for any
     * @return how it ended
     * @throws IOException if the inputs of the run cannot be read
     */
    public Summary run(@Nullable Source source, @Nullable Duration limit) throws IOException {
        long begin = System.nanoTime();
        try (InputSpool spool = InputSpool.open(directory.inputs(), scheduler::wake)) {
            scheduler.begin(spool);
            if (source != null && !spool.isComplete()) {
                spool.feed(source);
            }
            if (limit != null) {
                timer.schedule(this::timeOver, limit.toNanos(), TimeUnit.NANOSECONDS);
            }
            if (plan.freeMemory() > 0) {
                var guard = new MemoryGuard(plan.freeMemory(), scheduler::memoryLow, runner::stopYoungest);
                timer.scheduleWithFixedDelay(guard::look, 0, 500, TimeUnit.MILLISECONDS);
            }
            slots(begin);
            printer.finish();
            RuntimeException unexpected = defect;
            if (unexpected != null) {
                throw unexpected;
            }
            return summary(spool, System.nanoTime() - begin);
        } finally {
            timer.shutdownNow();
        }
    }

    private Summary summary(InputSpool spool, long nanos) {
        Scheduler.Counts counts = scheduler.counts();
        IOException failure = counts.failure() != null ? counts.failure() : spool.failure();
        long before = done.cardinality();
        return new Summary(
                counts.ok(),
                counts.failed(),
                counts.retried(),
                before,
                Math.max(0, counts.known() - before - counts.ok() - counts.failed()),
                counts.known(),
                counts.complete(),
                nanos,
                counts.halted(),
                timeOver,
                signal,
                readerGone,
                failure);
    }

    /** Keeps as many slots as there are to be, until they end. */
    private void slots(long begin) {
        List<Thread> slots = new ArrayList<>();
        while (true) {
            int wanted = plan.jobs().now();
            while (slots.size() < wanted && (slots.isEmpty() || slots.stream().anyMatch(Thread::isAlive))) {
                int number = slots.size() + 1;
                slots.add(Thread.ofPlatform()
                        .daemon()
                        .name("weft-slot-" + number)
                        .stackSize(SLOT_STACK)
                        .start(() -> slot(number)));
            }
            if (slots.stream().noneMatch(Thread::isAlive)) {
                return;
            }
            MapProgress.show(progress, scheduler.counts(), done.cardinality(), begin);
            try {
                boolean _ = slots.getFirst().join(Duration.ofMillis(LOOK_MILLIS));
                if (!slots.getFirst().isAlive()) {
                    for (Thread slot : slots) {
                        boolean _ = slot.join(Duration.ofMillis(LOOK_MILLIS / 10));
                    }
                }
            } catch (InterruptedException e) {
                interrupt(0);
            }
        }
    }

    private void slot(int number) {
        try {
            for (Attempt attempt = scheduler.next(); attempt != null; attempt = scheduler.next()) {
                one(attempt, number);
            }
        } catch (Printer.ReaderGoneException e) {
            readerGone = true;
            scheduler.drain();
            runner.stop();
        } catch (IOException e) {
            scheduler.fail(e);
            runner.stop();
        } catch (RuntimeException | Error e) {
            defect = e instanceof RuntimeException known ? known : new IllegalStateException("a slot ended", e);
            scheduler.drain();
            runner.stop();
        }
    }

    private void one(Attempt attempt, int slot) throws IOException {
        CommandRunner.Ended ended = runner.run(attempt, slot);
        boolean stopped = ended.result() == Outcome.Result.STOPPED;
        boolean hopeless = sameProgram && ended.result() == Outcome.Result.NOT_STARTED;
        boolean last = !stopped
                && !hopeless
                && scheduler.isLast(attempt, ended.result(), ended.exit().code());
        Outcome outcome = ended.outcome(last);
        if (last) {
            printer.print(new Printer.Written(outcome, ended.output(), ended.error()));
        }
        log.append(outcome);
        scheduler.ended(attempt, outcome);
        if (scheduler.counts().halted() && plan.halt() != null && plan.halt().now() && !runner.isOver()) {
            runner.stop();
        }
    }

    private void notStarted(String reason, int slot) {
        if (sameProgram) {
            scheduler.fail(new IOException(reason));
        } else if (messages.incrementAndGet() <= MOST_MESSAGES) {
            progress.clear();
            err.println("weft: " + RawText.printable(reason));
        }
    }

    private void timeOver() {
        timeOver = true;
        scheduler.drain();
        runner.stop();
    }

    /**
     * Ends the run early: drains it the first time, kills its commands the second time.
     *
     * @param number the number of the signal that asks for it, or 0
     */
    public void interrupt(int number) {
        if (signal == 0) {
            signal = number;
        }
        if (interrupts.incrementAndGet() == 1) {
            scheduler.drain();
            int left = scheduler.counts().running();
            progress.clear();
            err.println("weft: waiting for " + left + (left == 1 ? " command" : " commands") + " that "
                    + (left == 1 ? "runs" : "run") + "; once more ends " + (left == 1 ? "it" : "them"));
            err.flush();
        } else {
            runner.kill();
        }
    }

    /** Ends the run early, and asks its commands to end too. */
    public void stop(int number) {
        signal = number;
        scheduler.drain();
        runner.stop();
    }
}
