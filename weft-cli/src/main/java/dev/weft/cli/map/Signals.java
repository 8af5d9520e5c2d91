package dev.weft.cli.map;

import dev.weft.cli.map.run.MapRun;
import dev.weft.loop.jdk.JdkSignals;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/** Has the signals that end programs end a run instead, until this is closed. */
final class Signals implements AutoCloseable {
    private final List<Runnable> putBack = new ArrayList<>();

    private Signals() {}

    static Signals to(MapRun run) {
        var signals = new Signals();
        signals.handle("INT", run::interrupt);
        signals.handle("TERM", run::stop);
        signals.handle("HUP", run::stop);
        return signals;
    }

    private void handle(String name, IntConsumer action) {
        Runnable before = JdkSignals.handle(name, action);
        if (before != null) {
            putBack.add(before);
        }
    }

    @Override
    public void close() {
        putBack.forEach(Runnable::run);
    }
}
