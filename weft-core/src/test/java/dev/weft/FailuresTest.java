package dev.weft;

import static dev.weft.Weft.run;
import static dev.weft.Weft.sleep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Telling apart the failures that one exception carries. */
class FailuresTest {
    /** What a group throws of which a nested group failed twice and a task once. */
    private static Throwable nested() {
        return catchThrowable(() -> run(() -> {
            try (var outer = TaskGroup.open()) {
                outer.spawn(() -> {
                    try (var inner = TaskGroup.open()) {
                        inner.spawn(() -> {
                            try {
                                sleep(Duration.ofHours(1));
                            } finally {
                                Cleaning.failBadly();
                            }
                        });
                        inner.spawn(() -> {
                            sleep(Duration.ZERO);
                            throw new IOException("first of inner");
                        });
                        inner.join();
                    }
                });
                outer.spawn(() -> {
                    try {
                        sleep(Duration.ofHours(1));
                    } finally {
                        Cleaning.fail();
                    }
                });
                outer.join();
            }
        }));
    }

    private static final class Cleaning {
        static void fail() throws IOException {
            throw new IOException("of outer");
        }

        static void failBadly() {
            throw new IllegalStateException("second of inner");
        }
    }

    @Test
    @DisplayName("P060 failures of an inner group are among those of the outer one")
    void listsThoseOfNestedGroups() {
        assertThat(Failures.of(nested()).all())
                .extracting(Throwable::getMessage)
                .containsExactlyInAnyOrder("first of inner", "second of inner", "of outer");
    }

    @Test
    void filtersByType() {
        assertThat(Failures.of(nested()).filter(IOException.class))
                .extracting(IOException::getMessage)
                .containsExactlyInAnyOrder("first of inner", "of outer");
    }

    @Test
    void splitsAndThrowsTheRest() {
        var split = Failures.of(nested()).split(IOException.class::isInstance);

        assertThat(split.matching().all()).hasSize(2);
        assertThatThrownBy(() -> split.rest().throwIfAny())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("second of inner");
        assertThatThrownBy(() -> split.matching().throwIfAny())
                .isInstanceOf(TaskFailedException.class)
                .hasCauseInstanceOf(IOException.class);
    }

    @Test
    void throwsNothingIfThereAreNone() {
        Failures none = Failures.of(new Cancelled("enough", null));

        assertThat(none.isEmpty()).isTrue();
        none.throwIfAny();
    }

    @Test
    void carryAllWhenThrownAgain() {
        var first = new IllegalStateException("first");
        var error = new AssertionError("carrier");
        error.addSuppressed(first);
        error.addSuppressed(new IllegalArgumentException("second"));
        var rest = Failures.of(error).split(AssertionError.class::isInstance).rest();

        Throwable thrown = catchThrowable(rest::throwIfAny);
        assertThat(thrown).isSameAs(first);
        assertThat(Failures.of(thrown).all()).hasSize(2);
    }

    @Test
    void surviveCycles() {
        var a = new IllegalStateException("a");
        var b = new IllegalStateException("b");
        a.addSuppressed(b);
        b.addSuppressed(a);

        assertThat(Failures.of(a)).containsExactly(a, b);
    }
}
