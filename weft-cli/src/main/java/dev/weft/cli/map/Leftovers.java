package dev.weft.cli.map;

import dev.weft.cli.text.RawText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Commands that still run though the run that started them was killed. They are told by their environment. */
final class Leftovers {
    private Leftovers() {}

    /**
     * Kills what is left of a run.
     *
     * @param run the name of the run
     * @return how many processes there were
     */
    static int kill(String run) {
        String mark = "\0WEFT_RUN=" + run + "\0";
        List<ProcessHandle> left;
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            left = processes
                    .filter(process -> process.getFileName().toString().matches("\\d+"))
                    .filter(process -> ("\0" + environment(process) + "\0").contains(mark))
                    .map(process -> ProcessHandle.of(
                            Long.parseLong(process.getFileName().toString())))
                    .flatMap(Optional::stream)
                    .toList();
        } catch (IOException e) {
            return 0; // not Linux
        }
        left.forEach(ProcessHandle::destroyForcibly);
        return left.size();
    }

    private static String environment(Path process) {
        try {
            return RawText.decode(Files.readAllBytes(process.resolve("environ")));
        } catch (IOException e) {
            return ""; // ended meanwhile, or somebody else's
        }
    }
}
