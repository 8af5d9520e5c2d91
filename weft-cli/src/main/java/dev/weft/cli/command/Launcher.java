package dev.weft.cli.command;

import java.io.IOException;

/** Starts commands. Any thread may use it. */
public interface Launcher {
    /**
     * {@return the launcher that suits this system: by system calls where they are known, or else with the JDK's {@link ProcessBuilder}}
     */
    static Launcher best() {
        return PosixLauncher.isSupported() ? new PosixLauncher() : new JdkLauncher();
    }

    /**
     * Starts a command.
     *
     * @param command the command
     * @return the running command
     * @throws IOException if it cannot be started; the message has the system's reason
     */
    Child start(Command command) throws IOException;
}
