package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.process.codec.Codec;
import dev.weft.process.codec.ForyCodec;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.assertj.core.description.TextDescription;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A pool whose objects travel by Fory, with real workers. */
@Timeout(120)
class ForyPoolIT {
    /** Not serializable. */
    record Point(int x, double y, String label) {}

    static final class Sum {
        long total;

        final List<String> labels = new ArrayList<>();
    }

    record Connected(Socket socket) {}

    private static ProcessPool open() {
        return ProcessPool.builder()
                .workers(2)
                .heap("256m")
                .codec(new ForyCodec())
                .output(WorkerOutput.discard())
                .build();
    }

    @Test
    void argumentsInputsAndResultsNeedNotBeSerializable() {
        try (ProcessPool pool = open()) {
            List<Point> points = IntStream.range(0, 500)
                    .mapToObj(i -> new Point(i, i / 2.0, "p" + i))
                    .toList();
            Sum sum = pool.submit(() -> {
                        var result = new Sum();
                        points.forEach(point -> {
                            result.total += point.x();
                            result.labels.add(point.label());
                        });
                        return result;
                    })
                    .await();
            assertThat(sum.total).isEqualTo(499 * 500 / 2);
            assertThat(sum.labels).hasSize(500).endsWith("p499");
            List<Point> moved = pool.map((Point point) -> new Point(point.x() + 1, point.y(), point.label()), points)
                    .toList();
            assertThat(moved).hasSize(500).startsWith(new Point(1, 0, "p0"));
            assertThat(pool.submit(() -> Map.of("k", List.of(1, 2))).await()).isEqualTo(Map.of("k", List.of(1, 2)));
        }
    }

    @Test
    void whatCannotCrossFailsItsTaskAlone() {
        try (ProcessPool pool = open()) {
            assertThatThrownBy(() -> pool.submit(() -> new TextDescription("x")).await())
                    .isInstanceOf(TransferException.class)
                    .hasMessageContaining("allow(\"org.assertj.core.description.TextDescription\")");
            assertThatThrownBy(() -> pool.submit(() -> List.of(new Connected(new Socket())))
                            .await())
                    .isInstanceOf(TransferException.class)
                    .hasMessageContaining("Connected.socket (java.net.Socket)");
            assertThatThrownBy(() -> pool.map((Connected c) -> c.toString(), List.of(new Connected(new Socket())))
                            .toList())
                    .isInstanceOf(TransferException.class)
                    .hasMessageContaining("input 0 of the map")
                    .hasMessageContaining("Connected.socket (java.net.Socket)");
            assertThatThrownBy(() -> pool.submit(() -> {
                                throw new IllegalStateException("as usual");
                            })
                            .await())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("as usual");
            assertThat(pool.submit(() -> new Point(1, 2, "after")).await()).isEqualTo(new Point(1, 2, "after"));
        }
    }

    static final class Private implements Codec {
        @Override
        public String name() {
            return "private";
        }

        @Override
        public Session open() {
            throw new AssertionError();
        }
    }

    @Test
    void aCodecThatWorkersCannotMakeIsRefusedAtOnce() {
        assertThatThrownBy(() -> ProcessPool.builder().codec(new Private()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("public constructor without parameters");
    }
}
