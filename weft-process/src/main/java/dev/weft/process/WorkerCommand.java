package dev.weft.process;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The command line of the workers of one pool. All but the last arguments are in a file, since one argument of more than 128 KiB, as a long class
 * path makes it, is refused by the system.
 */
final class WorkerCommand {
    private final PoolSettings settings;
    private final PoolDirectory directory;
    private final @Nullable PoolDirectory shared;
    private final List<String> arguments;

    private WorkerCommand(
            PoolSettings settings, PoolDirectory directory, @Nullable PoolDirectory shared, List<String> arguments) {
        this.settings = settings;
        this.directory = directory;
        this.shared = shared;
        this.arguments = arguments;
    }

    /**
     * Collects the arguments.
     *
     * @throws IOException if this JVM has no program to start another one with
     */
    static WorkerCommand prepare(PoolSettings settings, PoolDirectory directory, @Nullable PoolDirectory shared)
            throws IOException {
        int processors = Math.ceilDiv(Runtime.getRuntime().availableProcessors(), settings.workers());
        List<String> flags = new ArrayList<>();
        if (settings.memoryPerWorker() > 0) {
            flags.add("-XX:-ShrinkHeapInSteps"); // so that a collection gives back at once what the heap does not need
        }
        flags.addAll(CodecClass.flags(settings.codec()));
        if (settings.tasksPerLoop() > 0) {
            flags.add("-D" + WorkerMain.LOOP + "=" + settings.tasksPerLoop());
            flags.add(JvmFlags.forLoops());
        }
        flags.addAll(settings.jvmArgs());
        List<String> arguments = arguments(settings.heap(), Math.max(1, processors), flags);
        return new WorkerCommand(settings, directory, shared, arguments);
    }

    /**
     * {@return the lines of an argument file for a JVM with the code and the flags of this one}
     *
     * @throws IOException if this JVM has no program to start another one with
     */
    static List<String> arguments(long heap, int processors, List<String> jvmArgs) throws IOException {
        if (!Files.isExecutable(java())) {
            throw new IOException("there is no " + java()
                    + ", which starts workers: worker processes need a Java runtime with its java"
                    + " command; jlink and jpackage leave it out with --strip-native-commands");
        }
        List<String> arguments = new ArrayList<>(flags(heap, processors, jvmArgs));
        arguments.addAll(classes());
        arguments.addAll(jvmArgs);
        return arguments.stream().map(WorkerCommand::quoted).toList();
    }

    /**
     * {@return what starts a worker}
     *
     * @throws IOException if the argument file cannot be written, or the directory is gone
     */
    ProcessBuilder process(int number) throws IOException {
        directory.check();
        if (!Files.exists(directory.argumentFile())) { // the first worker, or something clears old files away
            Path draft = directory.argumentFile().resolveSibling("args-" + number);
            Files.write(draft, arguments, StandardCharsets.UTF_8);
            Files.move(draft, directory.argumentFile(), StandardCopyOption.REPLACE_EXISTING);
        }
        return process(
                directory.argumentFile(),
                WorkerMain.class,
                settings.environment(),
                directory.path().toString(),
                Integer.toString(number),
                Integer.toString(longestAnswer()),
                shared == null ? "-" : shared.path().toString(),
                settings.name());
    }

    /** {@return what starts a JVM with the arguments in a file, to run a class of this module} */
    static ProcessBuilder process(
            Path argumentFile, Class<?> main, Map<String, String> environment, String... programArguments) {
        List<String> command = new ArrayList<>();
        command.add(java().toString());
        command.add("@" + argumentFile);
        command.addAll(mainClass(main));
        command.addAll(List.of(programArguments));
        var builder = new ProcessBuilder(command);
        // The JVM would take flags of the parent from these, heap and agents included.
        List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS").forEach(builder.environment()::remove);
        builder.environment().putAll(environment);
        return builder;
    }

    /** {@return the most bytes that an answer may have: a third of the heap here has room to make a value of it and to work on that} */
    static int longestAnswer() {
        return (int) Math.min(Encoder.MOST_BYTES, Runtime.getRuntime().maxMemory() / 3);
    }

    /** {@return where the JVM of a worker writes what it knows about its own crash} */
    static Path crashFile(long pid) {
        return Path.of(System.getProperty("java.io.tmpdir"), "weft-crash-" + pid + ".log")
                .toAbsolutePath();
    }

    private static Path java() {
        String name = File.separatorChar == '\\' ? "java.exe" : "java";
        return Path.of(System.getProperty("java.home"), "bin", name);
    }

    private static List<String> flags(long heap, int processors, List<String> jvmArgs) {
        List<String> flags = new ArrayList<>();
        if (jvmArgs.stream().noneMatch(flag -> flag.startsWith("-XX:+Use") && flag.endsWith("GC"))) {
            flags.add("-XX:+UseSerialGC");
        }
        flags.add("-Xmx" + heap);
        flags.add("-XX:+ExitOnOutOfMemoryError");
        flags.add("-XX:ActiveProcessorCount=" + processors);
        flags.add("-XX:ErrorFile=" + crashFile(0).resolveSibling("weft-crash-%p.log"));
        flags.add("-XX:-UsePerfData"); // its file would stay behind when a worker is killed
        // The JVM's own messages go to standard error, and only errors are printed; a cache that does not fit is none.
        flags.add("-XX:+DisplayVMOutputToStderr");
        flags.add("-Xlog:disable");
        flags.add("-Xlog:all=error,aot*=off:stderr");
        flags.add("-Dstdout.encoding=UTF-8");
        flags.add("-Dstderr.encoding=UTF-8");
        flags.addAll(JvmFlags.inherited());
        flags.addAll(JvmFlags.aheadOfTimeCache());
        return flags;
    }

    private static List<String> classes() {
        List<String> arguments = new ArrayList<>();
        String modulePath = System.getProperty("jdk.module.path");
        if (modulePath != null && !modulePath.isEmpty()) {
            arguments.add("--module-path");
            arguments.add(absolute(modulePath));
            String main = System.getProperty("jdk.module.main");
            if (main != null) {
                arguments.add("--add-modules");
                arguments.add(main);
            }
        }
        String classPath = System.getProperty("java.class.path");
        if (classPath != null && !classPath.isEmpty()) {
            arguments.add("--class-path");
            arguments.add(absolute(classPath));
        }
        return arguments;
    }

    private static List<String> mainClass(Class<?> main) {
        Module module = main.getModule();
        String name = main.getName();
        return module.isNamed() ? List.of("--module", module.getName() + "/" + name) : List.of(name);
    }

    private static String absolute(String path) {
        return Stream.of(path.split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static String quoted(String argument) {
        return '"' + argument.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }
}
