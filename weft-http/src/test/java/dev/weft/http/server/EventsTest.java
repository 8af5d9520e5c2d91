package dev.weft.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.http.ServerSentEvent;
import dev.weft.http.client.ClientRequest;
import dev.weft.http.client.ClientSession;
import dev.weft.http.client.EventReader;
import dev.weft.testing.ClockMode;
import dev.weft.testing.LoopTest;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EventsTest {
    @LoopTest(clock = ClockMode.REAL)
    void eventsArriveAsTheyAreSent() {
        List<ServerSentEvent> sent = List.of(
                ServerSentEvent.of("one"),
                ServerSentEvent.of("several\nlines: with : colons\n")
                        .event("change")
                        .id("7"),
                new ServerSentEvent("7", "message", "", Duration.ofSeconds(3)),
                ServerSentEvent.of(" ä ").id("8"));
        try (var server = HttpServer.open(request -> Response.events(sink -> {
                    for (ServerSentEvent event : sent) {
                        sink.keepAlive();
                        sink.send(event);
                    }
                }));
                var session = ClientSession.open();
                var response = session.stream(ClientRequest.get(server.uri().toString()))) {
            assertThat(response.headers().first("content-type")).isEqualTo("text/event-stream");
            var events = new EventReader(response);
            for (ServerSentEvent event : sent) {
                assertThat(events.next()).isEqualTo(event);
            }
            assertThat(events.next()).isNull();
            assertThat(events.lastId()).isEqualTo("8");
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void streamsAreReadByTheRulesOfHtml() {
        String stream = """
                \uFEFFdata: a\rdata:b\r
                \r
                : comment
                id: x
                data

                event: nothing

                retry: no
                unknown: y
                data:  two spaces

                data: incomplete
                """;
        try (var server = HttpServer.open(request ->
                        Response.of("text/event-stream", stream.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
                var session = ClientSession.open();
                var response = session.stream(ClientRequest.get(server.uri().toString()))) {
            var events = new EventReader(response);
            assertThat(events.next()).isEqualTo(ServerSentEvent.of("a\nb"));
            assertThat(events.next()).isEqualTo(ServerSentEvent.of("").id("x"));
            assertThat(events.next())
                    .isEqualTo(ServerSentEvent.of(" two spaces").id("x"));
            assertThat(events.next()).isNull();
        }
    }

    @LoopTest(clock = ClockMode.REAL)
    void aTypeWithACharacterThatIsZeroIsOneAsAnyOther() {
        try (var server = HttpServer.open(request -> Response.text("event: a\0b\nid: 1\0\ndata: x\n\n"));
                var session = ClientSession.open();
                var response = session.stream(ClientRequest.get(server.uri().toString()))) {
            assertThat(new EventReader(response).next())
                    .isEqualTo(ServerSentEvent.of("x").event("a\0b"));
        }
    }

    @Test
    void nothingBreaksOutOfItsField() {
        assertThatThrownBy(() -> ServerSentEvent.of("x").id("1\ndata: y")).hasMessageContaining("one line");
        assertThat(ServerSentEvent.of("a\r\rdata: b").encoded()).isEqualTo("data: a\ndata: \ndata: data: b\n\n");
    }
}
