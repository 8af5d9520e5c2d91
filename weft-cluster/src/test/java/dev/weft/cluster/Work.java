package dev.weft.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** What the tests have workers do. */
final class Work {
    private Work() {}

    static long pid() {
        return ProcessHandle.current().pid();
    }

    /** Waits until there is a file. */
    static long pidAfter(String gate) throws InterruptedException {
        return await(0, gate) + pid();
    }

    static int half(int number) {
        if (number % 2 != 0) {
            throw new IllegalArgumentException(number + " is odd");
        }
        return number / 2;
    }

    static String exit(int code) {
        System.exit(code);
        return "never";
    }

    /** Says that it runs, and goes on until it is interrupted or killed. */
    static String hang(String mark) throws IOException, InterruptedException {
        Files.writeString(Path.of(mark), Long.toString(pid()));
        Thread.sleep(Duration.ofHours(1));
        return "never";
    }

    /** Runs on although it is interrupted. */
    static String spin(String mark) throws IOException {
        Files.writeString(Path.of(mark), Long.toString(pid()));
        while (true) {
            Thread.onSpinWait();
        }
    }

    /** Waits until there is a file. */
    static int await(int number, String gate) throws InterruptedException {
        while (!Files.exists(Path.of(gate))) {
            Thread.sleep(5);
        }
        return number;
    }

    static String shipped(String name) throws IOException {
        return Files.readString(ClusterPool.file(name));
    }

    static byte[] large(byte[] sent) {
        return sent.clone();
    }

    static String print(String line) {
        System.out.println(line);
        return line;
    }
}
