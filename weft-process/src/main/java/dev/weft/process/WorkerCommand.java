package dev.weft.process;

import dev.weft.process.internal.WorkerStart;
import java.io.File;
import java.io.IOException;
import java.nio.channels.spi.SelectorProvider;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The command line of the workers of one pool. All but the last arguments are in a file, since one argument of more
 * than 128 KiB, as a long class path makes it, is refused by the system.
 */
final class WorkerCommand {
    private final PoolSettings settings;
    private final PoolDirectory directory;
    private final @Nullable PoolDirectory shared;
    private final List<String> arguments;
    private final @Nullable AheadOfTimeCache cache;

    private WorkerCommand(
            PoolSettings settings,
            PoolDirectory directory,
            @Nullable PoolDirectory shared,
            List<String> arguments,
            @Nullable AheadOfTimeCache cache) {
        this.cache = cache;
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
        if (settings.training()) {
            List<String> arguments = new ArrayList<>(flags(settings.heap(), 1, flags));
            arguments.addAll(List.of("--class-path", AheadOfTimeCache.jarsAsPath()));
            arguments.addAll(flags);
            return new WorkerCommand(settings, directory, shared, quoted(arguments), null);
        }
        AheadOfTimeCache cache = cache(flags);
        return new WorkerCommand(
                settings, directory, shared, arguments(settings.heap(), Math.max(1, processors), flags, cache), cache);
    }

    /** Has a cache made in the background if there can be one and is none. */
    void cacheForTheNext() {
        AheadOfTimeCache missing = cache;
        if (missing != null && missing.isMissing()) {
            CacheMaker.start(missing);
        }
    }

    private static @Nullable AheadOfTimeCache cache(List<String> jvmArgs) {
        return JvmFlags.aheadOfTimeCache().isEmpty() ? AheadOfTimeCache.of(jvmArgs, JvmFlags.inherited()) : null;
    }

    /**
     * {@return the lines of an argument file for a JVM with the code and the flags of this one}
     *
     * @throws IOException if this JVM has no program to start another one with
     */
    static List<String> arguments(long heap, int processors, List<String> jvmArgs) throws IOException {
        return arguments(heap, processors, jvmArgs, cache(jvmArgs));
    }

    private static List<String> arguments(
            long heap, int processors, List<String> jvmArgs, @Nullable AheadOfTimeCache cache) throws IOException {
        if (!Files.isExecutable(java())) {
            throw new IOException("there is no " + java()
                    + ", which starts workers: worker processes need a Java runtime with its java"
                    + " command; jlink and jpackage leave it out with --strip-native-commands");
        }
        List<String> arguments = new ArrayList<>(flags(heap, processors, jvmArgs));
        arguments.addAll(JvmFlags.inherited());
        arguments.addAll(JvmFlags.aheadOfTimeCache());
        if (cache != null) {
            cache.flag().forEach(arguments::add);
        }
        arguments.addAll(classes(cache));
        arguments.addAll(jvmArgs);
        return quoted(arguments);
    }

    private static List<String> quoted(List<String> arguments) {
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

    /** {@return what starts a worker somewhere else} */
    static WorkerStart elsewhere(PoolSettings settings, long heap, PoolDirectory directory, int number) {
        List<String> flags = new ArrayList<>(ofWorkers(settings.jvmArgs()));
        flags.addAll(CodecClass.flags(settings.codec()));
        if (settings.tasksPerLoop() > 0) {
            flags.add("-D" + WorkerMain.LOOP + "=" + settings.tasksPerLoop());
            flags.add(JvmFlags.forLoops());
        }
        flags.addAll(JvmFlags.portable());
        flags.addAll(settings.jvmArgs());
        return new WorkerStart(
                number,
                flags,
                heap,
                mainClass(WorkerMain.class),
                longestAnswer(),
                settings.name(),
                settings.environment(),
                directory.socket(),
                directory.mark(number));
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
        clean(builder);
        builder.environment().putAll(environment);
        return builder;
    }

    /** Removes variables from which a JVM would take flags of the parent, heap and agents included. */
    static void clean(ProcessBuilder builder) {
        List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS").forEach(builder.environment()::remove);
    }

    /**
     * {@return the most bytes that an answer may have: a third of the heap here has room to make a value of it and to
     * work on that}
     */
    static int longestAnswer() {
        return (int) Math.min(Encoder.MOST_BYTES, Runtime.getRuntime().maxMemory() / 3);
    }

    /** {@return where the JVM of a worker writes what it knows about its own crash} */
    static Path crashFile(long pid) {
        return Path.of(System.getProperty("java.io.tmpdir"), "weft-crash-" + pid + ".log")
                .toAbsolutePath();
    }

    /** {@return the program that starts a JVM like this one} */
    static Path java() {
        String name = File.separatorChar == '\\' ? "java.exe" : "java";
        return Path.of(System.getProperty("java.home"), "bin", name);
    }

    private static List<String> flags(long heap, int processors, List<String> jvmArgs) {
        List<String> flags = ofWorkers(jvmArgs);
        flags.add("-Xmx" + heap);
        flags.add("-XX:ActiveProcessorCount=" + processors);
        flags.add("-XX:ErrorFile=" + crashFile(0).resolveSibling("weft-crash-%p.log"));
        selectorProvider(jvmArgs).ifPresent(flags::add);
        return flags;
    }

    /** {@return the flags that each worker has, on whichever machine} */
    private static List<String> ofWorkers(List<String> jvmArgs) {
        List<String> flags = new ArrayList<>();
        if (jvmArgs.stream().noneMatch(flag -> flag.startsWith("-XX:+Use") && flag.endsWith("GC"))) {
            flags.add("-XX:+UseSerialGC");
        }
        flags.add("-XX:+ExitOnOutOfMemoryError");
        flags.add("-XX:-UsePerfData"); // its file would stay behind when a worker is killed
        // The JVM's own messages go to standard error, and only errors are printed; a cache that does not fit is none.
        flags.add("-XX:+DisplayVMOutputToStderr");
        flags.add("-Xlog:disable");
        flags.add("-Xlog:all=error,aot*=off:stderr");
        flags.add("-Dstdout.encoding=UTF-8");
        flags.add("-Dstderr.encoding=UTF-8");
        return flags;
    }

    /**
     * {@return the property that spares a worker the search for a provider of selectors through every jar on the class
     * path, some 10 ms; none where there may be another provider than the JDK's}
     */
    private static Optional<String> selectorProvider(List<String> jvmArgs) {
        String property = "-Djava.nio.channels.spi.SelectorProvider=";
        Class<?> provider = SelectorProvider.provider().getClass();
        return provider.getClassLoader() != null || jvmArgs.stream().anyMatch(flag -> flag.startsWith(property))
                ? Optional.empty()
                : Optional.of(property + provider.getName());
    }

    private static List<String> classes(@Nullable AheadOfTimeCache cache) {
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
            String absolute = absolute(classPath);
            arguments.add(cache == null ? absolute : cache.before(absolute));
        }
        return arguments;
    }

    private static List<String> mainClass(Class<?> main) {
        Module module = main.getModule();
        return module.isNamed() ? List.of("--module", module.getName() + "/" + main.getName()) : NestedJars.main(main);
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
