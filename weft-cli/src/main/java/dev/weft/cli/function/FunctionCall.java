package dev.weft.cli.function;

import dev.weft.cli.map.input.Input;
import dev.weft.cli.map.run.Call;
import dev.weft.cli.map.run.Work;
import org.jspecify.annotations.Nullable;

/** Calls a function in the slots' own threads. */
public final class FunctionCall implements Call {
    private final LoadedFunction function;
    private final Work.@Nullable Words words;

    private FunctionCall(LoadedFunction function, Work.@Nullable Words words) {
        this.function = function;
        this.words = words;
    }

    /**
     * Loads a function.
     *
     * @param spec where it is
     * @param words what its arguments are made of; null for the values of the input
     * @param arguments how many words there are; -1 if there are none
     * @return the call
     * @throws dev.weft.cli.CliException if it is not there
     */
    public static FunctionCall load(FunctionSpec spec, Work.@Nullable Words words, int arguments) {
        return new FunctionCall(LoadedFunction.load(spec, arguments), words);
    }

    @Override
    public Answer call(Input input, Place place) throws InterruptedException {
        return function.call(input.values(), words == null ? null : words.of(input, place.slot()), place::spill);
    }

    @Override
    public boolean isOftenShort() {
        return true;
    }

    @Override
    public void close() {
        function.close();
    }
}
