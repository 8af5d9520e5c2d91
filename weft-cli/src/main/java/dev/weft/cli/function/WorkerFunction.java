package dev.weft.cli.function;

import dev.weft.JobFunction;

/**
 * Calls as they are made by a worker for inputs that come together.
 *
 * @param spec where the function is
 * @param arguments how many arguments it is given; -1 if that is up to the inputs
 */
record WorkerFunction(FunctionSpec spec, int arguments) implements JobFunction<String, byte[]> {
    @Override
    public byte[] apply(String sent) throws InterruptedException {
        SentInput input = SentInput.read(sent);
        return AnswerBytes.timed(() -> WorkerCall.call(spec, arguments, input.values(), input.texts(), input.spill()));
    }
}
