package dev.weft.cli.map;

import dev.weft.cli.command.Exit;
import dev.weft.cli.command.Launcher;
import dev.weft.cli.compare.work.Access;
import dev.weft.cli.compare.work.Work;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A command of the user, as a task of a comparison; what it writes is lost.
 *
 * @param index the number of the input
 * @param input the input, as a failure names it
 * @param words the program and its arguments
 */
record CommandWork(long index, String input, List<String> words) implements Work {
    private static final Path NOTHING = Path.of("/dev/null");
    private static final Launcher LAUNCHER = Launcher.best();

    @Override
    public String label() {
        return "input " + index + " (" + input + ")";
    }

    @Override
    public long run(Access access) throws IOException {
        long begin = System.nanoTime();
        Exit exit;
        try (Launcher.Starter starter = LAUNCHER.starter(NOTHING, NOTHING, NOTHING)) {
            exit = starter.start(words, Map.of()).await();
        }
        if (exit.cpuNanos() >= 0) {
            access.waited(System.nanoTime() - begin - exit.cpuNanos());
        }
        if (!exit.ok()) {
            throw new IOException(exit.signal() != 0 ? "signal " + exit.signal() : "exit code " + exit.code());
        }
        return 0;
    }
}
