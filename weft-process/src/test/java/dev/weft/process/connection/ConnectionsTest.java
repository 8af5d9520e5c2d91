package dev.weft.process.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.TaskGroup;
import dev.weft.Weft;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Waiting for many things at once. */
@Timeout(60)
class ConnectionsTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    @Test
    @DisplayName("P292 one wait takes connections and processes and returns all that are ready")
    void connectionsAndProcessesInOneWait() throws Exception {
        Process sleeper = new ProcessBuilder("sleep", "60").start();
        try (var one = Pipe.open();
                var two = Pipe.open();
                var listener = Listener.open(AuthKey.random())) {
            Sentinel end = Sentinel.of(sleeper.toHandle());
            List<Waitable> all = List.of(one.left(), two.left(), listener, end);
            assertThat(Connections.waitAny(all, Duration.ZERO)).isEmpty();
            assertThat(Connections.waitAny(all, Duration.ofMillis(20))).isEmpty();

            two.right().send("a");
            assertThat(Connections.waitAny(all)).containsExactly(two.left());
            one.right().send("b");
            assertThat(one.left().poll(LONG)).isTrue();
            assertThat(Connections.waitAny(all)).containsExactly(one.left(), two.left());
            assertThat(one.left().receive()).isEqualTo("b");
            assertThat(two.left().receive()).isEqualTo("a");

            sleeper.destroyForcibly();
            assertThat(Connections.waitAny(all, LONG)).containsExactly(end);
            one.right().close();
            assertThat(one.left().poll(LONG)).isTrue();
            assertThat(Connections.waitAny(all)).containsExactly(one.left(), end);
        } finally {
            sleeper.destroyForcibly();
        }
    }

    @Test
    void aCallerMakesAListenerReady() {
        AuthKey key = AuthKey.random();
        try (var listener = Listener.open(key);
                var pipe = Pipe.open()) {
            var ready = CompletableFuture.supplyAsync(() -> Connections.waitAny(List.of(pipe.left(), listener), LONG));
            try (var client = Client.connect(listener.address(), key)) {
                assertThat(ready.join()).containsExactly(listener);
                listener.accept().close();
                assertThatThrownBy(client::receive).isInstanceOf(EndOfConnectionException.class);
            }
        }
    }

    @Test
    void aWaitSuspendsACoroutine() {
        try (var one = Pipe.open();
                var two = Pipe.open()) {
            List<Waitable> ready = Weft.run(() -> {
                try (var group = TaskGroup.open()) {
                    var waiter = group.spawn(() -> Connections.waitAny(List.of(one.left(), two.left())));
                    group.spawn(() -> {
                        two.right().send(1);
                        return 0;
                    });
                    group.join();
                    return waiter.result();
                }
            });
            assertThat(ready).containsExactly(two.left());
        }
    }

    @Test
    void nothingToWaitForIsNothingReady() {
        assertThat(Connections.waitAny(List.of())).isEmpty();
    }

    @Test
    void anEndThatIsClosedIsRefused() {
        try (var pipe = Pipe.open()) {
            pipe.left().close();
            assertThatThrownBy(() -> Connections.waitAny(List.of(pipe.left())))
                    .isInstanceOf(IllegalStateException.class);
        }
    }
}
