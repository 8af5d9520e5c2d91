package dev.weft;

import static dev.weft.Weft.checkpoint;
import static dev.weft.Weft.spawn;
import static dev.weft.Weft.withTimeout;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.sync.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The table of {@code docs/cancellation.md}, cell by cell: in every kind of block, everything that can end it comes at
 * the same moment, in every order, while the block waits. A value and a failure are what the block answers with.
 */
class WhoWinsTest {
    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration TICK = Duration.ofMillis(1);

    /** What can end a block. */
    enum What {
        /** The block, or a task of the group, fails. */
        FAILURE,
        /** The task that runs the block is cancelled. */
        OUTSIDE,
        /** The scope of the block is cancelled, or its time is over. */
        TIME_OUT,
        /** The block returns a value all the same. */
        VALUE
    }

    /** The kinds of block. */
    enum Where {
        /** The body of a task. */
        BODY,
        /** A task of a group whose owner is cancelled. */
        CHILD,
        /** {@code CancelScope.run}. */
        SCOPE,
        /** The join of a group, inside a time-out. */
        GROUP,
        /** {@code withTimeout}. */
        WITH_TIMEOUT
    }

    static Stream<Arguments> cells() {
        List<Arguments> cells = new ArrayList<>();
        for (Where where : Where.values()) {
            for (Set<What> what : subsets()) {
                boolean both = what.contains(What.FAILURE) && what.contains(What.VALUE);
                boolean hasDeadline = where != Where.BODY && where != Where.CHILD;
                if (!both && (hasDeadline || !what.contains(What.TIME_OUT))) {
                    orders(new ArrayList<>(what)).forEach(order -> cells.add(Arguments.of(where, order)));
                }
            }
        }
        return cells.stream();
    }

    private static List<Set<What>> subsets() {
        List<Set<What>> all = new ArrayList<>(List.of(EnumSet.noneOf(What.class)));
        for (What one : What.values()) {
            for (Set<What> without : List.copyOf(all)) {
                Set<What> with = EnumSet.copyOf(without);
                with.add(one);
                all.add(with);
            }
        }
        all.removeFirst();
        return all;
    }

    /** All orders of up to four things. */
    private static List<List<What>> orders(List<What> things) {
        if (things.size() < 2) {
            return List.of(things);
        }
        List<List<What>> all = new ArrayList<>();
        for (What first : things) {
            var rest = new ArrayList<>(things);
            rest.remove(first);
            for (List<What> order : orders(rest)) {
                List<What> longer = new ArrayList<>(List.of(first));
                longer.addAll(order);
                all.add(Collections.unmodifiableList(longer));
            }
        }
        return all;
    }

    /** How a block ends, in words. */
    private static String rule(Where where, List<What> what) {
        boolean outside = what.contains(What.OUTSIDE);
        String behind = outside ? ", then cancelled" : "";
        if (what.contains(What.FAILURE)) {
            return "failure" + behind;
        }
        boolean askedToEnd = outside || what.contains(What.TIME_OUT);
        if (what.contains(What.VALUE) && !(where == Where.GROUP && askedToEnd)) {
            return "value" + behind; // the join of a group has none of its own
        }
        if (outside) {
            return "cancelled from outside";
        }
        return where == Where.SCOPE ? "caught" : "timed out";
    }

    @ParameterizedTest(name = "{0}: {1}")
    @DisplayName(
            "P058 P062 P073 P080 P081 P093 P095 D4 D5 failure, value, cancellation and time-out at the same moment")
    @MethodSource("cells")
    void holds(Where where, List<What> what) {
        var clock = new JumpingClock();
        clock.run(() -> {
            var block = new Block(clock, where, what);
            Task<String> runner = spawn(block::runAsTask);
            block.entered.await();
            for (What one : what) {
                block.bringAbout(one, runner);
            }
            runner.join();
            String end = where == Where.BODY || where == Where.CHILD ? block.endOfTask(runner) : block.end;
            assertThat(end).isEqualTo(rule(where, what));
        });
    }

    private static final class Block {
        private final JumpingClock clock;
        private final Where where;
        private final List<What> what;
        private final Event gate = new Event();
        private final Event entered = new Event();
        private final CancelScope scope = CancelScope.create();
        private String end = "";
        private Task<String> child;

        Block(JumpingClock clock, Where where, List<What> what) {
            this.clock = clock;
            this.where = where;
            this.what = what;
        }

        void bringAbout(What one, Task<?> runner) {
            switch (one) {
                case FAILURE, VALUE -> gate.set();
                case OUTSIDE -> runner.cancel("outside");
                case TIME_OUT -> {
                    if (where == Where.SCOPE) {
                        scope.cancel("time-out");
                    } else {
                        clock.advance(TICK);
                    }
                }
            }
        }

        /** Waits for whatever comes, and answers as the case wants. */
        private String body() {
            entered.set();
            try {
                gate.await();
            } catch (Cancelled e) {
                if (!what.contains(What.FAILURE) && !what.contains(What.VALUE)) {
                    throw e;
                }
            }
            if (what.contains(What.FAILURE)) {
                throw new IllegalStateException("failure");
            }
            return "value";
        }

        String runAsTask() {
            switch (where) {
                case BODY -> {
                    return body();
                }
                case CHILD -> {
                    try (var group = TaskGroup.open()) {
                        child = group.spawn(this::body);
                        group.join();
                    }
                }
                case SCOPE -> observe(() -> scope.call(this::body).orElse("caught"));
                case WITH_TIMEOUT -> observe(() -> withTimeout(limit(), this::body));
                case GROUP ->
                    observe(() -> withTimeout(limit(), () -> {
                        try (var group = TaskGroup.open()) {
                            Task<String> task = group.spawn(this::body);
                            group.join();
                            return task.result();
                        }
                    }));
            }
            return "";
        }

        private Duration limit() {
            return what.contains(What.TIME_OUT) ? TICK : LONG;
        }

        private void observe(Body<String, RuntimeException> block) {
            try {
                end = block.call();
            } catch (TimedOutException e) {
                end = "timed out";
            } catch (IllegalStateException e) {
                end = e.getMessage();
            } catch (Cancelled e) {
                assertThat(e.reason()).isEqualTo("outside");
                end = "cancelled from outside";
                return;
            }
            try {
                checkpoint();
            } catch (Cancelled e) {
                assertThat(e.reason()).isEqualTo("outside");
                end += ", then cancelled";
            }
        }

        /** What became of a task, with what its owner would find next. */
        String endOfTask(Task<String> runner) {
            Task<String> task = where == Where.CHILD ? child : runner;
            String behind = what.contains(What.OUTSIDE) ? ", then cancelled" : "";
            return switch (task.state()) {
                case SUCCESS -> task.result() + behind;
                case FAILED -> {
                    runner.failure();
                    yield task.failure().getMessage() + behind;
                }
                case CANCELLED -> cancelledFromOutside(task);
                case RUNNING -> "still running";
            };
        }

        private static String cancelledFromOutside(Task<String> task) {
            try {
                return task.result();
            } catch (CancellationException e) {
                assertThat(e).hasMessageContaining("outside");
                return "cancelled from outside";
            }
        }
    }
}
