package dev.weft.loop.kernel;

import dev.weft.Task;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Steers a loop on which a test runs: its clock, the order in which it runs what is ready, and what it does where
 * nothing is. A loop in production has none, and pays one test of a field for that.
 *
 * <p>One control steers one loop, from before its first pass. What the pump calls must keep the pump's rules: no lock,
 * no log, no code of users.
 *
 * <h2>Time</h2>
 *
 * <p>Every timer of the loop follows {@link #now()}, timed waits of the JDK in coroutines included. Those of them that
 * look at {@link System#nanoTime} when they wake, and wait for what is left of their time ({@link Thread#sleep},
 * {@code poll(timeout)}), can end in real time only: they wake at the right moment of the virtual clock, which then
 * stands still until the rest has really passed.
 */
public abstract class LoopControl {
    /** The name of the coroutine that waits for sockets, where it does that in a selector of the JDK. */
    protected static final String IO = "the I/O of the loop";

    /** Written once; any thread. */
    private volatile @Nullable LoopCore loop;

    /** How many steps the loop has taken. Loop thread only. */
    long steps;

    /** How often the JDK has suspended a coroutine. Loop thread only. */
    long waitsInJdk;

    /** Makes a control that steers no loop yet. */
    protected LoopControl() {}

    /**
     * A coroutine that waits, or a task that has not begun.
     *
     * @param task the task, or null for a callback
     * @param name its name
     * @param blocker what it waits for; null if the JDK suspended it or it has not begun
     * @param thread its thread; null if it has not begun
     * @param inJdk whether the JDK suspended it, and not Weft
     */
    public record Waiting(
            @Nullable Task<?> task,
            String name,
            @Nullable Object blocker,
            @Nullable Thread thread,
            boolean inJdk) {}

    final void attach(LoopCore steered) {
        LoopCore before = loop;
        if (before != null) {
            throw new IllegalStateException(
                    "this control steers loop '" + before.name() + "' already; make another one");
        }
        loop = steered;
        steered.control = this;
    }

    private LoopCore loop() {
        LoopCore steered = loop;
        if (steered == null) {
            throw new IllegalStateException("this control steers no loop yet");
        }
        return steered;
    }

    // ---- what the loop asks

    /** {@return the clock of the loop, in nanoseconds; any thread} */
    public abstract long now();

    /** {@return whether {@link #choose} is to be asked, instead of running what is ready in its order; constant} */
    protected abstract boolean chooses();

    /**
     * Chooses what runs next. Called by the pump.
     *
     * @param parties what is ready, in the order in which it became so: tasks, or other objects for what is none;
     *     each stands for the same task throughout the run
     * @param size how many of them count, at least one
     * @return the index of the chosen one
     */
    protected abstract int choose(@Nullable Object[] parties, int size);

    /**
     * Says what the pump does now that nothing is ready and no timer is due. Called by the pump.
     *
     * @param timers whether there are timers
     * @param deadline when the first of them is due, by {@link #now}
     * @param realNanos how long a timed wait of the JDK still takes in real time; negative if there is none
     * @return how long the pump may wait in real time for something from outside; zero has it look again at once
     */
    protected abstract long idle(boolean timers, long deadline, long realNanos);

    /**
     * Says how long a timed wait of the JDK takes by {@link #now}. What the JDK asks for has already lost the little
     * time that it took to get here.
     *
     * @param nanos what the JDK asks for
     * @return how long it is to take
     */
    protected abstract long timedWait(long nanos);

    /**
     * A coroutine is about to wait. Called by it.
     *
     * @param party its task, or another object where it runs none
     * @param blocker what it waits for; null if it only gives way
     * @param outside whether that comes from outside of the loop
     */
    protected abstract void suspends(Object party, @Nullable Object blocker, boolean outside);

    /**
     * A coroutine goes on after a wait. Called by it.
     *
     * @param party as for {@link #suspends}
     * @param blocker as for {@link #suspends}
     * @param outside as for {@link #suspends}
     */
    protected abstract void goesOn(Object party, @Nullable Object blocker, boolean outside);

    /**
     * A task was made. Called by its maker, on any thread.
     *
     * @param task the task
     */
    protected abstract void made(Task<?> task);

    /**
     * A task has come to a checkpoint, where it is about to find out whether it was cancelled. Called by the task.
     *
     * @param task the task
     */
    protected abstract void checkpoint(Task<?> task);

    /**
     * Coroutines stand in line for monitors, and it cannot be known who has been handed one: the order of this run may
     * differ from that of another with the same choices. Called by the pump.
     */
    protected void monitorsUncertain() {}

    /**
     * A callback threw, or a function that was to be told of the end of a task. Called where that happened.
     *
     * @param failure what it threw
     */
    protected abstract void uncaught(Throwable failure);

    // ---- what a control asks

    /** Has the pump look again, if there is one; any thread. */
    protected final void wakePump() {
        LoopCore steered = loop;
        if (steered != null) {
            steered.submit(NOTHING);
        }
    }

    private static final LoopAction NOTHING = () -> {};

    /** {@return how many entries of its ready queue the loop has run; on the loop only} */
    protected final long stepsOfLoop() {
        return steps;
    }

    /** {@return how often the JDK has suspended a coroutine so far; on the loop only} */
    protected final long waitsInJdk() {
        return waitsInJdk;
    }

    /** {@return whether a coroutine is suspended by the JDK; on the loop only} */
    protected final boolean anyInJdk() {
        return !loop().inJdk.isEmpty();
    }

    /**
     * {@return the coroutines that wait, and the tasks that have not begun; on the loop only, without the caller}
     */
    protected final List<Waiting> waiting() {
        LoopCore steered = loop();
        List<Waiting> all = new ArrayList<>();
        Strand self = Strand.current();
        for (Strand strand : steered.strands.snapshot()) {
            if (strand != null && !strand.idle && strand != self && strand.isAtWork()) {
                LoopTask<?> task = strand.task;
                boolean inJdk = steered.inJdk.contains(strand);
                all.add(new Waiting(
                        task,
                        steered.isIo(strand) ? IO : task == null ? "callback" : task.name(),
                        inJdk ? null : strand.blocker,
                        strand.thread,
                        inJdk));
            }
        }
        for (Object entry : steered.ready) {
            if (entry instanceof LoopTask<?> task) {
                all.add(new Waiting(task, task.name(), null, null, false));
            }
        }
        return all;
    }

    /** {@return the callbacks that wait for their time; on the loop only} */
    protected final List<Callback> callbacks() {
        return loop().timers.all(Callback.class);
    }
}
