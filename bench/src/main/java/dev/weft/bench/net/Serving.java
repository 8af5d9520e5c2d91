package dev.weft.bench.net;

import java.io.IOException;

/** What all servers on the JVM do alike. */
public final class Serving {
    private Serving() {}

    /**
     * Says what serves, and where.
     *
     * @param runtime what it is, beside the JVM
     * @param port where it listens
     */
    public static void announce(String runtime, int port) {
        IO.println("runtime " + runtime + " on JDK " + Runtime.version());
        IO.println("port " + port);
    }

    /**
     * Waits until whoever started this process lets it go, or ends.
     *
     * @return nothing of interest
     * @throws IOException if the standard input cannot be read
     */
    public static int untilInputEnds() throws IOException {
        int read = System.in.read();
        while (read >= 0) {
            read = System.in.read();
        }
        return read;
    }
}
