package dev.weft.cli.map.input;

import dev.weft.cli.CliException;
import dev.weft.cli.text.RawPath;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Files whose names fit a pattern, in the order of their names: {@code *} within a directory, {@code **} across
 * directories. Hidden files and directories fit only where the pattern itself begins with a dot. Links to directories
 * are not followed.
 */
public final class GlobSource implements Source {
    private final Iterator<String> files;

    /**
     * Looks for files.
     *
     * @param pattern the pattern, relative to the working directory or absolute
     * @throws IOException if a directory cannot be read
     */
    public GlobSource(String pattern) throws IOException {
        Path fixed = directory(pattern);
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
        int depth =
                pattern.contains("**") ? Integer.MAX_VALUE : Path.of(pattern).getNameCount() - names(fixed);
        if (!Files.isDirectory(fixed)) {
            throw new IOException("--glob " + pattern + ": there is no directory " + fixed);
        }
        List<String> found = new ArrayList<>();
        try {
            Files.walkFileTree(fixed, Set.of(), Math.max(1, depth), new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                    return isSought(directory) ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    if (matcher.matches(file) && isVisible(file, pattern) && !Files.isDirectory(file)) {
                        found.add(RawPath.text(file));
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException problem) throws IOException {
                    if (isSought(file) && !(problem instanceof NoSuchFileException)) { // removed in the meantime
                        throw problem;
                    }
                    return FileVisitResult.CONTINUE;
                }

                private boolean isSought(Path path) {
                    return path.equals(fixed) || isVisible(path, pattern);
                }
            });
        } catch (IOException e) {
            throw new IOException("--glob " + pattern + ": " + CliException.words(e), e);
        }
        found.sort(null);
        this.files = found.iterator();
    }

    /** The part of a pattern that has no wildcards. */
    private static Path directory(String pattern) {
        int wild = 0;
        while (wild < pattern.length() && "*?[{\\".indexOf(pattern.charAt(wild)) < 0) {
            wild++;
        }
        int slash = pattern.lastIndexOf('/', wild - 1 < 0 ? 0 : wild - 1);
        return slash < 0 ? Path.of("") : slash == 0 ? Path.of("/") : RawPath.of(pattern.substring(0, slash));
    }

    private static int names(Path path) {
        return path.toString().isEmpty() ? 0 : path.getNameCount();
    }

    private static boolean isVisible(Path path, String pattern) {
        if ((pattern.startsWith(".") && !pattern.startsWith("./")) || pattern.contains("/.")) {
            return true;
        }
        for (Path name : path) {
            String text = name.toString();
            if (text.startsWith(".") && !text.equals(".") && !text.equals("..")) {
                return false;
            }
        }
        return true;
    }

    @Override
    public @Nullable List<Value> next() {
        return files.hasNext() ? List.of(Value.of(files.next())) : null;
    }

    @Override
    public void close() {}
}
