package dev.weft.cluster.agent;

import dev.weft.cluster.launch.EngineJvm;
import dev.weft.cluster.security.Credentials;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Starts an agent in a JVM of its own, which has the engine. */
public final class AgentProcess {
    private AgentProcess() {}

    /**
     * Starts an agent. It ends when its standard input does, or this process.
     *
     * @param credentials the directory with its credentials
     * @param name what people call it; null for the name of its address
     * @param bind the address to listen on, with or without a port; null for the one of this machine among those in
     *     the credentials
     * @param slots how many workers it runs for each driver
     * @param most how many workers it runs for all of them
     * @return the process, whose output and errors are those of this one
     * @throws IOException if the credentials cannot be used, the address is not of this machine, or the JVM cannot be
     *     started
     */
    public static Process start(Path credentials, @Nullable String name, @Nullable String bind, int slots, int most)
            throws IOException {
        Credentials read = Credentials.read(credentials).expect(Credentials.AGENT);
        InetSocketAddress place = bind == null ? own(read, credentials) : named(bind);
        if (NetworkInterface.getByInetAddress(place.getAddress()) == null) {
            throw new IOException("expected an address of this machine to listen on, found " + place.getHostString());
        }
        return EngineJvm.start(
                AgentMain.class,
                List.of(),
                List.of(
                        credentials.toAbsolutePath().toString(),
                        name == null ? place.getHostString() : name,
                        place.getAddress().getHostAddress(),
                        Integer.toString(place.getPort()),
                        Integer.toString(slots),
                        Integer.toString(most)),
                true);
    }

    private static InetSocketAddress named(String bind) throws IOException {
        String address = Credentials.checkedAddress(bind);
        return resolve(address)
                .orElseThrow(() -> new IOException(
                        "expected an address of this machine to listen on, found " + bind + ", which is unknown"));
    }

    private static InetSocketAddress own(Credentials credentials, Path directory) throws IOException {
        for (String address : credentials.addresses()) {
            Optional<InetSocketAddress> found = resolve(address);
            if (found.isPresent()
                    && NetworkInterface.getByInetAddress(found.get().getAddress()) != null) {
                return found.get();
            }
        }
        throw new IOException(
                "none of the addresses in " + directory + " (" + String.join(", ", credentials.addresses())
                        + ") is one of this machine: say with --bind HOST:PORT which one to listen on");
    }

    private static Optional<InetSocketAddress> resolve(String address) {
        int colon = address.lastIndexOf(':');
        var place = new InetSocketAddress(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
        InetAddress found = place.getAddress();
        return found == null ? Optional.empty() : Optional.of(place);
    }
}
