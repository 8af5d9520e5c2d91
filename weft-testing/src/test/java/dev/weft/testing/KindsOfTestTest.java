package dev.weft.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.Weft;
import dev.weft.loop.EventLoop;
import java.nio.file.Path;
import java.time.Duration;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A class with {@link LoopTest}: tests of every kind run on loops, with their fixtures. */
@LoopTest
class KindsOfTestTest {
    @TempDir
    Path directory;

    private TestClock clockBefore;
    private int runs;

    @BeforeEach
    void before(TestClock clock) {
        clockBefore = clock;
        runs++;
        Weft.sleep(Duration.ofSeconds(1));
    }

    @AfterEach
    void after(TestClock clock) {
        assertThat(clock).isSameAs(clockBefore);
        assertThat(clock.now()).as("fixture, test, fixture").isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void aPlainTest() {
        Weft.sleep(Duration.ofSeconds(1));
        assertThat(runs).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {250, 1000})
    void aTestWithArguments(int millis, TestClock clock, RandomGenerator random) {
        assertThat(clock).isSameAs(clockBefore);
        assertThat(random).isNotNull();
        for (int slept = 0; slept < 1000; slept += millis) {
            Weft.sleep(Duration.ofMillis(millis));
        }
        assertThat(runs).isEqualTo(1);
    }

    @RepeatedTest(3)
    void aRepeatedTest(RepetitionInfo repetition) {
        Weft.sleep(Duration.ofSeconds(1));
        assertThat(repetition.getTotalRepetitions()).isEqualTo(3);
        assertThat(runs).isEqualTo(1);
    }

    @TestFactory
    Stream<DynamicTest> testsThatAreMade() {
        assertThat(runs).as("the factory itself runs on no loop").isZero();
        return IntStream.rangeClosed(1, 3)
                .mapToObj(number -> dynamicTest("number " + number, () -> {
                    assertThat(clockBefore.now()).isEqualTo(Duration.ofSeconds(1));
                    Weft.sleep(Duration.ofSeconds(1));
                    assertThat(runs).as("fixtures have run for each").isEqualTo(number);
                }));
    }

    @LoopTest(schedules = 30)
    void aSettingOfItsOwnWins() {
        Weft.sleep(Duration.ofSeconds(1));
        assertThat(directory).as("what extensions put into fields, in each run").isDirectory();
    }

    @Nested
    class Inside {
        @Test
        void isOnALoopToo() {
            Weft.sleep(Duration.ofSeconds(1));
            assertThat(EventLoop.current()).isNotNull();
        }
    }
}
