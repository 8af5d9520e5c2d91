import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/**
 * Makes what {@code mvn -Pdist package} promises out of the jars of a build: an archive with its own Java runtime, and
 * a Debian package of the same where {@code dpkg-deb} is.
 *
 * <pre>
 *   weft-VERSION-OS-ARCH/
 *     bin/weft     the launcher
 *     runtime/     Java: the modules that Weft needs, and the compiler for functions in source files
 *     lib/         Weft and the libraries that it needs
 *     share/       manual pages, completions for shells
 *     lib/aot      the ahead-of-time cache, which fits this runtime and these jars only
 *     lib/aot-map  that of weft map, which loads more
 * </pre>
 *
 * <p>Run by the build with the JDK that Weft is built with: {@code java Dist.java WEFT-CLI-DIRECTORY VERSION}. No
 * package, so that it runs from its source.
 */
final class Dist {
    private static final String MODULES = "java.base,java.compiler,java.instrument,java.logging,java.management,java.naming,java.net.http,java.sql,java.xml,"
            + "jdk.attach,jdk.compiler,jdk.jfr,jdk.management,jdk.net,jdk.unsupported,jdk.zipfs";

    private final Path module;
    private final String version;
    private final String platform;
    private final Path target;
    private final Path image;

    private Dist(Path module, String version) {
        this.module = module;
        this.version = version;
        this.platform = system() + "-" + architecture();
        this.target = module.resolve("target");
        this.image = target.resolve("weft-" + version + "-" + platform);
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 2) {
            System.err.println("usage: java Dist.java WEFT-CLI-DIRECTORY VERSION");
            System.exit(2);
        }
        new Dist(Path.of(arguments[0]).toAbsolutePath(), arguments[1]).make();
    }

    private void make() throws Exception {
        delete(image);
        runtime();
        jars();
        launcher();
        caches();
        manual();
        String name = image.getFileName().toString();
        Path archive = target.resolve(name + ".tar.gz");
        run(target, "tar", "-czf", archive.toString(), name);
        say(archive);
        if (system().equals("linux") && isOnPath("dpkg-deb")) {
            debian();
        }
    }

    private void runtime() {
        var out = new StringWriter();
        int code = ToolProvider.findFirst("jlink")
                .orElseThrow(() -> new IllegalStateException(
                        "this JDK has no jlink, which makes the runtime: build with a full JDK"))
                .run(
                        new PrintWriter(out),
                        new PrintWriter(out),
                        "--add-modules",
                        MODULES,
                        "--strip-debug",
                        "--no-header-files",
                        "--no-man-pages",
                        "--generate-cds-archive",
                        "--output",
                        image.resolve("runtime").toString());
        if (code != 0) {
            throw new IllegalStateException("jlink could not make the runtime: " + out);
        }
    }

    /** Libraries of native code for other systems stay behind. */
    private void jars() throws IOException {
        Path lib = Files.createDirectories(image.resolve("lib"));
        try (Stream<Path> jars = Files.list(target.resolve("dist").resolve("lib"))) {
            for (Path jar : jars.toList()) {
                String name = jar.getFileName().toString();
                boolean foreign = name.matches(".*-(linux|osx|windows)-(x86_64|aarch_64)\\.jar") && !name.endsWith("-" + nettyPlatform() + ".jar");
                if (!foreign) {
                    Files.copy(jar, lib.resolve(name), StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
    }

    private void launcher() throws IOException {
        Path bin = Files.createDirectories(image.resolve("bin"));
        Path launcher = Files.copy(module.resolve("src/dist/bin/weft"), bin.resolve("weft"));
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
        for (String text : List.of("LICENSE", "NOTICE")) {
            Files.copy(module.resolveSibling(text), image.resolve(text));
        }
    }

    /**
     * A run of the program writes down what it loads; without the cache, Weft would start slower, so that this is no
     * place to go on. The cache that {@code --version} uses comes last, since no training run may use one.
     */
    private void caches() throws Exception {
        cache("lib/aot-map", "map");
        cache("lib/aot", "true");
        run(image, image.resolve("bin/weft").toString(), "--version");
        Path runs = target.resolve("training-runs");
        run(image, "env", "WEFT_RUNS=" + runs, image.resolve("bin/weft").toString(), "map", "-q", "true", ":::", "1");
        delete(runs);
    }

    private void cache(String name, String training) throws Exception {
        Path cache = image.resolve(name);
        Path runs = target.resolve("training-runs");
        run(
                image,
                "env",
                "WEFT_RUNS=" + runs,
                "WEFT_JAVA_OPTS=-XX:AOTCacheOutput=" + cache + " -Dweft.aot.train=" + training,
                image.resolve("bin/weft").toString(),
                "--version");
        delete(runs);
        if (!Files.exists(cache)) {
            throw new IllegalStateException("the training run left no ahead-of-time cache " + cache);
        }
    }

    /** The pages say what the help says. */
    private void manual() throws Exception {
        run(image, image.resolve("runtime/bin/java").toString(), "-cp", image.resolve("lib") + "/*", "dev.weft.cli.ManPages", image.resolve("share/man/man1").toString());
        Path completions = Files.createDirectories(image.resolve("share/completions"));
        for (String shell : List.of("bash", "zsh", "fish")) {
            Files.writeString(completions.resolve("weft." + shell), output(image, image.resolve("bin/weft").toString(), "completion", shell));
        }
    }

    private void debian() throws Exception {
        String architecture = architecture().equals("aarch64") ? "arm64" : "amd64";
        Path root = target.resolve("debian");
        delete(root);
        Path home = root.resolve("opt/weft");
        Files.createDirectories(home.getParent());
        run(target, "cp", "-a", image.toString(), home.toString());
        Files.createDirectories(root.resolve("usr/bin"));
        Files.createSymbolicLink(root.resolve("usr/bin/weft"), Path.of("/opt/weft/bin/weft"));
        link(root, "usr/share/bash-completion/completions/weft", "share/completions/weft.bash");
        link(root, "usr/share/zsh/vendor-completions/_weft", "share/completions/weft.zsh");
        link(root, "usr/share/fish/vendor_completions.d/weft.fish", "share/completions/weft.fish");
        try (Stream<Path> pages = Files.list(image.resolve("share/man/man1"))) {
            for (Path page : pages.toList()) {
                link(root, "usr/share/man/man1/" + page.getFileName(), "share/man/man1/" + page.getFileName());
            }
        }
        Path control = Files.createDirectories(root.resolve("DEBIAN")).resolve("control");
        Files.writeString(control, """
                Package: weft
                Version: %s
                Architecture: %s
                Maintainer: The Weft authors <weft@localhost>
                Section: utils
                Priority: optional
                Depends: libc6, zlib1g
                Description: run many things at once
                 Runs a command or a function over many inputs, compares the ways to do so, and says which one to use and why.
                 Brings its own Java runtime.
                """.formatted(version.replace("-SNAPSHOT", "~snapshot"), architecture));
        Path file = target.resolve("weft_" + version.replace("-SNAPSHOT", "~snapshot") + "_" + architecture + ".deb");
        run(target, "dpkg-deb", "--root-owner-group", "-Zgzip", "--build", root.toString(), file.toString());
        delete(root);
        say(file);
    }

    private static void link(Path root, String place, String target) throws IOException {
        Path link = root.resolve(place);
        Files.createDirectories(link.getParent());
        Files.createSymbolicLink(link, Path.of("/opt/weft").resolve(target));
    }

    private static String system() {
        String name = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        return name.startsWith("mac") ? "macos" : name.startsWith("windows") ? "windows" : "linux";
    }

    private static String architecture() {
        String name = System.getProperty("os.arch");
        return name.equals("amd64") ? "x86_64" : name;
    }

    private static String nettyPlatform() {
        return (system().equals("macos") ? "osx" : system()) + "-" + architecture().replace("aarch64", "aarch_64");
    }

    private static boolean isOnPath(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }

    private static void run(Path directory, String... command) throws Exception {
        output(directory, command);
    }

    private static String output(Path directory, String... command) throws Exception {
        Process process = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = process.waitFor();
        if (code != 0) {
            throw new IllegalStateException(String.join(" ", command) + " in " + directory + " ended with exit code " + code + ": " + output);
        }
        return output;
    }

    private static void delete(Path tree) throws IOException {
        if (!Files.exists(tree)) {
            return;
        }
        try (Stream<Path> files = Files.walk(tree)) {
            files.sorted((a, b) -> b.compareTo(a)).forEach(file -> {
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    private static void say(Path file) throws IOException {
        System.out.printf("made %s, %.1f MiB%n", file, Files.size(file) / (double) (1 << 20));
    }
}
