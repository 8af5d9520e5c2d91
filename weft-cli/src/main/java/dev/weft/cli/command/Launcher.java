package dev.weft.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Starts commands. Any thread may use it. */
public interface Launcher {
    /** Where output goes that is to appear as the command writes it: what this process has itself. */
    Path INHERIT = Path.of("-");

    /**
     * {@return the launcher that suits this system: by system calls where they are known, or else with the JDK's
     * {@link ProcessBuilder}}
     */
    static Launcher best() {
        return PosixLauncher.isSupported() ? new PosixLauncher() : new JdkLauncher();
    }

    /**
     * Prepares what is the same for commands whose streams lead to the same files.
     *
     * @param input what they read as standard input
     * @param output the file that their standard output is written to, or {@link #INHERIT}; emptied before
     * @param error the file for their standard error, or {@link #INHERIT}; emptied before
     * @return what starts them
     * @throws IOException if the system refuses what is needed for it
     */
    Starter starter(Path input, Path output, Path error) throws IOException;

    /** Starts commands one after the other. To be used by one thread at a time. */
    interface Starter extends AutoCloseable {
        /**
         * Starts a command; the one before has ended.
         *
         * @param words the program and its arguments, as {@linkplain dev.weft.cli.text.RawText raw text}
         * @param environment variables beside those of this process
         * @return the running command
         * @throws IOException if it cannot be started; the message has the system's reason
         */
        Child start(List<String> words, Map<String, String> environment) throws IOException;

        /** Forgets what was prepared; what has been started goes on. */
        @Override
        void close();
    }
}
