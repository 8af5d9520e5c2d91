package dev.weft.cluster;

import dev.weft.cluster.wire.ManifestBody;
import dev.weft.cluster.wire.ManifestBody.Item;
import dev.weft.cluster.wire.ManifestBody.Kind;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarFile;

/**
 * Finds out what workers on other machines need to run the code of this JVM: its class path and module path, and what
 * jars on them refer to.
 */
final class Manifest {
    private Manifest() {}

    /**
     * {@return the manifest of this JVM}
     *
     * @param more jars and directories behind the class path
     * @param files files by the names under which code asks for them
     */
    static ManifestBody of(List<Path> more, Map<String, Path> files) {
        Set<Path> classes = new LinkedHashSet<>();
        entries("java.class.path").forEach(path -> add(path, classes));
        more.forEach(path -> add(path, classes));
        List<Item> entries = new ArrayList<>();
        for (Path path : entries("jdk.module.path")) {
            modules(path).forEach(module -> entries.add(entry(Kind.MODULES, module)));
        }
        classes.forEach(path -> entries.add(entry(Kind.CLASSES, path)));
        files.forEach((name, path) ->
                entries.add(new Item(Kind.FILE, name, path.toAbsolutePath().toString(), -1)));
        return new ManifestBody(
                Runtime.version().feature(), System.getProperty("jdk.module.main", ""), List.copyOf(entries));
    }

    private static List<Path> entries(String property) {
        List<Path> paths = new ArrayList<>();
        for (String entry : System.getProperty(property, "").split(File.pathSeparator, -1)) {
            if (!entry.isEmpty()) {
                paths.add(Path.of(entry).toAbsolutePath());
            }
        }
        return paths;
    }

    private static Item entry(Kind kind, Path path) {
        return new Item(kind, String.valueOf(path.getFileName()), path.toString(), -1);
    }

    /** A directory of modules stands for what is in it; a directory that is a module, and a jar, for themselves. */
    private static List<Path> modules(Path path) {
        if (!Files.isDirectory(path) || Files.exists(path.resolve("module-info.class"))) {
            return Files.exists(path) ? List.of(path) : List.of();
        }
        try (var inside = Files.list(path)) {
            return inside.filter(
                            each -> each.toString().endsWith(".jar") || Files.exists(each.resolve("module-info.class")))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    /** Adds a jar or directory, and what the jar refers to; what is not there is left out, as a JVM does. */
    private static void add(Path path, Set<Path> classes) {
        if (!Files.exists(path) || !classes.add(path) || Files.isDirectory(path)) {
            return;
        }
        try (var jar = new JarFile(path.toFile())) {
            var manifest = jar.getManifest();
            String others =
                    manifest == null ? null : manifest.getMainAttributes().getValue("Class-Path");
            for (String other : others == null ? new String[0] : others.strip().split("\\s+", -1)) {
                refer(path, other, classes);
            }
        } catch (IOException e) {
            classes.remove(path); // not a jar, which a JVM passes over, too
        }
    }

    private static void refer(Path jar, String other, Set<Path> classes) {
        try {
            URI place = jar.toUri().resolve(other);
            if ("file".equals(place.getScheme())) {
                add(Path.of(place), classes);
            }
        } catch (IllegalArgumentException e) {
            // no place that a JVM could find either
        }
    }
}
