package dev.weft.cli.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The processor's name. */
public final class Processor {
    private Processor() {}

    /**
     * {@return the model's name, or {@code unknown}}
     */
    public static String name() {
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown");
        } catch (IOException e) {
            return "unknown"; // not Linux
        }
    }
}
