package dev.weft.loop.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PromiseTest {
    private final Promise<Integer> promise = new Promise<>("the answer");

    @Test
    @DisplayName("P134 P225 the result before the end is refused; after a value nothing changes any more")
    void isKeptOnce() {
        assertThatThrownBy(promise::result)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the answer")
                .hasMessageContaining("await()");
        assertThatThrownBy(promise::resultNow).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(promise::exceptionNow).isInstanceOf(IllegalStateException.class);

        assertThat(promise.keep(42)).isTrue();
        assertThat(promise.result()).isEqualTo(42);
        assertThat(promise.failure()).isNull();
        assertThat(promise.keep(43)).isFalse();
        assertThat(promise.breakWith(new IllegalStateException("too late"))).isFalse();
        assertThat(promise.cancel("too late")).isFalse();
        assertThat(promise.result()).isEqualTo(42);
    }

    @Test
    @DisplayName("P133 a cancelled promise is done, throws cancellation, takes no value and cannot be cancelled again")
    void staysCancelled() {
        assertThat(promise.cancel("nobody asks")).isTrue();

        assertThat(promise.isDone()).isTrue();
        assertThat(promise.isCancelled()).isTrue();
        assertThatThrownBy(promise::result)
                .isInstanceOf(CancellationException.class)
                .hasMessageContaining("nobody asks");
        assertThat(promise.problem()).isInstanceOf(CancellationException.class);
        assertThat(promise.keep(1)).isFalse();
        assertThat(promise.cancel("again")).isFalse();
    }

    @Test
    void tellsWhoCanDoSomethingAboutItsCancellation() {
        int[] called = new int[1];
        promise.onCancel(() -> called[0]++);

        promise.cancel("nobody asks");
        promise.cancel("again");

        assertThat(called[0]).isOne();
    }
}
