package dev.weft.cli.map.run;

import dev.weft.cli.map.input.Source;
import dev.weft.cli.map.store.InputSpool;
import dev.weft.cli.map.store.OutcomeLog;
import dev.weft.cli.map.store.RunDirectory;
import dev.weft.cli.terminal.Progress;
import dev.weft.cli.text.RawText;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.BitSet;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One run: slots that take inputs, run commands or calls, and have what they came to printed and recorded. Inputs of
 * short calls are taken in {@linkplain Lot lots}.
 *
 * <p>{@link #run} is called once. {@link #interrupt} may be called by any thread: the first time, no other command is
 * started; the second time, those that run are killed.
 */
public final class MapRun {
    private static final long LOOK_MILLIS = 100;
    /** How often lots are looked after. */
    private static final long LOTS_MILLIS = 10;

    private static final int MOST_MESSAGES = 10;
    private static final long SLOT_STACK = 256 * 1024;

    private final Plan plan;
    private final RunDirectory directory;
    private final BitSet done;
    private final Progress progress;
    private final PrintStream err;
    private final Scheduler scheduler;
    private final Printer printer;
    private final Lots lots;
    private final boolean together;
    private final Runner runner;
    private final Work work;
    private final SlotThreads threads;
    private final boolean sameProgram;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("weft-timer").factory());
    private final AtomicInteger interrupts = new AtomicInteger();
    private final AtomicInteger alive = new AtomicInteger();
    private final AtomicInteger messages = new AtomicInteger();
    private final Semaphore ended = new Semaphore(0);
    private volatile int signal;
    private volatile boolean stuck;
    private volatile boolean timeOver;
    private volatile boolean readerGone;
    private volatile @Nullable RuntimeException defect;

    /**
     * Prepares a run.
     *
     * @param asked how it is to go
     * @param work what is done with each input
     * @param directory where the run is kept
     * @param log its outcomes
     * @param done the indexes of inputs that are not to run again
     * @param streams where results are printed
     * @param progress shows how far it is
     * @param err where messages go
     */
    public MapRun(
            Plan asked,
            Work work,
            RunDirectory directory,
            OutcomeLog log,
            BitSet done,
            Streams streams,
            Progress progress,
            PrintStream err) {
        this.plan = work instanceof Work.Calls calls && calls.jobs() != null ? asked.with(calls.jobs()) : asked;
        this.work = work;
        this.directory = directory;
        this.done = done;
        this.progress = progress;
        this.err = err;
        this.scheduler = new Scheduler(plan, done, new SplittableRandom());
        this.printer = new Printer(plan.layout(), plan.results() != null, done, streams, progress::clear, log::append);
        switch (work) {
            case Work.Commands(var launcher, var words, boolean same) -> {
                sameProgram = same;
                together = false;
                threads = SlotThreads.platform(SLOT_STACK);
                runner = new CommandRunner(
                        plan, launcher, words, directory.name(), directory.output(), timer, this::notStarted);
            }
            case Work.Calls(var _, Call call, SlotThreads on, var _) -> {
                sameProgram = false;
                together = call.isOftenShort()
                        && plan.allowsLots()
                        && !(call instanceof Call.Together && plan.timeLimit().isSet());
                threads = on;
                runner = new CallRunner(plan, call, directory.output(), timer, this::givenUp);
            }
        }
        var recorder = new Recorder(scheduler, printer, log, sameProgram);
        this.lots = new Lots(
                scheduler,
                plan.jobs(),
                together,
                ended -> {
                    recorder.record(ended);
                    haltIfAsked();
                },
                System::nanoTime);
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
            printRest();
            RuntimeException unexpected = defect;
            if (unexpected != null) {
                throw unexpected;
            }
            return summary(spool, System.nanoTime() - begin);
        } finally {
            timer.shutdownNow();
            runner.close();
            threads.close();
        }
    }

    private void printRest() throws IOException {
        if (readerGone) {
            return;
        }
        try {
            printer.finish();
        } catch (Printer.ReaderGoneException e) {
            readerGone = true;
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
        int started = 0;
        int before = 0;
        while (true) {
            int wanted = plan.jobs().now();
            if (wanted > before) {
                scheduler.wake();
            }
            before = wanted;
            note(wanted);
            while (started < wanted && (started == 0 || alive.get() > 0)) {
                start(++started);
            }
            if (alive.get() == 0 || (stuck && scheduler.isFinished())) {
                return; // idle slots may never come to notice, if a stuck one has their carrier or loop
            }
            MapProgress.show(progress, scheduler.counts(), done.cardinality(), begin);
            pause();
        }
    }

    /** Waits until it is time to look again, or a slot has ended. */
    private void pause() {
        try {
            if (!together) {
                boolean _ = ended.tryAcquire(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                return;
            }
            for (long waited = 0; waited < LOOK_MILLIS; waited += LOTS_MILLIS) {
                if (ended.tryAcquire(LOTS_MILLIS, TimeUnit.MILLISECONDS)) {
                    return;
                }
                lots.look();
            }
        } catch (InterruptedException e) {
            interrupt(0);
        } catch (IOException | RuntimeException e) {
            failed(e);
        }
    }

    private void note(int jobs) {
        try {
            directory.sessions().jobs(jobs);
        } catch (IOException e) {
            failed(e);
        }
    }

    private void start(int number) {
        alive.incrementAndGet();
        threads.start(number, () -> {
            if (slot(number)) {
                end();
            }
        });
    }

    private void end() {
        if (alive.decrementAndGet() == 0) {
            ended.release();
        }
    }

    /** Works until nothing is left; false if this slot has been given up meanwhile, and another has its place. */
    private boolean slot(int number) {
        try {
            for (Lot lot = lots.next(number); lot != null; lot = lots.next(number)) {
                if (!runner.run(lot, lots)) {
                    return false;
                }
                lots.end(lot);
            }
        } catch (IOException | RuntimeException | Error e) {
            failed(e);
        }
        return true;
    }

    private void failed(Throwable problem) {
        switch (problem) {
            case Printer.ReaderGoneException _ -> {
                readerGone = true;
                scheduler.drain();
            }
            case IOException e -> scheduler.fail(e);
            case RuntimeException e -> {
                defect = e;
                scheduler.drain();
            }
            default -> {
                defect = new IllegalStateException("a slot ended", problem);
                scheduler.drain();
            }
        }
        runner.stop();
    }

    /** Takes note of a call that does not end: its slot is lost, and another takes its place. Called by the timer. */
    private void givenUp(Ended result) {
        try {
            lots.giveUp(result);
        } catch (IOException | RuntimeException e) {
            failed(e);
        }
        threads.stuck();
        stuck = true;
        start(result.slot());
        end();
    }

    private void haltIfAsked() {
        if (plan.halt() != null && plan.halt().now() && scheduler.counts().halted() && !runner.isOver()) {
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

    /** Starts nothing more; what runs goes on to its end. Any thread. */
    public void drain() {
        scheduler.drain();
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
            err.println("weft: waiting for " + left + " " + work.noun() + (left == 1 ? "" : "s") + " that "
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
