package dev.weft.testing;

import dev.weft.Weft;
import dev.weft.loop.kernel.RunLoop;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A loop that tests share, on a thread of its own: its main task does what other threads submit, one after the other.
 *
 * <p>{@link #call} is called by threads of JUnit, of which several may come at once, and {@link #close} at the end; the
 * rest happens on the loop. Once a run was given up, in a deadlock for instance, the loop has ended, and later calls
 * fail.
 */
@SuppressWarnings("try") // JUnit closes it, and may interrupt that
final class TestLoop implements ExtensionContext.Store.CloseableResource, AutoCloseable {
    private static final long MAX_STEPS = Long.MAX_VALUE;

    private final String name;
    private final Conductor conductor;
    private final Trial trial;
    private final Thread thread;
    private final ReentrantLock turn = new ReentrantLock();
    private volatile @Nullable Job current;
    private volatile @Nullable Throwable outcome;
    private volatile boolean ended;
    private int told;

    /** Starts one. The name says who shares it, to end sentences with. */
    TestLoop(String name, SharedLoop settings) {
        this.name = name;
        conductor = new Conductor(
                new Conductor.Settings(
                        settings.clock(), Duration.ofMillis(settings.realTimeLimitMillis()), MAX_STEPS, true, 0, false),
                null);
        trial = new Trial(new TestClock(conductor), new SplittableRandom(1));
        thread = Thread.ofPlatform().name("weft-test-loop of " + name).daemon().unstarted(this::run);
        thread.start();
    }

    private void run() {
        try {
            RunLoop.<Boolean, Throwable>run(conductor, () -> {
                for (Job job = conductor.nextJob(); job != null; job = conductor.nextJob()) {
                    current = job;
                    job.run(trial);
                }
                Weft.checkpoint(); // jobs that were cancelled, since the run was given up, ended their own way
                conductor.bodyEnded(false, "the tests of " + name + " have ended and leave behind");
                return true;
            });
        } catch (Throwable e) {
            outcome = e;
        } finally {
            ended = true;
            Job last = current;
            if (last != null) {
                last.refuse(over());
            }
        }
    }

    private IllegalStateException over() {
        return new IllegalStateException("the loop that the tests of " + name + " share has ended", outcome);
    }

    /**
     * Does something in the main task.
     *
     * @param body what to do
     * @throws Throwable what it fails with, or what the kit found wrong meanwhile
     */
    void call(TestBody body) throws Throwable {
        turn.lock();
        try {
            if (ended) {
                throw over();
            }
            var job = new Job(body);
            current = job;
            conductor.submit(job);
            if (ended) {
                job.refuse(over());
            }
            Throwable failure = job.await();
            List<Problem> problems = conductor.problems();
            Throwable verdict = Simulation.verdict(problems.subList(told, problems.size()), failure);
            told = problems.size();
            if (verdict != null) {
                throw verdict;
            }
        } finally {
            turn.unlock();
        }
    }

    /** {@return what the main task gives to its jobs} */
    Trial trial() {
        return trial;
    }

    /** {@return whether it can do nothing more: it has ended, or is about to, having been given up} Any thread. */
    boolean hasEnded() {
        return ended || conductor.hasGivenUp();
    }

    /** Ends the loop, and reports what was left behind. */
    @Override
    public void close() throws Exception {
        conductor.submit(Conductor.NO_MORE);
        thread.join();
        List<Problem> problems = conductor.problems();
        Throwable verdict = Simulation.verdict(problems.subList(told, problems.size()), told == 0 ? outcome : null);
        switch (verdict) {
            case null -> {}
            case Exception e -> throw e;
            case Error e -> throw e;
            default -> throw new AssertionError(verdict);
        }
    }
}
