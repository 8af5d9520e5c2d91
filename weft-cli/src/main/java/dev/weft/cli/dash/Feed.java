package dev.weft.cli.dash;

import dev.weft.Weft;
import dev.weft.cli.CliException;
import dev.weft.cli.live.Look;
import dev.weft.cli.live.Session;
import dev.weft.cli.live.Target;
import dev.weft.http.ServerSentEvent;
import dev.weft.http.server.EventSink;
import dev.weft.inspect.Request;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.StringJoiner;

/**
 * Asks a process once a second what it does, and sends each answer to one browser, until that leaves or the process
 * ends. The process counts the processor time of its tasks as long, and no longer.
 *
 * <p>An event {@code snapshot} holds the lines of the answer as an array of JSON, as the process wrote them; an event
 * {@code ended} says in words that nothing more will come. Questions block, and are asked beside the loop.
 */
final class Feed implements EventSink.Source {
    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final Request COUNT = new Request("top", Map.of("count", "1"));
    private static final Request LOOK = new Request(
            "snapshot",
            Map.of(
                    "fold", Integer.toString(Look.USUAL.fold()),
                    "places", Integer.toString(Look.USUAL.places())));

    private final Target target;

    Feed(Target target) {
        this.target = target;
    }

    @Override
    public void send(EventSink sink) throws Exception {
        // Shielded, since whoever is cancelled while it opens would not be there to close it.
        try (Session session = Weft.shield(() -> Weft.offload(target::open))) {
            Weft.offload(() -> session.ask(COUNT, _ -> {}));
            while (true) {
                sink.send(ServerSentEvent.of(Weft.offload(() -> snapshot(session)))
                        .event("snapshot"));
                Weft.sleep(EVERY);
            }
        } catch (CliException e) {
            ended(sink, e);
        }
    }

    private static String snapshot(Session session) {
        StringJoiner lines = new StringJoiner(",", "[", "]");
        session.ask(LOOK, lines::add);
        return lines.toString();
    }

    private static void ended(EventSink sink, CliException reason) throws IOException {
        sink.send(ServerSentEvent.of(String.valueOf(reason.getMessage())).event("ended"));
    }
}
