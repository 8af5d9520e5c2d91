package dev.weft.cli;

/**
 * Runs what every use of the program begins with, so that the ahead-of-time cache which the launcher makes meanwhile holds its
 * classes.
 *
 * <p>It stops there on purpose. The JVM links all classes of the cache when it starts: with those of a whole comparison in it,
 * {@code weft --version} would take three times as long.
 */
final class Training {
    /** The property with which the launcher asks for it. */
    static final String PROPERTY = "weft.aot.train";

    private Training() {}

    /** Runs; what it prints is of no interest. */
    static void run() {
        Cli.run("help");
        Cli.run("compare", "--quick", "no-such-workload");
    }
}
