package dev.weft.net;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.kqueue.KQueue;
import io.netty.channel.uring.IoUring;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The way in which loops of this JVM wait for sockets, the best first; io_uring is only taken where it is asked for.
 *
 * <p>A loop takes {@link #selected()} when it does its first I/O. The property {@code weft.transport} names another
 * one. A loop on the portable scheduler takes {@link #NIO} unless the property is set, since native transports would
 * hold threads that all virtual threads of the JVM share.
 */
public enum Transport {
    /** Linux epoll. */
    EPOLL,

    /**
     * Linux io_uring, for who asks for it. It saves system calls, but Netty 4.2.18 may tell of a reset only when the
     * reader's time is over if it arrives along with data.
     */
    IO_URING,

    /** kqueue of macOS and the BSDs. */
    KQUEUE,

    /** The selectors of the JDK, which work everywhere. */
    NIO;

    /** The property that names the transport to use instead of the best one. */
    public static final String PROPERTY = "weft.transport";

    /**
     * {@return the transport that loops use: the one that {@link #PROPERTY} names, or else the best one that this
     * system has}
     *
     * @throws IllegalStateException if the property names none, or one that this system does not have
     */
    public static Transport selected() {
        String wanted = System.getProperty(PROPERTY);
        if (wanted == null || wanted.isBlank()) {
            return best();
        }
        for (Transport transport : values()) {
            if (transport.label().equals(wanted.strip().toLowerCase(Locale.ROOT))) {
                return transport.orRefuse();
            }
        }
        throw new IllegalStateException("-D" + PROPERTY + " must be one of "
                + Arrays.stream(values()).map(Transport::label).collect(Collectors.joining(", ")) + ", and was '"
                + wanted + "'");
    }

    private static Transport best() {
        for (Transport transport : values()) {
            if (transport.available()) {
                return transport;
            }
        }
        throw new AssertionError("NIO is always available");
    }

    private Transport orRefuse() {
        String problem = unavailableBecause();
        if (problem != null) {
            throw new IllegalStateException("-D" + PROPERTY + "=" + label() + " cannot be had: " + problem
                    + "; leave the property out to use " + best().label());
        }
        return this;
    }

    /**
     * {@return the name for people and for {@link #PROPERTY}: the constant's, in lower case}
     */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * {@return whether this system has this transport}
     */
    public boolean available() {
        return unavailableBecause() == null;
    }

    /**
     * {@return why this system does not have this transport, in one line; null if it has}
     */
    public @Nullable String unavailableBecause() {
        return switch (this) {
            case IO_URING -> isSystem("linux") ? reason(IoUring.unavailabilityCause()) : "only Linux has io_uring";
            case EPOLL -> isSystem("linux") ? reason(Epoll.unavailabilityCause()) : "only Linux has epoll";
            case KQUEUE ->
                isSystem("mac") || isSystem("bsd")
                        ? reason(KQueue.unavailabilityCause())
                        : "only macOS and the BSDs have kqueue";
            case NIO -> null;
        };
    }

    private static boolean isSystem(String part) {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).contains(part);
    }

    private static @Nullable String reason(@Nullable Throwable cause) {
        if (cause == null) {
            return null;
        }
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String message = root.getMessage();
        String kind = root.getClass().getSimpleName();
        return message == null
                ? kind
                : kind + ": " + message.lines().findFirst().orElse("");
    }
}
