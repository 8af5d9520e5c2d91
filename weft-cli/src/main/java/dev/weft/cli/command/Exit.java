package dev.weft.cli.command;

/**
 * How a command ended, and what it took.
 *
 * @param code its exit code; 0 if a signal ended it
 * @param signal the number of the signal that ended it, or 0
 * @param cpuNanos the processor time that it and the children it waited for took; -1 if the system does not say
 */
public record Exit(int code, int signal, long cpuNanos) {
    /**
     * {@return whether it ended by itself with code 0}
     */
    public boolean ok() {
        return code == 0 && signal == 0;
    }
}
