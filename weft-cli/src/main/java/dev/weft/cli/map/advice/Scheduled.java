package dev.weft.cli.map.advice;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What the system has said of one thread since it began.
 *
 * @param queued the nanoseconds that it stood in the run queue
 * @param waits how often it gave up its processor because it had to wait; negative where the system does not say
 */
record Scheduled(long queued, long waits) {
    /** Nothing is known. */
    static final Scheduled UNKNOWN = new Scheduled(0, -1);

    private static final Path QUEUE = Path.of("/proc/thread-self/schedstat");
    private static final Path STATUS = Path.of("/proc/thread-self/status");
    private static final String WAITS = "voluntary_ctxt_switches:";

    /** {@return what the system says of the calling thread; see proc(5)} */
    static Scheduled now() {
        try {
            String[] times = Files.readString(QUEUE, StandardCharsets.US_ASCII).split(" ", -1);
            try (Stream<String> lines = Files.lines(STATUS, StandardCharsets.ISO_8859_1)) {
                long waits = lines.filter(line -> line.startsWith(WAITS))
                        .mapToLong(line ->
                                Long.parseLong(line.substring(WAITS.length()).trim()))
                        .findFirst()
                        .orElse(-1);
                return times.length < 2 ? UNKNOWN : new Scheduled(Long.parseLong(times[1]), waits);
            }
        } catch (IOException | UncheckedIOException | NumberFormatException e) {
            return UNKNOWN;
        }
    }

    /**
     * Says how long the thread could have run and did not.
     *
     * <p>The run queue does not tell of time that a hypervisor or an interrupt takes from a thread that runs: the
     * system counts it neither as processor time nor as standing in line. A thread that never gave up its processor
     * waited for nothing, so that all the time that it did not compute was taken from it.
     *
     * @param since what the system said before
     * @param elapsed the nanoseconds since then
     * @param cpu the processor time that the thread had since then, in nanoseconds
     * @return nanoseconds, at most {@code elapsed}
     */
    long keptFromRunning(Scheduled since, long elapsed, long cpu) {
        boolean waited = waits < 0 || since.waits < 0 || waits > since.waits;
        long kept = waited ? queued - since.queued : elapsed - cpu;
        return Math.clamp(kept, 0, elapsed);
    }
}
