package dev.weft.cli.map;

import dev.weft.cli.CliException;
import dev.weft.cli.map.run.AdaptiveJobs;
import dev.weft.cli.map.run.Headroom;
import dev.weft.cli.map.run.Plan;
import dev.weft.cli.text.Quantities;
import dev.weft.cli.text.RawPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How many commands run at once: a number, a share of the processors, a file that says it, which is read again while
 * the run goes on, or as many as complete most, which is found out while it goes on.
 */
final class JobsOption {
    private static final int MOST = 10_000;
    private static final long LOOK_NANOS = 500_000_000L;

    /** The word for a number that is found out. */
    static final String AUTO = "auto";

    private JobsOption() {}

    /**
     * Understands the option.
     *
     * @param text such as {@code 8}, {@code 200%} or {@code @jobs.txt}
     * @return the number, now and later
     * @throws CliException if it is none
     */
    static Plan.Jobs of(String text) {
        if (text.startsWith("@")) {
            return new FromFile(RawPath.of(text.substring(1)));
        }
        int number = number(text);
        return () -> number;
    }

    /**
     * Makes a number that is found out.
     *
     * @param start where it begins
     * @param least the least
     * @param most the most
     * @return the number, now and later
     */
    static Plan.Jobs adaptive(int start, int least, int most) {
        int highest = Math.min(MOST, most);
        return new AdaptiveJobs(
                Math.min(start, highest), Math.min(least, highest), highest, System::nanoTime, new Headroom());
    }

    private static int number(String text) {
        if (text.endsWith("%")) {
            int percent = Quantities.number("--jobs", text.substring(0, text.length() - 1), 1, 100_000);
            long jobs = Math.round(Runtime.getRuntime().availableProcessors() * percent / 100.0);
            return Math.clamp(jobs, 1, MOST);
        }
        return Quantities.number("--jobs", text, 1, MOST);
    }

    /** Looks into the file at most twice a second; what cannot be read leaves the number as it was. */
    private static final class FromFile implements Plan.Jobs {
        private final Path file;
        private int jobs;
        private long looked;

        FromFile(Path file) {
            this.file = file;
            try {
                jobs = number(Files.readString(file).strip());
            } catch (IOException e) {
                throw CliException.usage("--jobs @" + file + ": cannot read the file: " + CliException.reason(e));
            }
            looked = System.nanoTime();
        }

        @Override
        public synchronized int now() {
            long now = System.nanoTime();
            if (now - looked > LOOK_NANOS) {
                looked = now;
                try {
                    jobs = number(Files.readString(file).strip());
                } catch (IOException | CliException e) {
                    // being written just now, or gone
                }
            }
            return jobs;
        }
    }
}
