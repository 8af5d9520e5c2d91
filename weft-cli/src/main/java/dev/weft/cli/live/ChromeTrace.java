package dev.weft.cli.live;

import dev.weft.cli.text.JsonText;
import java.io.IOException;
import java.io.Writer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Steps as events of the Chrome trace format, which ui.perfetto.dev opens. A loop is a thread, and a step a slice on
 * it: there is one at a time. A task is an asynchronous track of its own, since tasks overlap, with its waits on it.
 */
final class ChromeTrace {
    private record Open(String name, boolean waits) {}

    private static final double MICROS = 1e6;

    private final Writer out;
    private final long pid;
    private final Map<String, Open> open = new LinkedHashMap<>();
    private final Map<String, String> loops = new HashMap<>();
    private int steps;

    ChromeTrace(Writer out, long pid) throws IOException {
        this.out = out;
        this.pid = pid;
        out.write("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n");
        write(
                new JsonText()
                        .object()
                        .name("name")
                        .value("process_name")
                        .name("ph")
                        .value("M")
                        .name("pid")
                        .value(pid)
                        .name("args")
                        .object()
                        .name("name")
                        .value("weft " + pid)
                        .endObject()
                        .endObject(),
                "");
    }

    private void write(JsonText event, String separator) throws IOException {
        out.write(separator);
        out.write(event.toString());
    }

    /** {@return how many steps there were} */
    int steps() {
        return steps;
    }

    void add(JsonNode step) throws IOException {
        steps++;
        String loop = step.path("loop").asString("");
        if (loops.putIfAbsent(loop, loop) == null) {
            write(
                    new JsonText()
                            .object()
                            .name("name")
                            .value("thread_name")
                            .name("ph")
                            .value("M")
                            .name("pid")
                            .value(pid)
                            .name("tid")
                            .value(Long.parseLong(loop))
                            .name("args")
                            .object()
                            .name("name")
                            .value("loop " + step.path("loopName").asString(loop))
                            .endObject()
                            .endObject(),
                    ",\n");
        }
        double begin = step.path("begin").asDouble(0);
        double end = begin + step.path("seconds").asDouble(0);
        String task = step.path("task").asString("");
        String name = task.isEmpty() ? "callback" : step.path("name").asString(task);
        out.write(",\n{\"name\":" + quoted(name) + ",\"cat\":\"step\",\"ph\":\"X\",\"pid\":" + pid + ",\"tid\":" + loop
                + ",\"ts\":" + micros(begin) + ",\"dur\":" + micros(end - begin) + "}");
        if (!task.isEmpty()) {
            Open known = open.get(task);
            if (known == null) {
                event("b", name, task, loop, begin);
            } else if (known.waits) {
                event("e", known.name, task, loop, begin);
            }
            taskGoesOn(step, name, task, loop, end);
        }
    }

    private void taskGoesOn(JsonNode step, String name, String task, String loop, double end) throws IOException {
        String then = step.path("then").asString("");
        if (then.equals("ended")) {
            event("e", name, task, loop, end);
            open.remove(task);
        } else if (then.equals("waiting")) {
            String wait = "waits for " + step.path("waitsFor").asString("something");
            event("b", wait, task, loop, end);
            open.put(task, new Open(wait, true));
            names.put(task, name);
        } else {
            open.put(task, new Open(name, false));
            names.put(task, name);
        }
        tids.put(task, loop);
    }

    private final Map<String, String> names = new HashMap<>();
    private final Map<String, String> tids = new HashMap<>();

    private void event(String phase, String name, String task, String loop, double at) throws IOException {
        out.write(",\n{\"name\":" + quoted(name) + ",\"cat\":\"task\",\"ph\":\"" + phase + "\",\"id\":\"" + task
                + "\",\"pid\":" + pid + ",\"tid\":" + loop + ",\"ts\":" + micros(at) + "}");
    }

    /** Ends what is still open, and the document. */
    void end(double seconds) throws IOException {
        for (Map.Entry<String, Open> entry : open.entrySet()) {
            String task = entry.getKey();
            String loop = tids.getOrDefault(task, "0");
            if (entry.getValue().waits) {
                event("e", entry.getValue().name, task, loop, seconds);
            }
            event("e", names.getOrDefault(task, task), task, loop, seconds);
        }
        out.write("\n]}\n");
    }

    private static String quoted(@Nullable String text) {
        return new JsonText().value(text == null ? "" : text).toString();
    }

    private static String micros(double seconds) {
        return Long.toString(Math.round(seconds * MICROS));
    }
}
