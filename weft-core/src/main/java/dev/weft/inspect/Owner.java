package dev.weft.inspect;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import org.jspecify.annotations.Nullable;

/** Who this process runs as, and whether somebody else is the same. */
public final class Owner {
    private static final Path SELF = Path.of("/proc/self");

    private Owner() {}

    /**
     * {@return the user of this process}
     *
     * @throws IOException if the system does not tell
     */
    public static UserPrincipal self() throws IOException {
        return Files.exists(SELF)
                ? Files.getOwner(SELF)
                : FileSystems.getDefault()
                        .getUserPrincipalLookupService()
                        .lookupPrincipalByName(System.getProperty("user.name"));
    }

    /**
     * Asks the kernel who is at the other end of a Unix-domain socket.
     *
     * @param channel a connected channel
     * @return whether it is the user of this process; true where the system or the JVM cannot tell, since the
     *     permissions of the directory have let nobody else come so far
     * @throws IOException if the channel is closed
     */
    public static boolean isAtTheOtherEnd(SocketChannel channel) throws IOException {
        UserPrincipal peer;
        try {
            peer = Credentials.of(channel);
        } catch (UnsupportedOperationException | NoClassDefFoundError e) {
            return true; // Windows, or a JVM without the module jdk.net
        }
        return peer == null || peer.equals(self());
    }

    /** In a class of its own, since a JVM may lack the module. */
    private static final class Credentials {
        static @Nullable UserPrincipal of(SocketChannel channel) throws IOException {
            return channel.getOption(jdk.net.ExtendedSocketOptions.SO_PEERCRED).user();
        }
    }
}
