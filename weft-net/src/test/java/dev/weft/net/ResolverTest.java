package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Task;
import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.testing.LoopTest;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
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
    void aCancelledLookUpIsTakenOver() {
        asked.clear();
        Resolver cache = slow.caching(2, Duration.ofHours(1), Duration.ZERO);
        try (var group = TaskGroup.open()) {
            Task<?> first = group.spawnNow(() -> cache.resolve("a"));
            var second = group.spawnNow(() -> cache.resolve("a"));
            first.cancel("enough");
            assertThatThrownBy(first::await).isInstanceOf(CancellationException.class);
            assertThat(second.await()).containsExactly(ADDRESS);
        }
        assertThat(asked).containsExactly("a", "a");
    }
}
