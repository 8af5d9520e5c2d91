package dev.weft.net;

import static java.util.Objects.requireNonNull;

import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where a Unix-domain socket is: at a path, under an abstract name of Linux, or nowhere, as the connecting side mostly
 * is.
 */
public final class UnixAddress extends SocketAddress {
    private static final long serialVersionUID = 1L;

    private static final UnixAddress UNNAMED = new UnixAddress("", false);

    private final String name;
    private final boolean isAbstract;

    private UnixAddress(String name, boolean isAbstract) {
        this.name = name;
        this.isAbstract = isAbstract;
    }

    /**
     * Returns the address of a socket in the file system.
     *
     * @param path its path; systems take at most some 100 bytes
     * @return the address
     */
    public static UnixAddress of(Path path) {
        return new UnixAddress(path.toString(), false);
    }

    /**
     * Returns the address of a socket that has a name of its own and no file: Linux only, and not with the transport
     * NIO. Any local user may connect to it.
     *
     * @param name the name, not empty
     * @return the address
     * @throws IllegalArgumentException if the name is empty
     */
    public static UnixAddress abstractName(String name) {
        if (requireNonNull(name, "name").isEmpty()) {
            throw new IllegalArgumentException("an abstract name must not be empty");
        }
        return new UnixAddress(name, true);
    }

    static UnixAddress of(@Nullable SocketAddress address) {
        return switch (address) {
            case io.netty.channel.unix.DomainSocketAddress it
            when it.path().startsWith("\0") -> new UnixAddress(it.path().substring(1), true);
            case io.netty.channel.unix.DomainSocketAddress it -> new UnixAddress(it.path(), false);
            case UnixDomainSocketAddress it -> new UnixAddress(it.getPath().toString(), false);
            case null, default -> UNNAMED;
        };
    }

    /** {@return what Netty's channels of a transport understand} */
    SocketAddress toNetty(Transport transport) {
        if (transport != Transport.NIO) {
            return new io.netty.channel.unix.DomainSocketAddress(isAbstract ? "\0" + name : name);
        }
        if (isAbstract) {
            throw new UnsupportedOperationException("the transport nio has no abstract names of Unix-domain sockets; "
                    + "use a path, or a native transport (weft doctor shows which there are)");
        }
        return UnixDomainSocketAddress.of(name);
    }

    /** {@return the path; null if this is an abstract name or none} */
    public @Nullable Path path() {
        return isAbstract || name.isEmpty() ? null : Path.of(name);
    }

    /** {@return the abstract name; null if this is none} */
    public @Nullable String abstractName() {
        return isAbstract ? name : null;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof UnixAddress it && it.isAbstract == isAbstract && it.name.equals(name);
    }

    @Override
    public int hashCode() {
        return name.hashCode() + (isAbstract ? 1 : 0);
    }

    @Override
    public String toString() {
        return isAbstract ? "@" + name : name.isEmpty() ? "unnamed" : name;
    }
}
