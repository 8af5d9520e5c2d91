package dev.weft.loop.kernel;

import dev.weft.loop.kernel.LoopEvents.Recordings;
import org.jspecify.annotations.Nullable;

/**
 * Resumes what a loop runs and has its steps noted: by the flight recorder, and for those who look on from outside. The
 * pump comes here only while {@link Recordings#on}, so that a step of which nothing is noted pays for one look at a
 * flag. Pump only.
 */
final class RecordedSteps {
    private final LoopCore loop;

    /** What is recorded of the loop; made when something first is. */
    private @Nullable LoopEvents events;

    /** What is noted of the loop while somebody looks on from outside. */
    private @Nullable LoopWatch watch;

    RecordedSteps(LoopCore loop) {
        this.loop = loop;
    }

    /** Runs the steps of a pass, of which there are some. */
    void pass(int number) {
        if (!Recordings.flight) {
            loop.steps();
            return;
        }
        LoopEvents recorder = recorder();
        LoopEvents.LoopLag pass = recorder.passBegins();
        loop.steps();
        recorder.passEnds(pass, number);
    }

    /** Resumes a strand. */
    void resume(Strand strand) {
        LoopWatch noting = watch();
        LoopTask<?> task = strand.task != null ? strand.task : strand.next instanceof LoopTask<?> next ? next : null;
        if (noting != null) {
            noting.stepBegins();
        }
        if (Recordings.flight) {
            recorder().resume(strand);
        } else {
            loop.resume(strand);
        }
        if (noting != null) {
            noting.stepEnds(task, strand);
        }
    }

    /** Resumes a thread that the JDK made runnable. */
    void resumeThread(Runnable continuation) {
        LoopWatch noting = watch();
        if (noting == null) {
            loop.resumeThread(continuation);
            return;
        }
        Strand strand = noting.strandOf(continuation);
        LoopTask<?> task = strand == null ? null : strand.task;
        noting.stepBegins();
        loop.resumeThread(continuation);
        noting.stepEnds(task, strand);
    }

    private LoopEvents recorder() {
        LoopEvents made = events;
        if (made == null) {
            made = new LoopEvents(loop);
            events = made;
        }
        return made;
    }

    /** {@return what notes the steps for those who look on from outside; null if nobody does} */
    private @Nullable LoopWatch watch() {
        if (!Recordings.live) {
            watch = null;
            return null;
        }
        LoopWatch known = watch;
        if (known == null || known.isOver()) {
            known = LoopWatch.of(loop);
            watch = known;
        }
        return known;
    }
}
