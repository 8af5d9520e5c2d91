package dev.weft.cli.map.run;

import dev.weft.cli.command.Launcher;
import dev.weft.cli.map.input.Input;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a run does with its inputs. */
public sealed interface Work {
    /**
     * {@return what one of it is called, for messages}
     */
    String noun();

    /** What an input's command is. */
    @FunctionalInterface
    interface Words {
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
     * Commands.
     *
     * @param launcher starts them
     * @param words fills them
     * @param sameProgram whether every input has the same program, so that a run whose program cannot be started ends
     *     at once
     */
    record Commands(Launcher launcher, Words words, boolean sameProgram) implements Work {
        @Override
        public String noun() {
            return "command";
        }
    }

    /**
     * Calls.
     *
     * @param noun what one is called
     * @param call what is done; closed with the run
     * @param threads what slots run on; closed with the run
     * @param jobs how many at once, if that is not as the plan says; null if it is
     */
    record Calls(String noun, Call call, SlotThreads threads, Plan.@Nullable Jobs jobs) implements Work {
        /** Makes calls, as many at once as the plan says. */
        public Calls(String noun, Call call, SlotThreads threads) {
            this(noun, call, threads, null);
        }
    }
}
