package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Task;
import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.loop.EventLoop;
import dev.weft.testing.LoopTest;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ResolverTest {
    private static final InetAddress ADDRESS = InetAddress.ofLiteral("10.0.0.1");

    private final List<String> asked = new ArrayList<>();

    private final Resolver slow = host -> {
        asked.add(host);
        Weft.sleep(Duration.ofSeconds(1));
        if (host.startsWith("no")) {
            throw new UnknownHostException(host);
        }
        return List.of(ADDRESS);
    };

    @Test
    void addressesNeedNoLookUpAndNamesAreLookedUp() throws Exception {
        Weft.run(() -> {
            assertThat(Resolver.system().resolve("[::1]")).containsExactly(InetAddress.ofLiteral("::1"));
            assertThat(Resolver.system().resolve("127.0.0.1")).containsExactly(InetAddress.ofLiteral("127.0.0.1"));
            assertThat(Resolver.system().resolve("localhost")).allMatch(InetAddress::isLoopbackAddress);
            assertThatThrownBy(() -> Resolver.system().resolve("127.1")).isInstanceOf(UnknownHostException.class);
            assertThatThrownBy(() -> Resolver.system().resolve("no-such-host.invalid"))
                    .isInstanceOf(UnknownHostException.class)
                    .hasMessageContaining("no-such-host.invalid");
        });
    }

    @LoopTest
    void whatWasFoundIsKeptForItsTime() throws Exception {
        asked.clear();
        Resolver cache = slow.caching(10, Duration.ofMinutes(1), Duration.ofSeconds(10));
        cache.resolve("a");
        assertThat(cache.resolve("A")).containsExactly(ADDRESS);
        Weft.sleep(Duration.ofSeconds(59));
        cache.resolve("a");
        assertThat(asked).containsExactly("a");
        Weft.sleep(Duration.ofSeconds(2));
        cache.resolve("a");
        assertThat(asked).containsExactly("a", "a");
    }

    @LoopTest
    void whatWasNotFoundIsKeptForAnotherTime() throws Exception {
        asked.clear();
        Resolver cache = slow.caching(10, Duration.ofMinutes(1), Duration.ofSeconds(10));
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> cache.resolve("no")).isInstanceOf(UnknownHostException.class);
        }
        assertThat(asked).containsExactly("no");
        Weft.sleep(Duration.ofSeconds(11));
        assertThatThrownBy(() -> cache.resolve("no")).isInstanceOf(UnknownHostException.class);
        assertThat(asked).containsExactly("no", "no");
    }

    @LoopTest
    @DisplayName("H032 the cache is bounded, and forgets what was asked for the longest time ago")
    void theCacheHasABound() throws Exception {
        asked.clear();
        Resolver cache = slow.caching(2, Duration.ofHours(1), Duration.ZERO);
        for (String host : List.of("a", "b", "a", "c", "a", "b")) {
            cache.resolve(host);
        }
        assertThat(asked).containsExactly("a", "b", "c", "b");
    }

    @LoopTest(schedules = 50)
    void lookUpsAtTheSameTimeAreOne() {
        asked.clear();
        Resolver cache = slow.caching(2, Duration.ofHours(1), Duration.ZERO);
        try (var group = TaskGroup.open()) {
            for (int i = 0; i < 5; i++) {
                group.spawn(() -> cache.resolve("a"));
            }
            group.join();
        }
        assertThat(asked).containsExactly("a");
    }

    @LoopTest(schedules = 50)
    void whoeverIsCancelledTakesNothingFromTheOthers() {
        asked.clear();
        Resolver cache = slow.caching(2, Duration.ofHours(1), Duration.ZERO);
        try (var group = TaskGroup.open()) {
            Task<?> first = group.spawnNow(() -> cache.resolve("a"));
            var second = group.spawnNow(() -> cache.resolve("a"));
            first.cancel("enough");
            assertThatThrownBy(first::await).isInstanceOf(CancellationException.class);
            assertThat(second.await()).containsExactly(ADDRESS);
        }
        assertThat(asked).containsExactly("a");
    }

    @LoopTest(schedules = 50)
    @DisplayName("H031 a look-up ends when the last one who waits for it is cancelled, and nothing is left of it")
    void theLastOneWhoIsCancelledEndsTheLookUp() throws Exception {
        List<String> ends = new ArrayList<>();
        Resolver endless = host -> {
            try {
                Weft.sleep(Duration.ofDays(1));
            } finally {
                ends.add(host);
            }
            return List.of(ADDRESS);
        };
        Resolver cache = endless.caching(2, Duration.ofHours(1), Duration.ZERO);
        try (var group = TaskGroup.open()) {
            List<Task<?>> waiting = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                waiting.add(group.spawnNow(() -> cache.resolve("a")));
            }
            Weft.sleep(Duration.ofHours(1)); // it has begun
            for (Task<?> each : waiting) {
                assertThat(ends).isEmpty();
                each.cancel("enough");
                assertThatThrownBy(each::await).isInstanceOf(CancellationException.class);
            }
            assertThat(ends).containsExactly("a");
            Task<?> again = group.spawnNow(() -> cache.resolve("a"));
            Weft.sleep(Duration.ofHours(1));
            assertThat(again.cancel("enough")).isTrue();
        }
        assertThat(ends).containsExactly("a", "a");
        assertThat(EventLoop.current().tasks()).hasSize(1);
    }
}
