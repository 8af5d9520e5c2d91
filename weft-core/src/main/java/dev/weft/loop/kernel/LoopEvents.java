package dev.weft.loop.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.FlightRecorderListener;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Recording;
import jdk.jfr.RecordingState;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/**
 * The events of loops for the JDK Flight Recorder. Nothing is made, measured or even loaded unless a recording runs:
 * who might record looks at {@link Recordings#on} first.
 *
 * <p>Events of tasks are committed by the coroutine that they are about. What only the pump sees (how long a step took,
 * and a pass) the pump notes, without committing: that may take locks of the recorder, which coroutines take too. A
 * coroutine commits the notes in the next pass.
 */
final class LoopEvents {
    /**
     * Whether anything is recorded, in a class without a word of the recorder, since a JVM may lack it. The flags are
     * plain, since they are looked at in every step; a loop that sees one late records a little less.
     */
    static final class Recordings {
        private static final AtomicBoolean WATCHED = new AtomicBoolean();
        private static final int FLIGHT = 1;
        private static final int LIVE = 2;
        private static final AtomicInteger SOURCES = new AtomicInteger();

        /** Whether steps are recorded, for whomever. */
        static boolean on;

        /** Whether a flight recording runs. */
        static boolean flight;

        /** Whether somebody looks on from outside. */
        static boolean live;

        private Recordings() {}

        private static void set(int source, boolean now) {
            int sources = SOURCES.updateAndGet(before -> now ? before | source : before & ~source);
            do {
                flight = (sources & FLIGHT) != 0;
                live = (sources & LIVE) != 0;
                on = sources != 0;
                sources = SOURCES.get(); // two may have done this at once
            } while (on != (sources != 0) || flight != ((sources & FLIGHT) != 0) || live != ((sources & LIVE) != 0));
        }

        static void flight(boolean now) {
            set(FLIGHT, now);
        }

        static void live(boolean now) {
            set(LIVE, now);
        }

        /** Begins to notice recordings; called by whoever makes a loop. */
        static void watch() {
            if (WATCHED.compareAndSet(false, true)
                    && ModuleLayer.boot().findModule("jdk.jfr").isPresent()) {
                Watch.begin();
            }
        }
    }

    private static final class Watch implements FlightRecorderListener {
        static void begin() {
            FlightRecorder.addListener(new Watch());
            if (FlightRecorder.isInitialized()) {
                look();
            }
        }

        @Override
        public void recordingStateChanged(Recording recording) {
            look();
        }

        private static void look() {
            Recordings.flight(FlightRecorder.getFlightRecorder().getRecordings().stream()
                    .anyMatch(recording -> recording.getState() == RecordingState.RUNNING));
        }
    }

    /** A task was started. */
    @Name("weft.TaskSpawn")
    @Label("Task Spawn")
    @Category({"Weft", "Task"})
    @Description("A task was started, by the code in the stack trace")
    static final class TaskSpawn extends Event {
        @Label("Loop")
        @Nullable
        String loop;

        @Label("Task")
        @Nullable
        String task;
    }

    /** A task has ended. */
    @Name("weft.Task")
    @Label("Task")
    @Category({"Weft", "Task"})
    @Description("A task, from its first step to its end")
    @StackTrace(false)
    static final class TaskLife extends Event {
        @Label("Loop")
        @Nullable
        String loop;

        @Label("Task")
        @Nullable
        String task;

        @Label("Outcome")
        @Nullable
        String outcome;
    }

    /** A coroutine waited. */
    @Name("weft.TaskWait")
    @Label("Task Wait")
    @Category({"Weft", "Task"})
    @Description("A task waited, at the place in the stack trace")
    @Threshold("20 ms")
    static final class TaskWait extends Event {
        @Label("Loop")
        @Nullable
        String loop;

        @Label("Task")
        @Nullable
        String task;

        @Label("Waits For")
        @Nullable
        String waitsFor;
    }

    /** A coroutine ran. */
    @Name("weft.TaskStep")
    @Label("Task Step")
    @Category({"Weft", "Loop"})
    @Description("A task or callback ran without giving way to others")
    @StackTrace(false)
    @Threshold("20 ms")
    static final class TaskStep extends Event {
        @Label("Loop")
        @Nullable
        String loop;

        @Label("Task")
        @Nullable
        String task;
    }

    /** A pass took time. */
    @Name("weft.LoopLag")
    @Label("Loop Lag")
    @Category({"Weft", "Loop"})
    @Description("A pass of a loop: how long what became ready meanwhile had to wait for its turn")
    @StackTrace(false)
    @Threshold("1 ms")
    static final class LoopLag extends Event {
        @Label("Loop")
        @Nullable
        String loop;

        @Label("Steps")
        int steps;
    }

    private final LoopCore loop;

    /** What the pump has noted. Loop thread only. */
    private List<Event> notes = new ArrayList<>();

    /** Whether a coroutine is on its way to commit the notes. Loop thread only. */
    private boolean committing;

    LoopEvents(LoopCore loop) {
        this.loop = loop;
    }

    // ---- by coroutines, and by threads that start tasks

    static void spawned(LoopTask<?> task) {
        var event = new TaskSpawn();
        if (event.isEnabled()) {
            event.loop = task.loop().name();
            event.task = task.name();
            event.commit();
        }
    }

    static TaskLife begun() {
        var event = new TaskLife();
        event.begin();
        return event;
    }

    static void ended(TaskLife event, LoopTask<?> task) {
        event.end();
        if (event.shouldCommit()) {
            event.loop = task.loop().name();
            event.task = task.name();
            event.outcome = task.state().name();
            event.commit();
        }
    }

    static TaskWait waits() {
        var event = new TaskWait();
        event.begin();
        return event;
    }

    static void goesOn(TaskWait event, Strand strand, Object blocker) {
        event.end();
        if (event.shouldCommit()) {
            event.loop = strand.loop.name();
            event.task = name(strand.task);
            event.waitsFor = switch (blocker) {
                case TaskCore<?> task -> task.name();
                case GroupImpl _ -> "the tasks of its group";
                case String words -> words;
                default -> blocker.getClass().getSimpleName();
            };
            event.commit();
        }
    }

    private static String name(@Nullable LoopTask<?> task) {
        return task == null ? "callback" : task.name();
    }

    // ---- by the pump

    /** Resumes a strand and notes how long it runs. */
    void resume(Strand strand) {
        Object entry = strand.task != null ? strand.task : strand.next;
        var event = new TaskStep();
        event.begin();
        loop.resume(strand);
        event.end();
        if (entry != null && !(entry instanceof Commit) && event.shouldCommit()) {
            event.loop = loop.name();
            event.task = name(entry instanceof LoopTask<?> task ? task : null);
            note(event);
        }
    }

    LoopLag passBegins() {
        var event = new LoopLag();
        event.begin();
        return event;
    }

    void passEnds(LoopLag event, int steps) {
        event.end();
        if (event.shouldCommit()) {
            event.loop = loop.name();
            event.steps = steps;
            note(event);
        }
    }

    private void note(Event event) {
        notes.add(event);
        if (!committing) {
            committing = true;
            loop.ready.add(new Commit());
        }
    }

    private final class Commit implements Fresh {
        @Override
        public void runOn(Strand strand) {
            List<Event> noted = notes;
            notes = new ArrayList<>();
            committing = false;
            noted.forEach(Event::commit);
        }
    }
}
