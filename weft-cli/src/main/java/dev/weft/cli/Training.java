package dev.weft.cli;

/**
 * Runs what uses of the program begin with, so that an ahead-of-time cache which the launcher makes meanwhile holds its
 * classes.
 *
 * <p>There are two caches, and each stops early on purpose. The JVM links all classes of a cache when it starts: with
 * those of a whole comparison in it, {@code weft --version} would take three times as long. So runs of inputs have one
 * of their own.
 */
final class Training {
    /**
     * The property with which the launcher asks for it: {@code true}, or {@code map} for the cache of {@code weft map}.
     */
    static final String PROPERTY = "weft.aot.train";

    private static final String MAP = "map";
    private static final String[] INPUTS = {":::", "1", "2", "3"};

    private Training() {}

    /** Runs; what it prints is of no interest. Runs of inputs are kept where {@code WEFT_RUNS} says. */
    static void run() {
        if (MAP.equals(System.getProperty(PROPERTY))) {
            Cli.run(line("true"));
            Cli.run(line("--java", Training.class.getName() + "::same"));
            Cli.run(line("--with", "processes", "--java", Training.class.getName() + "::same"));
        } else {
            Cli.run("help");
            Cli.run("compare", "--quick", "no-such-workload");
        }
    }

    private static String[] line(String... work) {
        String[] line = new String[2 + work.length + INPUTS.length];
        line[0] = MAP;
        line[1] = "-q";
        System.arraycopy(work, 0, line, 2, work.length);
        System.arraycopy(INPUTS, 0, line, 2 + work.length, INPUTS.length);
        return line;
    }

    /** The function of that run. */
    @SuppressWarnings("unused") // called by its name
    static String same(String text) {
        return text;
    }
}
