package dev.weft.examples.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.TaskGroup;
import dev.weft.Weft;
import dev.weft.examples.http.Notes.Note;
import dev.weft.http.client.ClientRequest;
import dev.weft.http.client.ClientResponse;
import dev.weft.http.client.ClientSession;
import dev.weft.http.client.RequestBody;
import dev.weft.http.server.HttpServer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class JsonApiTest {
    @FunctionalInterface
    interface Body {
        void run(ClientSession api) throws Exception;
    }

    private static void withApi(String database, Body body) throws Exception {
        Weft.run(() -> {
            try (var server = HttpServer.open(JsonApi.application("jdbc:h2:mem:" + database));
                    var api = ClientSession.builder()
                            .base(server.uri().toString())
                            .open()) {
                body.run(api);
            }
        });
    }

    @Test
    void notesAreKept() throws Exception {
        withApi("kept", api -> {
            ClientResponse made = api.post("notes", RequestBody.json(Map.of("text", "buy yarn; '--")));
            assertThat(made.status()).isEqualTo(201);
            assertThat(made.json(Note.class)).isEqualTo(new Note(1, "buy yarn; '--"));
            assertThat(api.get(String.valueOf(made.headers().first("location"))).json(Note.class))
                    .isEqualTo(new Note(1, "buy yarn; '--"));
            assertThat(api.send(ClientRequest.of("DELETE", "notes/1")).status()).isEqualTo(204);
            assertThat(api.get("notes/1").status()).isEqualTo(404);
            assertThat(api.get("notes/1").text()).isEqualTo("{\"problem\":\"there is no note 1\"}");
            assertThat(api.get("notes").text()).isEqualTo("[]");
        });
    }

    @Test
    void manyClientsAtOnceShareFewConnections() throws Exception {
        withApi("many", api -> {
            try (var group = TaskGroup.open()) {
                for (int i = 0; i < 50; i++) {
                    group.spawn(() -> api.post("notes", RequestBody.json(Map.of("text", "x")))
                            .orThrow());
                }
                group.join();
            }
            assertThat(api.get("notes?after=10&limit=20").json(Note[].class))
                    .hasSize(20)
                    .startsWith(new Note(11, "x"))
                    .endsWith(new Note(30, "x"));
        });
    }

    private static RequestBody json(String text) {
        return RequestBody.bytes("application/json", text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void whatCannotBeIsRefused() throws Exception {
        withApi("refused", api -> {
            assertThat(api.post("notes", RequestBody.text("{}")).status()).isEqualTo(415);
            assertThat(api.post("notes", json("{")).status()).isEqualTo(400);
            for (String text : new String[] {"{}", "{\"text\": \" \"}", "{\"text\": \"" + "x".repeat(1001) + "\"}"}) {
                assertThat(api.post("notes", json(text)).status()).isEqualTo(422);
            }
            assertThat(api.get("notes?limit=101").text()).contains("expected limit from 0 to 100, found '101'");
            assertThat(api.get("notes/one").status()).isEqualTo(400);
        });
    }
}
