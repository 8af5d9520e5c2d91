package dev.weft.cluster.gateway;

import dev.weft.cluster.engine.Member;
import dev.weft.cluster.ignite.IgniteEngine;
import dev.weft.cluster.security.Credentials;
import dev.weft.process.connection.AuthKey;
import dev.weft.process.connection.Client;
import dev.weft.process.connection.Connection;
import dev.weft.process.internal.ProcessSupport;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;

/**
 * The program of a gateway. Arguments: the directory with the driver's credentials, the socket of the driver. The key
 * by which both know each other comes through standard input.
 */
public final class GatewayMain {
    private static final int KEY = 32;

    private GatewayMain() {}

    /**
     * Serves a driver until that is gone.
     *
     * @param arguments see above
     * @throws Exception if it cannot begin
     */
    public static void main(String[] arguments) throws Exception {
        AuthKey key = AuthKey.of(System.in.readNBytes(KEY));
        Connection driver = Client.connect(UnixDomainSocketAddress.of(arguments[1]), key);
        Path directory = ProcessSupport.get().directory();
        var self = new Member(
                "", Member.Role.DRIVER, "driver-" + ProcessHandle.current().pid(), "", 0);
        Gateway.serve(new IgniteEngine(Credentials.read(Path.of(arguments[0])), self, directory), driver, directory);
        System.exit(0);
    }
}
