package dev.weft.examples.processes;

import dev.weft.Outcome;
import dev.weft.TimedOutException;
import dev.weft.process.ProcessPool;
import dev.weft.process.WorkerOutput;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Matches many texts with a pattern that takes for ever on some of them, each with a time limit: a loop in the JDK that
 * looks at no interrupt, so that only the end of its process ends it.
 *
 * <pre>{@code java ... dev.weft.examples.processes.PatternBombs [texts] [workers]}</pre>
 */
public final class PatternBombs {
    private static final Pattern WORDS = Pattern.compile("((\\w|\\w\\w)+\\s?)+\\1?;");
    private static final int ONE_IN = 50;

    private PatternBombs() {}

    /**
     * What came out.
     *
     * @param matched how many texts match
     * @param others how many do not
     * @param bombs the texts, by number, that took too long
     * @param elapsed how long it took
     */
    public record Report(int matched, int others, List<Integer> bombs, Duration elapsed) {}

    static String text(int number) {
        return number % ONE_IN == ONE_IN - 1
                ? "a".repeat(60) // with more ways not to match than there is time for
                : number % 2 == 0 ? "text " + number + ";" : "n. " + number + ";";
    }

    static boolean matches(int number) {
        return WORDS.matcher(text(number)).matches();
    }

    /**
     * Matches texts.
     *
     * @param workers how many processes
     * @param texts how many texts
     * @param limit how long each may take
     * @return what came out
     */
    public static Report run(int workers, int texts, Duration limit) {
        int matched = 0;
        int others = 0;
        List<Integer> bombs = new ArrayList<>();
        long begun = System.nanoTime();
        try (ProcessPool pool = ProcessPool.builder()
                .workers(workers)
                .taskTimeout(limit)
                .killGrace(Duration.ofMillis(10))
                .output(WorkerOutput.discard())
                .build()) {
            List<Integer> numbers = IntStream.range(0, texts).boxed().toList();
            for (Outcome<Integer, Boolean> outcome :
                    pool.map(PatternBombs::matches, numbers).outcomes()) {
                if (outcome.failure() instanceof TimedOutException) {
                    bombs.add(outcome.input());
                } else if (Boolean.TRUE.equals(outcome.result())) {
                    matched++;
                } else {
                    others++;
                }
            }
        }
        return new Report(matched, others, bombs, Duration.ofNanos(System.nanoTime() - begun));
    }

    /**
     * Matches 1,000 texts, 20 of which are bombs.
     *
     * @param arguments how many texts, how many workers
     */
    public static void main(String[] arguments) {
        int texts = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1000;
        int workers = arguments.length > 1
                ? Integer.parseInt(arguments[1])
                : Runtime.getRuntime().availableProcessors();
        Report report = run(workers, texts, Duration.ofMillis(200));
        IO.println(report.matched() + " match, " + report.others() + " do not, "
                + report.bombs().size() + " took longer than 200 ms: " + report.bombs());
        IO.println(report.elapsed().toMillis() + " ms on " + workers + " workers; the time limits alone are "
                + report.bombs().size() * 200 / workers + " ms");
    }
}
