package dev.weft.examples.processes;

import dev.weft.Task;
import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.process.ProcessPool;
import dev.weft.process.WorkerOutput;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Work that both waits and computes, as coroutines over several processes: each worker has an event loop, and each
 * "page" is fetched in parts by a group of coroutines and then parsed.
 *
 * <pre>{@code java ... dev.weft.examples.processes.CoroutineCrawler [pages] [workers] [pages at once in each worker]}</pre>
 */
public final class CoroutineCrawler {
    private static final Duration LATENCY = Duration.ofMillis(20);
    private static final int PARTS = 4;

    private CoroutineCrawler() {}

    /**
     * What came out.
     *
     * @param pages how many pages were parsed
     * @param words how many words they have
     * @param workers the processes that did it
     * @param elapsed how long it took
     */
    public record Report(int pages, long words, Set<Long> workers, Duration elapsed) {}

    /** What a page has. */
    record Parsed(int words, long worker) implements java.io.Serializable {}

    /** In the place of a request: waits, and gives up when it is cancelled, as a request would. */
    static String fetch(int page, int part) {
        Weft.sleep(LATENCY);
        return ("page " + page + " part " + part + " ").repeat(25);
    }

    static Parsed fetchAndParse(int page) {
        try (var group = TaskGroup.open()) {
            List<Task<String>> parts = IntStream.range(0, PARTS)
                    .mapToObj(part -> group.spawn(() -> fetch(page, part)))
                    .toList();
            group.join();
            int words = parts.stream()
                    .mapToInt(part -> part.result().trim().split(" ").length)
                    .sum();
            return new Parsed(words, ProcessHandle.current().pid());
        }
    }

    /**
     * Crawls, on a loop of the parent that goes on meanwhile.
     *
     * @param pages how many pages
     * @param workers how many processes
     * @param atOnce how many pages each works on at once
     * @return what came out
     */
    public static Report run(int pages, int workers, int atOnce) {
        long begun = System.nanoTime();
        try (ProcessPool pool = ProcessPool.builder()
                .workers(workers)
                .loop(atOnce)
                .output(WorkerOutput.discard())
                .build()) {
            return Weft.run(() -> {
                int parsed = 0;
                long words = 0;
                Set<Long> seen = new TreeSet<>();
                List<Integer> numbers = IntStream.range(0, pages).boxed().toList();
                for (Parsed page :
                        pool.map(CoroutineCrawler::fetchAndParse, numbers).asCompleted()) {
                    parsed++;
                    words += page.words();
                    seen.add(page.worker());
                }
                return new Report(parsed, words, seen, Duration.ofNanos(System.nanoTime() - begun));
            });
        }
    }

    /**
     * Crawls 2,000 pages.
     *
     * @param arguments how many pages, how many workers, how many pages at once in each
     */
    public static void main(String[] arguments) {
        int pages = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 2000;
        int workers = arguments.length > 1
                ? Integer.parseInt(arguments[1])
                : Runtime.getRuntime().availableProcessors();
        int atOnce = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 200;
        Report report = run(pages, workers, atOnce);
        IO.println(report.pages() + " pages with " + report.words() + " words from processes " + report.workers()
                + " in " + report.elapsed().toMillis() + " ms; one after the other they would wait for "
                + LATENCY.multipliedBy((long) pages * PARTS).toMillis() + " ms");
    }
}
