package dev.weft.cli.command;

import java.io.IOException;

/** A command whose words are longer than the system takes; others may not be. */
@SuppressWarnings("serial") // never leaves its process
public final class TooLongException extends IOException {
    TooLongException(String program) {
        super("cannot start '" + program + "': its arguments are longer than the system allows");
    }
}
