package dev.weft.process;

import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Starts processes from one thread that never ends.
 *
 * <p>Where there is {@code setpriv}, a worker asks the system to be killed when its parent ends, which also reaches one
 * that is stuck. "Parent" there means the thread that started it, hence this one: with any other, workers would die
 * with whatever thread happened to start them.
 */
final class Spawner {
    /**
     * A terminal sends Ctrl-C to all its processes; when the workers end is for the pool to say. A JVM leaves a signal
     * alone that it finds ignored.
     */
    private static final List<String> DEAF_TO_CTRL_C =
            List.of("/bin/sh", "-c", "trap '' INT; exec \"$@\"", "weft-worker");

    private record Order(ProcessBuilder builder, CompletableFuture<Process> process) {}

    private static final LinkedBlockingQueue<Order> ORDERS = new LinkedBlockingQueue<>();

    static {
        Thread.ofPlatform().daemon().name("weft-process-spawner").start(Spawner::serve);
    }

    private Spawner() {}

    /**
     * Starts a process that is killed when this one ends, as far as the system can do that.
     *
     * @throws IOException if it cannot be started
     */
    static Process start(ProcessBuilder builder) throws IOException {
        var process = new CompletableFuture<Process>();
        ORDERS.add(new Order(builder, process));
        try {
            return Uninterruptibly.get(process);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IOException("the process could not be started: " + e.getCause(), e.getCause());
        }
    }

    /** Begins to find out what each start needs, while the caller does something else; any start waits for it. */
    static void prepare() {
        // Loading this class has started the thread.
    }

    private static void serve() {
        JvmFlags.load();
        List<String> prefix = findPrefix();
        while (true) {
            Order order;
            try {
                order = ORDERS.take();
            } catch (InterruptedException e) {
                continue; // nothing may end this thread
            }
            try {
                order.builder().command().addAll(0, prefix);
                order.process().complete(order.builder().start());
            } catch (Throwable e) {
                order.process().completeExceptionally(e);
            }
        }
    }

    /** {@return what stands before each command: the most of the two tools that works here} */
    private static List<String> findPrefix() {
        List<String> setpriv = findSetpriv();
        List<String> shell = File.separatorChar == '/' ? DEAF_TO_CTRL_C : List.of();
        // Busybox has a setpriv without the option, and a sandbox may forbid it.
        return Stream.of(concat(setpriv, shell), shell, setpriv)
                .filter(Spawner::works)
                .findFirst()
                .orElse(List.of());
    }

    private static List<String> findSetpriv() {
        String path = System.getenv("PATH");
        for (String directory : path == null ? new String[0] : path.split(File.pathSeparator, -1)) {
            File file = new File(directory, "setpriv");
            if (file.isAbsolute() && file.canExecute()) {
                return List.of(file.getPath(), "--pdeathsig", "KILL");
            }
        }
        return List.of();
    }

    private static List<String> concat(List<String> first, List<String> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    private static boolean works(List<String> prefix) {
        if (prefix.isEmpty()) {
            return true;
        }
        try {
            Process trial = new ProcessBuilder(concat(prefix, List.of("true")))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (trial.waitFor(5, TimeUnit.SECONDS)) {
                return trial.exitValue() == 0;
            }
            trial.destroyForcibly();
            return false;
        } catch (IOException | InterruptedException e) {
            return false;
        }
    }
}
