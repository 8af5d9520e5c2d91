package dev.weft.cli.live;

import dev.weft.cli.CliException;
import dev.weft.cli.text.RawText;
import dev.weft.inspect.SocketDirectory;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A process of this user that can be looked into.
 *
 * @param pid its number
 * @param socket where it listens
 */
public record Target(long pid, Path socket) {
    private static final long PATIENCE_MILLIS = TimeUnit.SECONDS.toMillis(10);

    /**
     * Finds the processes of this user that can be looked into, and removes the sockets that others have left behind.
     *
     * @return the processes, by number; each may have ended by the time it is asked
     */
    public static List<Target> all() {
        List<Target> targets = new ArrayList<>();
        for (SocketDirectory directory : SocketDirectory.existing()) {
            directory.sweep();
            targets.addAll(in(directory));
        }
        targets.sort(Comparator.comparingLong(Target::pid));
        return targets;
    }

    private static List<Target> in(SocketDirectory directory) {
        try {
            return directory.processes().stream()
                    .map(pid -> new Target(pid, directory.socket(pid)))
                    .toList();
        } catch (IOException e) {
            throw CliException.failure("cannot read " + directory.path() + ": " + e.getMessage());
        }
    }

    /**
     * Finds a process.
     *
     * @param pid its number
     * @return the process
     * @throws CliException if it cannot be looked into; the message says why, and what else there is
     */
    public static Target of(long pid) {
        for (SocketDirectory directory : SocketDirectory.existing()) {
            Path socket = directory.socket(pid);
            if (Files.exists(socket)) {
                return new Target(pid, socket);
            }
        }
        Optional<ProcessHandle> process = ProcessHandle.of(pid);
        if (process.isEmpty()) {
            throw CliException.usage("there is no process " + pid + "; weft ps lists those that can be looked into");
        }
        String user = process.get().info().user().orElse("");
        if (!user.isEmpty()
                && !user.equals(ProcessHandle.current().info().user().orElse(user))) {
            throw CliException.failure("process " + pid + " belongs to " + user
                    + ", and a process shows itself to its own user only: sudo -u " + user + " weft tree " + pid);
        }
        throw showsNothing(pid);
    }

    private static CliException showsNothing(long pid) {
        return CliException.failure("process " + pid
                + " shows nothing: it has no event loop or pool of Weft, is younger than a second, runs with"
                + " -Dweft.inspect=off, or does not use Weft; jcmd " + pid
                + " Thread.dump_to_file -format=json FILE shows the threads of any JVM");
    }

    /**
     * Finds a process by what was typed.
     *
     * @param pid the digits; null for the only process
     * @return the process
     */
    static Target of(@Nullable String pid) {
        if (pid == null) {
            return only();
        }
        if (!pid.matches("[1-9]\\d{0,9}")) {
            throw CliException.usage("expected the number of a process, found '" + RawText.printable(pid)
                    + "'; weft ps lists those that can be looked into");
        }
        return of(Long.parseLong(pid));
    }

    /**
     * {@return the only process of this user that can be looked into}
     *
     * @throws CliException if there is none, or several
     */
    public static Target only() {
        List<Target> targets = all();
        if (targets.isEmpty()) {
            throw CliException.usage(
                    "no process of yours can be looked into: those that have an event loop or a pool of"
                            + " Weft can, half a second after its beginning, unless they run with -Dweft.inspect=off");
        }
        if (targets.size() > 1) {
            throw CliException.usage("expected the number of a process, since there are several: "
                    + targets.stream().map(target -> Long.toString(target.pid)).collect(Collectors.joining(", "))
                    + "; weft ps says what they are");
        }
        return targets.getFirst();
    }

    /**
     * Connects to the process.
     *
     * @return the connection
     * @throws CliException if it has ended meanwhile
     */
    public Session open() {
        return open(PATIENCE_MILLIS);
    }

    /** Connects as {@link #open()}, with another limit of time for each answer. */
    Session open(long patienceMillis) {
        try {
            return new Session(pid, socket, patienceMillis);
        } catch (ConnectException e) { // its socket is of another one that had the same number, if it lives
            throw ProcessHandle.of(pid).isPresent() ? showsNothing(pid) : hasEnded(pid);
        } catch (IOException e) {
            if (ProcessHandle.of(pid).isEmpty()) {
                throw hasEnded(pid);
            }
            throw CliException.failure("cannot look into process " + pid + " at " + socket + ": " + e.getMessage());
        }
    }

    static CliException hasEnded(long pid) {
        return CliException.failure(
                ProcessHandle.of(pid).isPresent()
                        ? "process " + pid + " has ended the conversation: too many look into it, or it is about to end"
                        : "process " + pid + " has ended; weft ps lists those that run");
    }
}
