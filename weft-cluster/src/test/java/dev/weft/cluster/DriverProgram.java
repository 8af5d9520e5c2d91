package dev.weft.cluster;

import java.nio.file.Path;

/** A program with a pool, which is killed while a task runs. */
final class DriverProgram {
    private DriverProgram() {}

    public static void main(String[] arguments) {
        String mark = arguments[1];
        try (ClusterPool pool = ClusterPool.of(Path.of(arguments[0]))) {
            pool.submit(() -> Work.hang(mark)).await();
        }
    }
}
