package dev.weft.process.isolated;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** What nobody should write: everything is static. */
public final class OldLibrary {
    private static int calls;
    private static String configuration = "none";

    private OldLibrary() {}

    static int call() {
        return ++calls;
    }

    static int calls() {
        return calls;
    }

    static void configure(String value) {
        configuration = value;
    }

    static String configuration() {
        return configuration;
    }

    /** Shared on request. */
    public static final class Mailbox {
        public static final BlockingQueue<String> LETTERS = new LinkedBlockingQueue<>();

        private Mailbox() {}
    }
}
