package dev.weft.cli.doctor;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The programs that the benchmarks compare Weft with. Weft itself needs none of them, so a missing one is no fault. */
final class Peers {
    private static final int PATIENCE_SECONDS = 5;

    private Peers() {}

    static Finding find() {
        Map<String, Optional<String>> peers = new LinkedHashMap<>();
        peers.put("CPython", answer("python3", "--version"));
        peers.put("uvloop", answer("python3", "-c", "import uvloop; print('uvloop', uvloop.__version__)"));
        peers.put("Go", answer("go", "version"));
        peers.put("Kotlin", answer("kotlinc", "-version"));
        List<String> found = new ArrayList<>(List.of("the JDK's scheduler"));
        List<String> missing = new ArrayList<>();
        peers.forEach((name, answer) -> answer.ifPresentOrElse(found::add, () -> missing.add(name)));
        return Finding.green(
                "bench peers",
                String.join(", ", found) + (missing.isEmpty() ? "" : "; not installed: " + String.join(", ", missing)));
    }

    /** The first line that a program prints, or nothing if it is not there or fails. */
    private static Optional<String> answer(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                    .start();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return Optional.empty();
            }
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.exitValue() == 0 ? output.lines().findFirst() : Optional.empty();
        } catch (IOException e) {
            return Optional.empty(); // not installed
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
