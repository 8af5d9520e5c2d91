package dev.weft.cli.compare.workload;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The regular files below a directory that can be read, the largest first, so that no model is left alone with a large
 * one at the end.
 *
 * @param root the directory
 * @param files the files
 * @param skipped how many were left out because they are too large or too many
 */
record FileTree(Path root, List<Entry> files, int skipped) {
    /**
     * A file.
     *
     * @param path where it is
     * @param size its size in bytes
     */
    record Entry(Path path, long size) {}

    /**
     * Walks a tree. Symbolic links are not followed, and what cannot be read is passed over.
     *
     * @param root the directory
     * @param largest files above this size in bytes are left out
     * @param volume files are left out once the sum of the sizes would get larger
     * @param most how many files there may be
     * @return the files
     * @throws IOException if the directory itself cannot be read
     */
    static FileTree walk(Path root, long largest, long volume, int most) throws IOException {
        List<Entry> found = new ArrayList<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (attributes.isRegularFile() && attributes.size() > 0 && Files.isReadable(file)) {
                    found.add(new Entry(file, attributes.size()));
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException problem) throws IOException {
                if (file.equals(root)) {
                    throw problem;
                }
                return FileVisitResult.CONTINUE;
            }
        });
        found.sort(Comparator.comparing(Entry::path)); // the order of a directory differs between machines
        List<Entry> kept = new ArrayList<>();
        long sum = 0;
        for (Entry file : found) {
            if (file.size() <= largest && sum + file.size() <= volume && kept.size() < most) {
                kept.add(file);
                sum += file.size();
            }
        }
        kept.sort(Comparator.comparingLong(Entry::size).reversed());
        return new FileTree(root, List.copyOf(kept), found.size() - kept.size());
    }

    long bytes() {
        return files.stream().mapToLong(Entry::size).sum();
    }
}
