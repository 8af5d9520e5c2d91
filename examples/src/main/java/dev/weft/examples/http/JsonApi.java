package dev.weft.examples.http;

import dev.weft.Weft;
import dev.weft.examples.http.Notes.Note;
import dev.weft.http.server.Application;
import dev.weft.http.server.ErrorResponse;
import dev.weft.http.server.Request;
import dev.weft.http.server.Response;
import dev.weft.http.server.Router;
import dev.weft.http.server.StateKey;
import dev.weft.sync.Event;
import org.jspecify.annotations.Nullable;

/**
 * A JSON API over a database, on one loop.
 *
 * <pre>{@code
 * java ... dev.weft.examples.http.JsonApi [port, or path of a socket]
 * curl --json '{"text": "buy yarn"}' http://localhost:8080/notes
 * curl 'http://localhost:8080/notes?after=0&limit=10'
 * curl -X DELETE http://localhost:8080/notes/1
 * }</pre>
 */
public final class JsonApi {
    private static final StateKey<Notes> NOTES = StateKey.of("notes");
    private static final int PAGE = 100;
    private static final int LONGEST = 1000;

    private JsonApi() {}

    /**
     * What a client sends for a new note.
     *
     * @param text what it says; null if the client left it out
     */
    record Draft(@Nullable String text) {}

    private record Problem(String problem) {}

    /**
     * {@return the application}
     *
     * @param database the JDBC URL; the database is opened and closed with the server
     */
    public static Application application(String database) {
        var router = new Router()
                .get(
                        "/notes",
                        request -> Response.json(
                                request.state(NOTES).after(number(request, "after", 0, Long.MAX_VALUE), (int)
                                        number(request, "limit", PAGE, PAGE))))
                .post("/notes", JsonApi::add)
                .get("/notes/{id}", request -> {
                    Note note = request.state(NOTES).find(id(request));
                    if (note == null) {
                        throw problem(404, "there is no note " + id(request));
                    }
                    return Response.json(note);
                })
                .delete("/notes/{id}", request -> {
                    request.state(NOTES).remove(id(request));
                    return Response.status(204);
                });
        return new Application(router).resource(NOTES, () -> Notes.open(database));
    }

    private static Response add(Request request) throws Exception {
        String text = request.json(Draft.class).text();
        if (text == null || text.isBlank() || text.length() > LONGEST) {
            throw problem(422, "expected a 'text' of 1 to " + LONGEST + " characters");
        }
        Note note = request.state(NOTES).add(text);
        return Response.json(note).withStatus(201).withHeader("Location", "/notes/" + note.id());
    }

    private static long id(Request request) {
        return parse("the number of a note", request.pathParameter("id"), Long.MAX_VALUE);
    }

    private static long number(Request request, String name, long otherwise, long most) {
        String value = request.parameter(name);
        return value == null ? otherwise : parse(name, value, most);
    }

    private static long parse(String what, String value, long most) {
        try {
            long number = Long.parseLong(value);
            if (number >= 0 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw problem(400, "expected " + what + " from 0 to " + most + ", found '" + value + "'");
    }

    private static ErrorResponse problem(int status, String what) {
        return new ErrorResponse(Response.json(new Problem(what)).withStatus(status), null);
    }

    /**
     * Serves until Ctrl-C.
     *
     * @param arguments the port or the path of a Unix-domain socket; port 8080 by default
     */
    public static void main(String[] arguments) {
        Weft.runMain(() -> {
            try (var server = Listening.at(arguments).open(application("jdbc:h2:mem:notes"))) {
                IO.println("notes at " + Listening.shown(server, "/notes", arguments) + "; Ctrl-C ends");
                new Event().await();
            }
        });
    }
}
