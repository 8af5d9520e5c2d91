package dev.weft.net;

import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Starts processes from one thread that never ends: it takes milliseconds, in which a loop would stand still, and where
 * there is {@code setpriv} a process asks to be killed when its parent ends, where "parent" means the thread that
 * started it.
 */
final class ProcessSpawner {
    private record Order(ProcessBuilder builder, CompletableFuture<Process> process) {}

    private static final LinkedBlockingQueue<Order> ORDERS = new LinkedBlockingQueue<>();

    static {
        Thread.ofPlatform().daemon().name("weft-subprocess-spawner").start(ProcessSpawner::serve);
    }

    private ProcessSpawner() {}

    static CompletableFuture<Process> start(ProcessBuilder builder) {
        var process = new CompletableFuture<Process>();
        ORDERS.add(new Order(builder, process));
        return process;
    }

    private static void serve() {
        List<String> prefix = findPrefix();
        while (true) {
            Order order;
            try {
                order = ORDERS.take();
            } catch (InterruptedException e) {
                continue; // nothing may end this thread
            }
            try {
                ProcessBuilder builder = order.builder();
                requireProgram(builder);
                builder.command().addAll(0, prefix);
                order.process().complete(builder.start());
            } catch (Throwable e) {
                order.process().completeExceptionally(e);
            }
        }
    }

    /** With a prefix it is the prefix that would not find the program, and would say so by an exit code. */
    private static void requireProgram(ProcessBuilder builder) throws IOException {
        String program = builder.command().getFirst();
        File directory = builder.directory();
        if (directory != null && !directory.isDirectory()) {
            throw new IOException("cannot run '" + program + "': there is no directory " + directory);
        }
        if (File.separatorChar != '/') {
            return;
        }
        if (program.indexOf('/') >= 0) {
            File file = new File(program);
            if (!file.isAbsolute() && directory != null) {
                file = new File(directory, program);
            }
            if (!file.exists()) {
                throw new IOException("cannot run '" + program + "': there is no such file");
            }
            if (!file.canExecute()) {
                throw new IOException("cannot run '" + program + "': the file is not executable");
            }
            return;
        }
        Map<String, String> environment = builder.environment();
        if (find(program, environment.get("PATH")) == null) {
            throw new IOException(
                    "cannot run '" + program + "': there is no such program on the PATH, " + environment.get("PATH"));
        }
    }

    private static @Nullable File find(String program, @Nullable String path) {
        for (String directory : path == null ? new String[0] : path.split(File.pathSeparator, -1)) {
            File file = new File(directory.isEmpty() ? "." : directory, program);
            if (file.isFile() && file.canExecute()) {
                return file;
            }
        }
        return null;
    }

    private static List<String> findPrefix() {
        File setpriv = find("setpriv", System.getenv("PATH"));
        if (setpriv == null) {
            return List.of();
        }
        List<String> prefix = List.of(setpriv.getAbsolutePath(), "--pdeathsig", "KILL", "--");
        // Busybox has a setpriv without the option, and a sandbox may forbid it.
        try {
            Process trial = new ProcessBuilder(
                            Stream.concat(prefix.stream(), Stream.of("true")).toList())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (trial.waitFor(5, TimeUnit.SECONDS)) {
                return trial.exitValue() == 0 ? prefix : List.of();
            }
            trial.destroyForcibly();
        } catch (IOException | InterruptedException e) {
            // Then without.
        }
        return List.of();
    }
}
