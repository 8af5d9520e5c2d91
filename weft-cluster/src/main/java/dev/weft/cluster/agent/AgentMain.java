package dev.weft.cluster.agent;

import dev.weft.cluster.engine.Member;
import dev.weft.cluster.ignite.IgniteEngine;
import dev.weft.cluster.security.Credentials;
import dev.weft.process.internal.ProcessSupport;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;

/**
 * The program of an agent. Arguments: the directory with its credentials, its name, the address and the port to
 * listen on, how many workers for each driver, and for all of them.
 */
public final class AgentMain {
    private static final int FAILED = 4;

    private AgentMain() {}

    /**
     * Runs an agent until it is killed, its standard input ends, or it loses the cluster.
     *
     * @param arguments see above
     * @throws Exception if it cannot begin
     */
    public static void main(String[] arguments) throws Exception {
        try {
            run(arguments);
        } catch (IOException e) {
            System.err.println("weft: " + e.getMessage());
            System.exit(FAILED);
        }
    }

    private static void run(String[] arguments) throws IOException {
        Credentials credentials = Credentials.read(Path.of(arguments[0])).expect(Credentials.AGENT);
        String name = arguments[1];
        InetAddress address = InetAddress.getByName(arguments[2]);
        int port = Integer.parseInt(arguments[3]);
        int slots = Integer.parseInt(arguments[4]);
        int most = Integer.parseInt(arguments[5]);
        String where = address.getHostAddress() + ":" + port;
        var self = new Member("", Member.Role.AGENT, name, where, slots);
        Path directory = ProcessSupport.get().directory();
        var engine = new IgniteEngine(credentials, self, directory, new InetSocketAddress(address, port));
        Agent agent = Agent.start(engine, directory, slots, most, why -> {
            System.err.println("weft: agent " + name + ": " + why);
            Runtime.getRuntime().halt(FAILED);
        });
        Runtime.getRuntime().addShutdownHook(new Thread(agent::close, "weft-agent-end"));
        System.out.println("weft: agent " + name + " at " + where + " runs " + slots + " workers for each driver");
        // Whoever has started this holds the other end.
        System.in.transferTo(OutputStream.nullOutputStream());
        System.exit(0);
    }
}
