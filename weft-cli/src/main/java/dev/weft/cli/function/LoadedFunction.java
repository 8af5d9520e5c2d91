package dev.weft.cli.function;

import dev.weft.Cancelled;
import dev.weft.cli.function.guard.Exits;
import dev.weft.cli.map.input.Value;
import dev.weft.cli.map.run.Call;
import dev.weft.cli.map.run.Captured;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A function in this process, and how its calls are made, heard and answered. Any thread may call it. */
final class LoadedFunction implements AutoCloseable {
    private final UserMethod method;
    private final ResultText results = new ResultText();

    private LoadedFunction(UserMethod method) {
        this.method = method;
    }

    /**
     * Loads a function.
     *
     * @param spec where it is
     * @param arguments how many arguments it is given; -1 if that is up to the inputs
     * @return the function
     */
    static LoadedFunction load(FunctionSpec spec, int arguments) {
        var function = new LoadedFunction(UserMethod.load(spec, arguments));
        Printed.install();
        return function;
    }

    /**
     * Calls it.
     *
     * @param values the values of the input
     * @param texts what the command line makes of it; null if that says nothing
     * @param spill where output may be put that is too large for memory
     * @return the answer, also of a call that failed
     * @throws InterruptedException if the call was interrupted
     */
    Call.Answer call(List<Value> values, @Nullable List<String> texts, Supplier<Path> spill)
            throws InterruptedException {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        long cpu = Cpu.ofThread();
        try (Printed printed = Printed.begin(spill)) {
            thread.setContextClassLoader(method.loader());
            try {
                Object result = texts == null ? method.call(values) : method.callWith(texts);
                ResultText.Said said = results.of(result);
                long taken = Cpu.since(cpu);
                return method.isVoid()
                        ? Call.Answer.ok(printed.out(), printed.err(), false, taken)
                        : Call.Answer.ok(new Captured.Bytes(said.bytes()), printed.both(), said.json(), taken);
            } catch (InterruptedException | Cancelled e) {
                throw e; // whoever has ended the call waits for it
            } catch (Throwable e) { // whatever it is, it costs this input and nothing else
                int code = e instanceof Exits.ExitCalled exit ? Math.max(1, exit.code() & 0xFF) : 1;
                return Call.Answer.failed(method.reason(e), code, printed.both());
            }
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Override
    public void close() {
        method.close();
    }
}
