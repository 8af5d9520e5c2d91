package dev.weft.cli.function;

import dev.weft.JobFunction;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Calls as they are made by a worker for inputs that come together. What travels is a lambda that has captured one
 * text, since a worker reads the function for each message: an object of a class would take it ten times as long.
 *
 * @param spec where the function is
 * @param arguments how many arguments it is given; -1 if that is up to the inputs
 * @param files the directory where output may be put that is too large for memory
 */
record WorkerFunction(FunctionSpec spec, int arguments, String files) {
    /** The functions of this worker, by the texts that say which they are; there is one, but for tests. */
    private static final Map<String, WorkerFunction> KNOWN = new ConcurrentHashMap<>();

    /**
     * Makes the function that a pool has its workers apply to what {@link SentInput#write} makes of inputs.
     *
     * @param spec where the function is
     * @param arguments how many arguments it is given; -1 if that is up to the inputs
     * @param files the directory where output may be put that is too large for memory
     * @return the function, whose results {@link AnswerBytes#readTimed} reads
     */
    static JobFunction<String, byte[]> of(FunctionSpec spec, int arguments, Path files) {
        var out = new StringBuilder(256);
        SentInput.part(files.toAbsolutePath().toString(), out);
        SentInput.part(Integer.toString(arguments), out);
        SentInput.part(spec.shown(), out);
        SentInput.part(spec.className(), out);
        SentInput.part(spec.method(), out);
        spec.classPath().forEach(place -> SentInput.part(place, out));
        String which = out.toString();
        return sent -> known(which).apply(sent);
    }

    private static WorkerFunction known(String which) {
        WorkerFunction known = KNOWN.get(which);
        return known == null ? KNOWN.computeIfAbsent(which, WorkerFunction::read) : known;
    }

    private static WorkerFunction read(String which) {
        var parts = new SentInput.Parts(which);
        String files = parts.next();
        int arguments = Integer.parseInt(parts.next());
        String shown = parts.next();
        String className = parts.next();
        String method = parts.next();
        List<String> classPath = new ArrayList<>();
        while (parts.hasNext()) {
            classPath.add(parts.next());
        }
        return new WorkerFunction(new FunctionSpec(shown, List.copyOf(classPath), className, method), arguments, files);
    }

    private byte[] apply(String sent) throws InterruptedException {
        SentInput input = SentInput.read(sent);
        return AnswerBytes.timed(() -> WorkerCall.call(
                spec, arguments, input.values(), input.texts(), () -> Path.of(files, "input-" + input.index())));
    }
}
