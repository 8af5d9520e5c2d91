package dev.weft.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs one measuring program to its end. A program that fails or hangs becomes a failed measurement, which the tables
 * show.
 */
final class ProgramRunner {
    private static final int TIME_LIMIT_SECONDS = 120;

    private ProgramRunner() {}

    static Measurement run(Row row, Contestant contestant, int round) throws IOException, InterruptedException {
        Path out = Files.createTempFile("weft-bench", ".out");
        Path err = Files.createTempFile("weft-bench", ".err");
        try {
            List<String> command = new ArrayList<>(contestant.command());
            command.addAll(row.arguments(contestant));
            Process process = new ProcessBuilder(command)
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            if (!waitFor(process)) {
                return failed(round, contestant, "did not end within " + TIME_LIMIT_SECONDS + " s");
            }
            if (process.exitValue() != 0) {
                return failed(round, contestant, "exit status " + process.exitValue() + ": " + lastLine(err));
            }
            Output output = Output.parse(Files.readString(out));
            if (Integer.parseInt(output.text("operations")) != row.work().operations()) {
                return failed(
                        round,
                        contestant,
                        "did " + output.text("operations") + " operations, expected "
                                + row.work().operations());
            }
            return new Measurement(round, contestant.id(), row.figure().of(output, row.work()), output, null);
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }

    private static boolean waitFor(Process process) throws InterruptedException {
        boolean ended = false;
        try {
            ended = process.waitFor(TIME_LIMIT_SECONDS, TimeUnit.SECONDS);
        } finally {
            if (!ended) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor();
            }
        }
        return ended;
    }

    private static Measurement failed(int round, Contestant contestant, String reason) {
        return new Measurement(round, contestant.id(), Double.NaN, null, reason);
    }

    private static String lastLine(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.isBlank())
                .reduce((_, last) -> last.strip())
                .orElse("nothing on standard error");
    }
}
