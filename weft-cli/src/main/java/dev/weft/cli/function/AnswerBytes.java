package dev.weft.cli.function;

import dev.weft.cli.map.run.Call;
import dev.weft.cli.map.run.Captured;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Answers as bytes, so that what comes from a worker is data and nothing that is deserialized. */
final class AnswerBytes {
    private AnswerBytes() {}

    static byte[] write(Call.Answer answer) {
        var bytes = new ByteArrayOutputStream();
        var out = new DataOutputStream(bytes);
        try {
            captured(answer.output(), out);
            captured(answer.error(), out);
            out.writeBoolean(answer.json());
            out.writeBoolean(answer.failure() != null);
            bytes(String.valueOf(answer.failure()).getBytes(StandardCharsets.UTF_8), out);
            out.writeInt(answer.code());
            out.writeLong(answer.cpuNanos());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void captured(Captured captured, DataOutputStream out) throws IOException {
        switch (captured) {
            case Captured.Bytes(byte[] bytes) -> {
                out.writeBoolean(false);
                bytes(bytes, out);
            }
            case Captured.InFile(Path path) -> {
                out.writeBoolean(true);
                bytes(path.toString().getBytes(StandardCharsets.UTF_8), out);
            }
        }
    }

    private static void bytes(byte[] bytes, DataOutputStream out) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    static Call.Answer read(byte[] bytes) {
        var in = new DataInputStream(new ByteArrayInputStream(bytes));
        try {
            Captured output = captured(in);
            Captured error = captured(in);
            boolean json = in.readBoolean();
            boolean failed = in.readBoolean();
            String failure = text(in);
            return new Call.Answer(output, error, json, failed ? failure : null, in.readInt(), in.readLong());
        } catch (IOException e) {
            throw new UncheckedIOException("expected the answer of a worker, found something else", e);
        }
    }

    private static Captured captured(DataInputStream in) throws IOException {
        return in.readBoolean()
                ? new Captured.InFile(Path.of(text(in)))
                : new Captured.Bytes(in.readNBytes(in.readInt()));
    }

    private static String text(DataInputStream in) throws IOException {
        return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
    }
}
