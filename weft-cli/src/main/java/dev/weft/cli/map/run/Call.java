package dev.weft.cli.map.run;

import dev.weft.cli.map.input.Input;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** Work that is no command: a function, or a request. Any slot may call it. */
public interface Call extends AutoCloseable {
    /**
     * Does the work for an input.
     *
     * @param input the input
     * @param place where it is done
     * @return what came of it
     * @throws Exception if it failed; the message says why
     */
    Answer call(Input input, Place place) throws Exception;

    /** Ends what runs elsewhere at once; what runs in slots is given up by them. */
    default void kill() {}

    /**
     * {@return whether a call that does not end is given up after the grace; false if {@link #call} ends in any case}
     */
    default boolean mayStick() {
        return true;
    }

    /**
     * {@return whether a fixed time limit is kept by {@link #call} itself, which reports it by
     * {@link Place#timeIsOver}}
     */
    default boolean keepsTime() {
        return false;
    }

    /**
     * {@return whether calls may take so little time that inputs had better be taken several at once}
     */
    default boolean isOftenShort() {
        return false;
    }

    @Override
    default void close() {}

    /** Calls that can be made for several inputs at once, where that costs less than one after the other. */
    interface Together extends Call {
        /**
         * Makes calls, until none is to be made any more or the calling thread is interrupted. Those that it was given
         * and has not ended count as aborted.
         *
         * @param calls the calls; asked for, by the calling thread, whenever one more may begin. That there is none now
         *     does not mean that there will be none when another has ended
         * @param files the directory for output that is too large for memory
         * @throws IOException if what has ended cannot be printed or recorded
         */
        void call(Iterator<? extends One> calls, Path files) throws IOException;
    }

    /** One of several calls. To be used by the thread that makes them. */
    interface One {
        /**
         * {@return its input}
         */
        Input input();

        /**
         * {@return where it is made; whose {@link Place#onAbort} is not for calls that are made together}
         */
        Place place();

        /**
         * Ends it.
         *
         * @param answer what came of it
         * @param began when it began
         * @param nanos how long it took
         * @throws IOException if that cannot be printed or recorded
         */
        void ended(Answer answer, Instant began, long nanos) throws IOException;

        /**
         * Ends it, where it is not known when it began.
         *
         * @param answer what came of it
         * @throws IOException if that cannot be printed or recorded
         */
        void ended(Answer answer) throws IOException;
    }

    /** Where a call is made. */
    interface Place {
        /**
         * {@return the slot, from 1}
         */
        int slot();

        /**
         * {@return where a file with output may be put that is too large for memory; removed once it was printed}
         */
        Path spill();

        /**
         * Says how the call is ended if its time is over. Until then, its thread is interrupted.
         *
         * @param abort ends it; called by any thread, at most once, and at once if it should have ended already
         */
        void onAbort(Runnable abort);

        /** Says that the call is about to fail since its time was over. */
        void timeIsOver();

        /**
         * Asks for a longer wait before the next try, since the other side has said so.
         *
         * @param wait the least wait
         */
        void retryAfter(Duration wait);
    }

    /**
     * What came of a call.
     *
     * @param output its result
     * @param error what it says beside that
     * @param json whether the output is one JSON document
     * @param failure why it failed, in a line; null if it went well
     * @param code an exit code for the failure, by which it can be told from others; 0 if it went well
     * @param cpuNanos the processor time that it took; -1 if unknown
     */
    record Answer(
            Captured output,
            Captured error,
            boolean json,
            @Nullable String failure,
            int code,
            long cpuNanos) {
        /**
         * Makes the answer of a call that went well.
         *
         * @param output its result
         * @param error what it says beside that
         * @param json whether the output is one JSON document
         * @param cpuNanos the processor time that it took; -1 if unknown
         * @return the answer
         */
        public static Answer ok(Captured output, Captured error, boolean json, long cpuNanos) {
            return new Answer(output, error, json, null, 0, cpuNanos);
        }

        /**
         * Makes the answer of a call that failed.
         *
         * @param failure why
         * @param code an exit code, at least 1
         * @param error what it says beside that
         * @return the answer
         */
        public static Answer failed(String failure, int code, Captured error) {
            return new Answer(Captured.nothing(), error, false, failure, code, -1);
        }
    }
}
