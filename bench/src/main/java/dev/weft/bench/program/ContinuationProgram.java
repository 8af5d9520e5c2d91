package dev.weft.bench.program;

import jdk.internal.vm.Continuation;
import jdk.internal.vm.ContinuationScope;

/**
 * The JDK's raw continuation, without a thread, a scheduler or a queue: the floor under any switch of coroutines. Needs
 * {@code --add-exports java.base/jdk.internal.vm=ALL-UNNAMED}.
 */
final class ContinuationProgram {
    private static final ContinuationScope SCOPE = new ContinuationScope("bench");

    private ContinuationProgram() {}

    public static void main(String[] args) {
        Arguments arguments = Arguments.parse(args);
        Stopwatch.describe("jdk.internal.vm.Continuation", arguments);
        if (!arguments.row().equals("handoff-wake") && !arguments.row().equals("handoff-yield")) {
            throw arguments.unknownRow();
        }
        Stopwatch.measure(arguments, work -> handOff(work.operations() / 2));
    }

    /** Two continuations run by turns: an operation is one {@code run} and one {@code yield}. */
    private static void handOff(int turns) {
        var first = new Continuation(SCOPE, () -> player(turns));
        var second = new Continuation(SCOPE, () -> player(turns));
        while (!first.isDone()) {
            first.run();
            second.run();
        }
    }

    private static void player(int turns) {
        for (int i = 0; i < turns; i++) {
            Continuation.yield(SCOPE);
        }
    }
}
