package dev.weft.loop;

import static dev.weft.Eventually.passes;
import static dev.weft.Weft.sleep;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Task;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a recording of the JDK Flight Recorder shows of loops. */
class LoopEventsTest {
    @TempDir
    private Path directory;

    private List<RecordedEvent> record(Runnable body) throws Exception {
        Path file = directory.resolve("loops.jfr");
        try (var recording = new Recording()) {
            recording.enable("weft.TaskStep").withoutThreshold();
            recording.enable("weft.TaskWait").withoutThreshold();
            recording.enable("weft.Task").withoutThreshold();
            recording.start();
            body.run();
            recording.stop();
            recording.dump(file);
        }
        return RecordingFile.readAllEvents(file);
    }

    private static List<RecordedEvent> of(List<RecordedEvent> events, String name, String task) {
        return events.stream()
                .filter(event -> event.getEventType().getName().equals(name) && task.equals(event.getString("task")))
                .toList();
    }

    @Test
    void showsWhatATaskDidAndWhereItWaited() throws Exception {
        List<RecordedEvent> events = record(() -> {
            try (EventLoop loop = EventLoop.open("recorded")) {
                loop.call(() -> {
                    Task<?> inner = loop.spawn("inner", () -> {
                        sleep(Duration.ofMillis(2));
                        return null;
                    });
                    loop.spawn("outer", () -> inner.await()).join();
                    passes(3);
                });
            }
        });

        assertThat(of(events, "weft.TaskSpawn", "inner")).singleElement().satisfies(event -> {
            assertThat(event.getString("loop")).isEqualTo("recorded");
            assertThat(event.getStackTrace().getFrames())
                    .anySatisfy(frame -> assertThat(frame.getMethod().getType().getName())
                            .isEqualTo(LoopEventsTest.class.getName()));
        });
        assertThat(of(events, "weft.TaskWait", "inner")).singleElement().satisfies(event -> {
            assertThat(event.getString("waitsFor")).isEqualTo("sleep");
            assertThat(event.getDuration()).isPositive();
        });
        assertThat(of(events, "weft.TaskWait", "outer")).singleElement().satisfies(event -> {
            assertThat(event.getString("waitsFor")).isEqualTo("inner");
        });
        assertThat(of(events, "weft.Task", "inner")).singleElement().satisfies(event -> {
            assertThat(event.getString("outcome")).isEqualTo("SUCCESS");
        });
        assertThat(of(events, "weft.TaskStep", "inner"))
                .as("one before the sleep and one after it")
                .hasSize(2);
    }

    @Test
    void showsALoopThatLags() throws Exception {
        List<RecordedEvent> events = record(() -> {
            try (EventLoop loop = EventLoop.open("lagging")) {
                loop.call(() -> {
                    long end = System.nanoTime() + Duration.ofMillis(3).toNanos();
                    while (System.nanoTime() < end) {
                        Thread.onSpinWait();
                    }
                    passes(3);
                });
            }
        });

        assertThat(events).anySatisfy(event -> {
            assertThat(event.getEventType().getName()).isEqualTo("weft.LoopLag");
            assertThat(event.getString("loop")).isEqualTo("lagging");
            assertThat(event.getDuration()).isPositive();
        });
    }

    @Test
    void aLoopThatWasMadeBeforeTheRecordingIsRecordedToo() throws Exception {
        EventLoop loop = EventLoop.open("early");
        loop.call(() -> passes(1));
        List<RecordedEvent> events = record(() -> {
            loop.spawn("late", () -> {
                        sleep(Duration.ZERO);
                        return null;
                    })
                    .join();
            loop.close(); // when it has ended, all events have been committed; a task ends before its own is
        });

        assertThat(of(events, "weft.Task", "late")).hasSize(1);
    }
}
