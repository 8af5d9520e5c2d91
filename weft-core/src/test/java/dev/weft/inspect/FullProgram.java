package dev.weft.inspect;

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A process that can be looked into, and runs out of descriptors when it is told to: each line it reads is a command,
 * {@code fill} or {@code free}. Says when it has done that, and each tick of its listener.
 */
final class FullProgram {
    private FullProgram() {}

    public static void main(String[] arguments) throws IOException {
        var listener = Listener.start(
                new Source() {
                    @Override
                    public void tick() {
                        System.out.println("tick");
                    }

                    @Override
                    public Session open() {
                        return new Session() {
                            @Override
                            public Answer answer(Request request) {
                                return Answer.of("{\"kind\":\"" + request.word() + "\"}");
                            }

                            @Override
                            public void close() {}
                        };
                    }
                },
                new SocketDirectory(Path.of(arguments[0])));
        listener.hurry();
        System.out.println("ready");
        var commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        List<FileInputStream> open = new ArrayList<>();
        for (String command = commands.readLine(); command != null; command = commands.readLine()) {
            if (command.equals("fill")) {
                fill(open);
            } else {
                for (FileInputStream file : open) {
                    file.close();
                }
            }
            System.out.println(command);
        }
        System.exit(0);
    }

    @SuppressWarnings("InfiniteLoopStatement")
    private static void fill(List<FileInputStream> open) {
        try {
            while (true) {
                open.add(new FileInputStream("/dev/null"));
            }
        } catch (IOException e) {
            // there are no more
        }
    }
}
