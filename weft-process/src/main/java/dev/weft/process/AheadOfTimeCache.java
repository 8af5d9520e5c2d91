package dev.weft.process;

import dev.weft.Weft;
import dev.weft.process.internal.UserCache;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.CodeSource;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What workers of this user have loaded and linked before, in a file that their JVMs map: a worker has its first answer
 * some 20 ms sooner. Made in the background the first time that a pool is used ({@link CacheMaker}), and used by every
 * pool after that.
 *
 * <p>It is one for all programs of the user, since it holds Weft's own jars and the JDK only. A JVM takes a cache if
 * the class path that it was made with is the beginning of its own; therefore workers have Weft's jars before
 * everything else. The JVM checks by itself that the cache fits, and goes on without it where not; the name of the file
 * tells apart what is known not to: JDKs, versions of the jars, garbage collectors, flags.
 *
 * <p>The directory is {@code weft} in the user's directory for caches and must be the user's own, since what is in it
 * is run. {@code -Dweft.process.aotCache} is another directory, or {@code off}. There is no cache where Weft is not in
 * jars on the class path.
 */
final class AheadOfTimeCache {
    private static final String PROPERTY = "weft.process.aotCache";
    private static final Duration NOTED = Duration.ofDays(1);

    private final Path directory;
    private final Path file;
    private final List<String> flags;
    private final String classPath;

    private AheadOfTimeCache(Path directory, Path file, List<String> flags, String classPath) {
        this.directory = directory;
        this.file = file;
        this.flags = flags;
        this.classPath = classPath;
    }

    /**
     * {@return the cache for workers with these flags, which may have to be made; or null if there can be none}
     *
     * @param jvmArgs the user's flags
     * @param inherited the flags that workers have from this JVM
     */
    static @Nullable AheadOfTimeCache of(List<String> jvmArgs, List<String> inherited) {
        String place = System.getProperty(PROPERTY, "");
        List<Path> jars = jars();
        if (place.equals("off") || jars.isEmpty() || concernsCaches(jvmArgs)) {
            return null;
        }
        Path directory = place.isEmpty()
                ? UserCache.directory().orElse(null)
                : Path.of(place).toAbsolutePath();
        if (directory == null || !isOwn(directory)) {
            return null;
        }
        List<String> flags = new ArrayList<>(inherited);
        flags.add(jvmArgs.stream()
                .filter(flag -> flag.startsWith("-XX:+Use") && flag.endsWith("GC"))
                .findFirst()
                .orElse("-XX:+UseSerialGC"));
        try {
            return new AheadOfTimeCache(
                    directory, directory.resolve("worker-" + key(flags, jars) + ".aot"), flags, joined(jars));
        } catch (IOException e) {
            Log.debug("no ahead-of-time cache for workers", e);
            return null;
        }
    }

    /** {@return the jars that Weft is in, in the order in which workers have them; empty if it is in none} */
    static List<Path> jars() {
        List<Path> jars = new ArrayList<>();
        for (Class<?> type : List.of(WorkerMain.class, Weft.class)) {
            CodeSource source = type.getModule().isNamed()
                    ? null
                    : type.getProtectionDomain().getCodeSource();
            try {
                URI place = source == null ? null : source.getLocation().toURI();
                if (place == null || !"file".equals(place.getScheme()) || !Files.isRegularFile(Path.of(place))) {
                    return List.of();
                }
                Path jar = Path.of(place);
                if (!jars.contains(jar)) {
                    jars.add(jar);
                }
            } catch (URISyntaxException e) {
                return List.of();
            }
        }
        return jars;
    }

    /** {@return those jars, as a class path} */
    static String jarsAsPath() {
        return joined(jars());
    }

    private static boolean concernsCaches(List<String> flags) {
        return flags.stream()
                .anyMatch(flag -> flag.startsWith("-XX:AOT")
                        || flag.startsWith("-XX:SharedArchiveFile")
                        || flag.startsWith("-Xshare")
                        || flag.startsWith("-javaagent"));
    }

    /** {@return whether the directory is there, or could be made, and nobody else can change it} */
    private static boolean isOwn(Path directory) {
        try {
            UserCache.claim(directory);
            return true;
        } catch (IOException e) {
            Log.debug("no ahead-of-time cache for workers in " + directory, e);
            return false;
        }
    }

    private static String key(List<String> flags, List<Path> jars) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            List<String> parts = new ArrayList<>(flags);
            for (String property : List.of("java.home", "java.vm.version", "java.vm.vendor", "os.arch")) {
                parts.add(System.getProperty(property, ""));
            }
            for (Path jar : jars) {
                parts.add(jar + " " + Files.size(jar) + " "
                        + Files.getLastModifiedTime(jar).toMillis());
            }
            for (String part : parts) {
                digest.update(part.getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
            }
            return HexFormat.of().formatHex(Arrays.copyOf(digest.digest(), 12));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    private static String joined(List<Path> jars) {
        return jars.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }

    /** {@return the class path of workers: Weft's jars, then the rest} */
    String before(String rest) {
        return rest.isEmpty() ? classPath : classPath + File.pathSeparator + rest;
    }

    /** {@return the flag that has a worker use the cache, or nothing if it has not been made} */
    Stream<String> flag() {
        try {
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                return Stream.empty();
            }
            Instant now = Instant.now();
            if (Files.getLastModifiedTime(file).toInstant().isBefore(now.minus(NOTED))) {
                Files.setLastModifiedTime(file, FileTime.from(now)); // so that it is not swept away
            }
            return Stream.of("-XX:AOTCache=" + file);
        } catch (IOException e) {
            return Stream.empty();
        }
    }

    /** {@return whether it has to be made} */
    boolean isMissing() {
        return !Files.exists(file);
    }

    Path directory() {
        return directory;
    }

    Path file() {
        return file;
    }

    /** {@return the flags that it is made with} */
    List<String> flags() {
        return flags;
    }

    /** {@return Weft's jars} */
    String classPath() {
        return classPath;
    }
}
