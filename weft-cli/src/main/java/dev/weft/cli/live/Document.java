package dev.weft.cli.live;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** The lines of a snapshot as one JSON document, written as they come: {@code weft-live-1.schema.json} describes it. */
final class Document {
    private static final List<String> KINDS = List.of("loop", "pool", "group", "task", "fold", "party", "deadlock");
    private static final List<String> NAMES =
            List.of("loops", "pools", "groups", "tasks", "folds", "parties", "deadlocks");
    private static final String KIND = "{\"kind\":\"";

    private final Appendable out;

    /** How many lists have been begun. */
    private int begun;

    private boolean first;
    private boolean deadlock;

    private Document(Appendable out) {
        this.out = out;
    }

    /** Asks a process for a snapshot, and writes it; {@code true} if there is a deadlock in it. */
    static boolean write(Session session, Look look, Appendable out) throws IOException {
        var document = new Document(out);
        out.append("{\"schema\":\"weft-live/1\"");
        try {
            session.ask(look.request(), document::add);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        document.beginList(NAMES.size());
        out.append("\n]}\n");
        return document.deadlock;
    }

    /** Lines come in the order of their kinds, but for those of a later version, which are left out. */
    private void add(String line) {
        try {
            String kind = line.substring(KIND.length(), line.indexOf('"', KIND.length()));
            if (kind.equals("process")) {
                out.append(",\n\"process\":").append(line);
                return;
            }
            int list = KINDS.indexOf(kind) + 1;
            if (list >= begun && list > 0) {
                beginList(list);
                out.append(first ? "\n" : ",\n").append(line);
                first = false;
                deadlock |= kind.equals("deadlock");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void beginList(int list) throws IOException {
        while (begun < list) {
            out.append(begun == 0 ? ",\n\"" : "\n],\n\"")
                    .append(NAMES.get(begun))
                    .append("\":[");
            begun++;
            first = true;
        }
    }
}
