package dev.weft.bench.net;

import java.io.IOException;

/** What all servers on the JVM do alike. */
final class Serving {
    private Serving() {}

    static void announce(String runtime, int port) {
        IO.println("runtime " + runtime + " on JDK " + Runtime.version());
        IO.println("port " + port);
    }

    /** Waits until whoever started this process lets it go, or ends. */
    static int untilInputEnds() throws IOException {
        int read = System.in.read();
        while (read >= 0) {
            read = System.in.read();
        }
        return read;
    }
}
