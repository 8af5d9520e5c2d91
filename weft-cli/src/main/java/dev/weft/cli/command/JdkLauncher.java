package dev.weft.cli.command;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Commands by the JDK's own means. File names that are no text of the system's encoding do not pass. */
final class JdkLauncher implements Launcher {
    private static final int SIGNAL = 128;

    @Override
    public Starter starter(Path input, Path output, Path error) {
        return new JdkStarter(Redirect.from(input.toFile()), target(output), target(error));
    }

    private static Redirect target(Path path) {
        return path.equals(INHERIT) ? Redirect.INHERIT : Redirect.to(path.toFile());
    }

    private record JdkStarter(Redirect input, Redirect output, Redirect error) implements Starter {
        @Override
        public Child start(List<String> words, Map<String, String> environment) throws IOException {
            var builder = new ProcessBuilder(words)
                    .redirectInput(input)
                    .redirectOutput(output)
                    .redirectError(error);
            builder.environment().putAll(environment);
            return new JdkChild(builder.start());
        }

        @Override
        public void close() {
            // The JDK prepares nothing.
        }
    }

    private record JdkChild(Process process) implements Child {
        @Override
        public long pid() {
            return process.pid();
        }

        @Override
        public Exit await() {
            boolean interrupted = false;
            try {
                while (true) {
                    try {
                        int code = process.waitFor();
                        // The JDK reports a signal as the shell does, and so cannot tell it from such an exit code.
                        boolean signal = code > SIGNAL && code <= SIGNAL + 64;
                        return new Exit(signal ? 0 : code, signal ? code - SIGNAL : 0, -1);
                    } catch (InterruptedException e) {
                        interrupted = true;
                    }
                }
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        @Override
        public void terminate() {
            family().forEach(ProcessHandle::destroy);
        }

        @Override
        public void kill() {
            family().forEach(ProcessHandle::destroyForcibly);
        }

        private Stream<ProcessHandle> family() {
            return Stream.concat(process.descendants(), Stream.of(process.toHandle()));
        }
    }
}
