package dev.weft.process.shared;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A JVM that runs a static method of a test, {@code (String[]) -> void}, and talks by lines. */
public final class Child implements AutoCloseable {
    private final Process process;
    private final BufferedReader out;
    private final PrintStream in;

    private Child(Process process) {
        this.process = process;
        this.out = process.inputReader();
        this.in = new PrintStream(process.getOutputStream(), true);
    }

    /** Starts one. */
    public static Child start(Class<?> test, String method, String... arguments) {
        return start(List.of("--enable-native-access=ALL-UNNAMED"), test, method, arguments);
    }

    /** Starts one with flags. */
    public static Child start(List<String> flags, Class<?> test, String method, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path")));
        command.addAll(flags);
        command.addAll(List.of(Child.class.getName(), test.getName(), method));
        command.addAll(List.of(arguments));
        try {
            return new Child(new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Runs the method. */
    public static void main(String[] arguments) throws Exception {
        Method method = Class.forName(arguments[0]).getDeclaredMethod(arguments[1], String[].class);
        method.setAccessible(true);
        String[] rest = List.of(arguments).subList(2, arguments.length).toArray(String[]::new);
        method.invoke(null, (Object) rest);
    }

    /** What it prints next. */
    public String line() {
        try {
            String line = out.readLine();
            if (line == null) {
                throw new AssertionError("the process has ended with " + process.waitFor());
            }
            return line;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Waits until it prints that. */
    public Child until(String expected) {
        for (String line = line(); !line.equals(expected); line = line()) {
            if (line.startsWith("FAILED")) {
                throw new AssertionError(line);
            }
        }
        return this;
    }

    /** Tells it something, which it reads by {@link #await}. */
    public void tell(String line) {
        in.println(line);
    }

    /** In the child: prints a line. */
    public static void say(Object line) {
        System.out.println(line);
    }

    /** In the child: waits for a line. */
    public static String await() {
        try {
            var line = new StringBuilder();
            for (int c = System.in.read(); c != '\n' && c >= 0; c = System.in.read()) {
                line.append((char) c);
            }
            return line.toString();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Kills it, as by {@code kill -9}, and waits for its end. */
    public void kill() {
        process.destroyForcibly();
        end();
    }

    /** Tells it to end, as by {@code kill}, and waits for its end. */
    public int terminate() {
        process.toHandle().destroy(); // which leaves its input open
        return end();
    }

    /** Waits for its end. */
    public int end() {
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                throw new AssertionError("the process goes on");
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
