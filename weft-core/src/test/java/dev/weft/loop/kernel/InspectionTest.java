package dev.weft.loop.kernel;

import static dev.weft.Eventually.passes;
import static dev.weft.Eventually.until;
import static dev.weft.Weft.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Pool;
import dev.weft.Pools;
import dev.weft.Task;
import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.inspect.Request;
import dev.weft.inspect.RequestException;
import dev.weft.inspect.Source;
import dev.weft.loop.EventLoop;
import dev.weft.sync.Event;
import dev.weft.sync.Lock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a process tells of itself to those who look in from outside. */
@Timeout(60)
class InspectionTest {
    private static final Duration LONG = Duration.ofHours(1);

    private final EventLoop loop =
            EventLoop.builder().name("seen").exceptionHandler(_ -> {}).open();
    private final AtomicBoolean released = new AtomicBoolean();
    private final Event gate = new Event();
    private final Source.Session session = Inspection.source().open();

    @AfterEach
    void close() {
        released.set(true);
        session.close();
        loop.call(gate::set);
        loop.close();
    }

    private List<String> ask(String word, Map<String, String> parameters) throws RequestException {
        var text = new StringBuilder();
        Source.Answer answer = session.answer(new Request(word, parameters));
        while (answer.write(text)) {
            Thread.onSpinWait();
        }
        return text.toString().lines().toList();
    }

    private List<String> snapshot() throws RequestException {
        return ask("snapshot", Map.of());
    }

    private static String line(List<String> lines, String kind, String part) {
        return lines.stream()
                .filter(line -> line.startsWith("{\"kind\":\"" + kind + "\"") && line.contains(part))
                .findFirst()
                .orElseThrow(
                        () -> new AssertionError("no " + kind + " with " + part + " in\n" + String.join("\n", lines)));
    }

    private static String value(String line, String name) {
        String mark = "\"" + name + "\":";
        int begin = line.indexOf(mark);
        assertThat(begin).as(name + " in " + line).isNotNegative();
        return line.substring(begin + mark.length()).replaceFirst("^\"?([^\",}]*).*", "$1");
    }

    private static Object sleepLong() {
        sleep(LONG);
        return null;
    }

    @Test
    void tasksStandBelowTheirGroupAndTheTaskThatOpenedIt() throws Exception {
        loop.spawn("owner", () -> {
            try (var group = TaskGroup.open()) {
                group.spawn("child", InspectionTest::sleepLong);
                group.join();
            }
            return null;
        });
        loop.call(() -> passes(3));

        List<String> lines = snapshot();

        String owner = line(lines, "task", "\"owner\"");
        String group = line(lines, "group", "\"parent\":\"" + value(owner, "id") + "\"");
        String child = line(lines, "task", "\"child\"");
        assertThat(value(child, "parent")).isEqualTo(value(group, "id"));
        assertThat(value(owner, "awaitsGroup")).isEqualTo(value(group, "id"));
        assertThat(child)
                .contains("\"waitsFor\":\"sleep\"")
                .contains("\"at\":\"InspectionTest.sleepLong(InspectionTest.java:")
                .contains("\"state\":\"waiting\"")
                .contains("\"age\":");
        assertThat(lines.getFirst())
                .startsWith("{\"kind\":\"process\"")
                .contains("\"pid\":" + ProcessHandle.current().pid());
        assertThat(lines.getLast()).startsWith("{\"kind\":\"end\",\"snapshot\":");
        assertThat(value(line(snapshot(), "end", ""), "snapshot")).isNotEqualTo(value(lines.getLast(), "snapshot"));
    }

    @Test
    void aTaskThatHoldsTheLoopUpIsSeenRunning() throws Exception {
        var computes = new CountDownLatch(1);
        loop.spawn("waiter", InspectionTest::sleepLong);
        loop.spawn("cruncher", () -> {
            computes.countDown();
            while (!released.get()) {
                Thread.onSpinWait();
            }
            return null;
        });
        computes.await();

        List<String> lines = snapshot();

        String cruncher = line(lines, "task", "\"cruncher\"");
        assertThat(value(cruncher, "state")).isEqualTo("running");
        assertThat(value(line(lines, "loop", "\"seen\""), "in")).isEqualTo(value(cruncher, "id"));
        assertThat(value(line(lines, "task", "\"waiter\""), "state")).isEqualTo("waiting");
    }

    @Test
    void aCycleOfLocksIsADeadlockThatIsNeverFolded() throws Exception {
        var left = new Lock();
        var right = new Lock();
        loop.call(
                () -> { // on the loop, so that they begin together
                    loop.spawn("knot-1", () -> both(left, right));
                    loop.spawn("knot-2", () -> both(right, left));
                    for (int i = 3; i < 60; i++) {
                        loop.spawn("knot-" + i, () -> left.withLock(() -> null));
                    }
                    passes(5);
                });

        List<String> lines = snapshot();

        String first = value(line(lines, "task", "\"knot-1\""), "id");
        String second = value(line(lines, "task", "\"knot-2\""), "id");
        assertThat(line(lines, "deadlock", "")).contains('"' + first + '"').contains('"' + second + '"');
        assertThat(value(line(lines, "fold", "knot-*"), "count")).isEqualTo("57");
    }

    private static Object both(Lock first, Lock second) {
        return first.withLock(() -> {
            sleep(Duration.ZERO);
            return second.withLock(() -> null);
        });
    }

    @Test
    void manyThatAreAlikeAreOneLineWithTheirPlaces() throws Exception {
        loop.spawn("owner", () -> {
            try (var group = TaskGroup.open()) {
                for (int i = 0; i < 100; i++) {
                    group.spawn("sleeper-" + i, InspectionTest::sleepLong);
                    group.spawn("watcher-" + i, () -> {
                        gate.await();
                        return null;
                    });
                }
                for (int i = 0; i < 5; i++) {
                    group.spawn("rare-" + i, InspectionTest::sleepLong);
                }
                group.join();
            }
            return null;
        });
        loop.call(() -> passes(5));

        List<String> folded = ask("snapshot", Map.of("places", "10"));

        assertThat(line(folded, "fold", "sleeper-*"))
                .contains("\"count\":100", "\"waitsFor\":\"sleep\"", "\"looked\":10", "InspectionTest.sleepLong")
                .contains("\"count\":10}");
        assertThat(line(folded, "fold", "watcher-*")).contains("\"count\":100", "\"waitsFor\":\"Event[not set");
        assertThat(folded.stream().filter(line -> line.contains("\"rare-"))).hasSize(5);
        assertThat(ask("snapshot", Map.of("fold", "0")).stream().filter(line -> line.contains("\"sleeper-")))
                .hasSize(100)
                .allMatch(line -> line.contains("InspectionTest.sleepLong"));
    }

    @Test
    void whatStandsBelowFoldedTasksIsFoldedToo() throws Exception {
        for (int i = 0; i < 30; i++) {
            loop.spawn("parent-" + i, () -> {
                try (var group = TaskGroup.open()) {
                    group.spawn("child", InspectionTest::sleepLong);
                    group.join();
                }
                return null;
            });
        }
        loop.call(() -> passes(5));

        List<String> lines = snapshot();

        String parents = line(lines, "fold", "parent-*");
        String children = line(lines, "fold", "\"child*\"");
        assertThat(value(children, "parent")).isEqualTo(value(parents, "id"));
        assertThat(children).contains("\"count\":30");
    }

    @Test
    void deadlinesShieldsAndCancellationsAreTold() throws Exception {
        loop.spawn(
                "limited",
                () -> Weft.withTimeout(LONG, () -> {
                    try (var group = TaskGroup.open()) {
                        group.spawn("inherits", InspectionTest::sleepLong);
                        group.join();
                    }
                    return null;
                }));
        Task<?> shielded = loop.spawn(
                "shielded",
                () -> Weft.shield(() -> {
                    gate.await();
                    return null;
                }));
        loop.call(() -> passes(4));
        shielded.cancel("not wanted any more");
        loop.call(() -> passes(2));

        List<String> lines = snapshot();

        for (String name : List.of("limited", "inherits")) {
            double left = Double.parseDouble(value(line(lines, "task", '"' + name + '"'), "deadline"));
            assertThat(left).isPositive().isLessThanOrEqualTo(3600.0);
        }
        assertThat(line(lines, "task", "\"shielded\""))
                .contains("\"shielded\":true", "\"cancelling\":\"not wanted any more\"")
                .doesNotContain("\"deadline\"");
    }

    @Test
    void poolsAreSeenWithWhatTheyRunAndWhoWaitsForIt() throws Exception {
        var begun = new CountDownLatch(1);
        var end = new CountDownLatch(1);
        try (Pool pool = Pools.threads(1);
                AutoCloseable _ = end::countDown) {
            Task<?> work = pool.submit(() -> {
                begun.countDown();
                end.await();
                return null;
            });
            pool.submit(() -> null);
            begun.await();
            loop.spawn("client", () -> work.await());
            loop.call(() -> passes(2));

            List<String> lines = snapshot();

            String seen = line(lines, "pool", '"' + pool.name() + '"');
            assertThat(seen).contains("\"pending\":2", "\"running\":1", "\"submitted\":2");
            String running = line(lines, "task", "\"name\":\"" + work.name() + '"');
            assertThat(value(running, "parent")).isEqualTo(value(seen, "id"));
            assertThat(line(lines, "task", "\"client\"")).contains("\"awaits\":[\"" + value(running, "id") + "\"]");
        }
    }

    @Test
    void aroundATaskIsWhatItWaitsForAndWhoWaitsForIt() throws Exception {
        Task<?> inner = loop.spawn("inner", InspectionTest::sleepLong);
        Task<?> middle = loop.spawn("middle", () -> inner.await());
        loop.spawn("outer", () -> middle.await());
        loop.spawn("stranger", InspectionTest::sleepLong);
        loop.call(() -> passes(4));

        List<String> lines = ask("snapshot", Map.of("around", "middle"));

        assertThat(line(lines, "task", "\"middle\"")).contains("\"match\":true");
        assertThat(line(lines, "task", "\"inner\"")).doesNotContain("match");
        assertThat(line(lines, "task", "\"outer\"")).isNotEmpty();
        assertThat(lines).noneMatch(line -> line.contains("stranger"));
        String number = value(line(lines, "task", "\"middle\""), "id");
        assertThat(ask("snapshot", Map.of("around", number))).anyMatch(line -> line.contains("\"middle\""));
    }

    @Test
    void topCountsFromItsFirstQuestionToTheEndOfItsConnection() throws Exception {
        assertThat(LoopEvents.Recordings.live).isFalse();
        ask("top", Map.of());
        assertThat(LoopEvents.Recordings.on).isTrue();
        loop.spawn("glutton", () -> {
            while (!released.get()) {
                long end = System.nanoTime() + 1_000_000;
                while (System.nanoTime() < end) {
                    Thread.onSpinWait();
                }
                sleep(Duration.ZERO);
            }
            return null;
        });
        loop.call(() -> passes(20));

        List<String> lines = ask("top", Map.of("count", "1"));

        assertThat(line(lines, "task", "")).contains("\"glutton\"");
        assertThat(Double.parseDouble(value(line(lines, "task", ""), "busy"))).isGreaterThan(0.001);
        released.set(true);
        until("what has ended is added up", () -> {
            try {
                return ask("top", Map.of()).stream()
                        .anyMatch(line ->
                                line.contains("\"of\":\"ended\"") && Double.parseDouble(value(line, "busy")) > 0.001);
            } catch (RequestException e) {
                throw new AssertionError(e);
            }
        });
        session.close();
        assertThat(LoopEvents.Recordings.live).isFalse();
    }

    @Test
    void aTraceHasStepsAndWhatCameThen() throws Exception {
        loop.spawn("ticker", () -> {
            while (!released.get()) {
                sleep(Duration.ofMillis(1));
            }
            return null;
        });

        List<String> lines = ask("trace", Map.of("seconds", "1"));

        assertThat(line(lines, "step", "\"ticker\"")).contains("\"then\":\"waiting\"", "\"waitsFor\":\"sleep\"");
        assertThat(lines.getLast()).contains("\"kind\":\"end\"", "\"dropped\":0");
        assertThat(LoopEvents.Recordings.live).isFalse();
    }

    @Test
    void oneTraceAtATime() throws Exception {
        session.answer(new Request("trace", Map.of("seconds", "60")));
        try (Source.Session other = Inspection.source().open()) {
            assertThatThrownBy(() -> other.answer(new Request("trace", Map.of())))
                    .hasMessageContaining("somebody else");
            session.close();
            other.answer(new Request("trace", Map.of()));
        }
        assertThat(LoopEvents.Recordings.live).isFalse();
    }

    @Test
    void taskNumbersAreThoseOfTheirFirstSteps() throws Exception {
        loop.spawn("first", InspectionTest::sleepLong);
        loop.call(() -> passes(1));
        loop.spawn("second", InspectionTest::sleepLong);
        loop.call(() -> passes(1));

        List<String> lines = snapshot();

        int first =
                Integer.parseInt(value(line(lines, "task", "\"first\""), "id").replaceFirst(".*\\.", ""));
        int second =
                Integer.parseInt(value(line(lines, "task", "\"second\""), "id").replaceFirst(".*\\.", ""));
        assertThat(second).isGreaterThan(first);
    }

    @Test
    @Tag("loop-only")
    void whoComesWhileSomebodyLooksOnIsKnownWithoutASearchThroughAllTasks() throws Exception {
        Task<Void> early = loop.spawn(() -> {
            while (!released.get()) {
                LockSupport.parkNanos(1_000_000);
            }
        });
        ask("top", Map.of());
        for (int i = 0; i < 100; i++) {
            var parked = new CountDownLatch(1);
            loop.spawn(() -> {
                LockSupport.parkNanos(1);
                parked.countDown();
                gate.await(); // so that the next one is not run by the same strand
            });
            parked.await();
        }
        released.set(true);
        early.await();
        assertThat(loop.call(() -> searches())).isLessThanOrEqualTo(2);
    }

    private static int searches() {
        LoopCore core = LoopCore.live().stream()
                .filter(live -> live.name().equals("seen"))
                .findFirst()
                .orElseThrow();
        LoopWatch watch =
                Onlookers.current() == null ? null : Onlookers.current().known(core);
        return watch == null ? 0 : watch.searches;
    }
}
