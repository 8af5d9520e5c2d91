package dev.weft.examples.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Weft;
import dev.weft.http.client.ClientSession;
import dev.weft.http.server.HttpServer;
import dev.weft.http.ws.WebSocketMessage.Text;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ChatTest {
    @Test
    void whatOneSaysAllRead() throws Exception {
        Weft.run(() -> {
            try (var server = HttpServer.open(Chat.handler());
                    var session = ClientSession.open()) {
                String room = server.uri().resolve("/room").toString().replace("http:", "ws:");
                try (var ann = session.webSocket(room);
                        var bob = session.webSocket(room)) {
                    var said = "{\"name\":\"Ann\",\"text\":\"hello\"}";
                    ann.send(said);
                    assertThat(ann.receive()).isEqualTo(new Text(said));
                    assertThat(bob.receive()).isEqualTo(new Text(said));
                    try (var late = session.webSocket(room)) {
                        assertThat(late.receive()).isEqualTo(new Text(said));
                    }
                    bob.send("{\"name\":\"Bob\"}");
                    assertThat(bob.receive()).isNull();
                    assertThat(bob.closeCode()).isEqualTo(4000);
                    ann.send(said);
                    assertThat(ann.receive()).isEqualTo(new Text(said));
                }
            }
        });
    }
}
