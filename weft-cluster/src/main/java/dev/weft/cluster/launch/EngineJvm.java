package dev.weft.cluster.launch;

import dev.weft.Weft;
import dev.weft.cluster.wire.Message;
import dev.weft.process.ProcessPool;
import dev.weft.process.internal.ProcessSupport;
import dev.weft.process.internal.UserCache;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Starts the JVMs of gateways and agents, which are the only ones that have the engine on their class path.
 *
 * <p>The engine's jars are in the jar of this module as files, where no class loader of the user's program looks into
 * them. They are laid out once, in the user's directory for caches, in a directory
 * that is named after their content. Beside them such a JVM has Weft's own jars and those that they need, and nothing
 * else of the program that starts it.
 */
public final class EngineJvm {
    private static final String RESOURCES = "/META-INF/weft/engine/";

    /** Copied there by the build, without their versions. */
    private static final List<String> JARS = List.of(
            "ignite-core.jar",
            "ignite-commons.jar",
            "ignite-binary-api.jar",
            "ignite-binary-impl.jar",
            "ignite-grid-unsafe.jar",
            "cache-api.jar");

    private static final String HEAP = "256m";

    private EngineJvm() {}

    /**
     * Starts a JVM with the engine. It is killed when this one ends, as far as the system can do that.
     *
     * @param main the class to run
     * @param flags more flags of the JVM
     * @param arguments its arguments
     * @param inherited whether its output and errors are those of this process
     * @return the process
     * @throws IOException if the engine cannot be laid out, or the JVM not be started
     */
    public static Process start(Class<?> main, List<String> flags, List<String> arguments, boolean inherited)
            throws IOException {
        List<String> command = new ArrayList<>();
        String java = File.separatorChar == '\\' ? "java.exe" : "java";
        command.add(Path.of(System.getProperty("java.home"), "bin", java).toString());
        command.addAll(List.of("-Xmx" + HEAP, "-XX:+UseSerialGC", "-XX:-UsePerfData", "-XX:+ExitOnOutOfMemoryError"));
        command.addAll(List.of("-Xlog:disable", "-Xlog:all=error:stderr"));
        // What the engine reaches into; its users need none of that.
        for (String opened : List.of("jdk.internal.access", "java.nio", "java.util", "java.lang.invoke", "java.lang")) {
            command.add("--add-opens=java.base/" + opened + "=ALL-UNNAMED");
        }
        command.addAll(List.of("--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED"));
        command.addAll(List.of("-DIGNITE_QUIET=false", "-DIGNITE_NO_ASCII=true", "-DIGNITE_UPDATE_NOTIFIER=false"));
        command.addAll(List.of("-DIGNITE_PERFORMANCE_SUGGESTIONS_DISABLED=true", "-Djava.net.preferIPv4Stack=true"));
        command.add("-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"));
        command.addAll(flags);
        command.addAll(List.of("-cp", classPath(), main.getName()));
        command.addAll(arguments);
        var builder = new ProcessBuilder(command);
        if (inherited) {
            builder.redirectOutput(ProcessBuilder.Redirect.INHERIT).redirectError(ProcessBuilder.Redirect.INHERIT);
        }
        return ProcessSupport.get().start(builder);
    }

    private static String classPath() throws IOException {
        List<String> paths = new ArrayList<>();
        paths.add(place(EngineJvm.class).toString());
        paths.add(place(ProcessPool.class).toString());
        paths.add(place(Weft.class).toString());
        try {
            paths.add(place(Class.forName("org.jctools.queues.MpscUnboundedArrayQueue"))
                    .toString());
        } catch (ClassNotFoundException e) {
            throw new IOException("a jar is missing that Weft needs: org.jctools:jctools-core-jdk11", e);
        }
        engine().forEach(jar -> paths.add(jar.toString()));
        return String.join(File.pathSeparator, new java.util.LinkedHashSet<>(paths));
    }

    private static Path place(Class<?> type) throws IOException {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        URL url = source == null ? null : source.getLocation();
        try {
            if (url != null && url.getProtocol().equals("file")) {
                return Path.of(url.toURI());
            }
        } catch (URISyntaxException | IllegalArgumentException e) {
            throw new IOException("expected Weft in a jar or directory, found it in " + url, e);
        }
        throw new IOException("the gateway of a cluster needs Weft in jars or directories of its own, and "
                + type.getName() + " is in " + url
                + ": run the program from its class path, not from a jar with jars inside or a runtime image");
    }

    /** {@return the engine's jars, laid out} */
    static List<Path> engine() throws IOException {
        Map<String, byte[]> jars = new LinkedHashMap<>();
        for (String name : JARS) {
            try (InputStream in = EngineJvm.class.getResourceAsStream(RESOURCES + name)) {
                if (in == null) {
                    throw new IOException("the jar of weft-cluster is incomplete: it has no " + RESOURCES + name
                            + ", without which there is no cluster");
                }
                jars.put(name, in.readAllBytes());
            }
        }
        Path cache = UserCache.directory()
                .orElseThrow(
                        () -> new IOException(
                                "no place for the engine of the cluster: set XDG_CACHE_HOME to a directory, as there is no home"));
        UserCache.claim(cache);
        Path engines = cache.resolve("engines");
        UserCache.claim(engines);
        Path directory = engines.resolve(hash(jars).substring(0, 32));
        if (!Files.isDirectory(directory)) {
            Path fresh = Files.createTempDirectory(engines, "new-");
            for (Map.Entry<String, byte[]> jar : jars.entrySet()) {
                Files.write(fresh.resolve(jar.getKey()), jar.getValue());
            }
            try {
                Files.move(fresh, directory);
            } catch (IOException e) {
                for (String name : JARS) {
                    Files.deleteIfExists(fresh.resolve(name));
                }
                Files.deleteIfExists(fresh);
                if (!Files.isDirectory(directory)) {
                    throw e; // and not: somebody else was faster, with the same
                }
            }
        }
        return JARS.stream().map(directory::resolve).toList();
    }

    private static String hash(Map<String, byte[]> jars) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            jars.forEach((name, bytes) -> {
                digest.update(Message.of(Message.Verb.SHIP, bytes.length, name).encode());
                digest.update(bytes);
            });
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
