package dev.weft.bench.net;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Has a bare Netty server in this process, and measures a client of it in another one, which prints its own figures.
 *
 * <pre>{@code ClientLoad COMMAND OF THE CLIENT... -- ROW OPERATIONS WARM_UP_MILLIS ITERATIONS PARAMETER}</pre>
 *
 * <p>The client finds the server's port in the place of the parameter.
 */
final class ClientLoad {
    private ClientLoad() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        List<String> all = List.of(arguments);
        int end = all.lastIndexOf("--");
        int status;
        try (var server = NettyServer.open("http")) {
            List<String> command = new ArrayList<>(all.subList(0, end));
            command.addAll(all.subList(end + 1, all.size() - 1));
            command.add(Integer.toString(server.port()));
            Process client = new ProcessBuilder(command).inheritIO().start();
            try {
                status = client.waitFor();
            } finally {
                client.destroyForcibly();
            }
        }
        if (status != 0) {
            System.exit(status);
        }
    }
}
