package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.weft.testing.LoopTestFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** The kit finds each planted bug, and the line that it prints replays it every time. */
class PlantedBugsTest {
    private static final Pattern REPLAY = Pattern.compile("-Dweft\\.replay=(\\S+)");
    private static final int TIMES = 100;

    private final Launcher launcher = LauncherFactory.create();

    @Test
    void theLostUpdateIsFoundAndReplaysEveryTime() {
        Throwable failure = failureOf(LostUpdateExample.class, Map.of());

        assertThat(failure)
                .isInstanceOf(LoopTestFailure.class)
                .hasMessageContaining("expected: 15")
                .hasMessageContaining("ann")
                .hasMessageContaining("bob")
                .hasMessageContaining("Accounts.java");
        assertThat(replays(LostUpdateExample.class, failure)).isEqualTo(TIMES);
    }

    @Test
    void theDeadlockIsFoundWithItsCycleAndReplaysEveryTime() {
        Throwable failure = failureOf(DeadlockExample.class, Map.of());

        assertThat(failure)
                .isInstanceOf(LoopTestFailure.class)
                .hasMessageContaining("deadlock")
                .hasMessageContaining("wait-for cycle")
                .hasMessageContaining("Transfers.java");
        assertThat(replays(DeadlockExample.class, failure)).isEqualTo(TIMES);
    }

    @Test
    void theLeakIsFoundWithThePlaceThatStartedItEveryTime() {
        for (int i = 0; i < TIMES; i++) {
            assertThat(failureOf(LeakExample.class, Map.of()))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("leaves behind")
                    .hasMessageContaining("Heartbeat.java");
        }
    }

    /** Counts how often the printed line brings the same failure back. */
    private int replays(Class<?> example, Throwable failure) {
        Matcher line = REPLAY.matcher(failure.getMessage());
        assertThat(line.find()).as("a line that replays it").isTrue();
        int same = 0;
        for (int i = 0; i < TIMES; i++) {
            Throwable again = failureOf(example, Map.of("weft.replay", line.group(1)));
            if (firstLine(again.getCause()).equals(firstLine(failure.getCause()))) {
                same++;
            }
        }
        return same;
    }

    private static String firstLine(Throwable failure) {
        return failure.toString().lines().findFirst().orElse("");
    }

    /** Runs a test class as a build would, and returns what its one test failed with. */
    private Throwable failureOf(Class<?> example, Map<String, String> parameters) {
        List<Throwable> failures = new ArrayList<>();
        launcher.execute(
                LauncherDiscoveryRequestBuilder.request()
                        .selectors(selectClass(example))
                        .configurationParameters(parameters)
                        .build(),
                new TestExecutionListener() {
                    @Override
                    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                        result.getThrowable().ifPresent(failures::add);
                    }
                });
        assertThat(failures).hasSize(1);
        return failures.getFirst();
    }
}
