package dev.weft.cli.function;

import dev.weft.cli.map.run.Call;
import dev.weft.cli.map.run.Captured;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Answers as bytes, so that what comes from a worker is data and nothing that is deserialized. */
final class AnswerBytes {
    private AnswerBytes() {}

    /** Takes what is in files into memory, for who cannot see these files. */
    static Call.Answer inMemory(Call.Answer answer) throws IOException {
        return new Call.Answer(
                inMemory(answer.output()),
                inMemory(answer.error()),
                answer.json(),
                answer.failure(),
                answer.code(),
                answer.cpuNanos());
    }

    private static Captured inMemory(Captured captured) throws IOException {
        if (captured instanceof Captured.Bytes) {
            return captured;
        }
        try (InputStream in = captured.open()) {
            return new Captured.Bytes(in.readAllBytes());
        } finally {
            captured.delete();
        }
    }

    /** A call that is to be made here. */
    @FunctionalInterface
    interface Made {
        Call.Answer answer() throws InterruptedException;
    }

    /**
     * An answer, and when it was made.
     *
     * @param answer the answer
     * @param began when the call began
     * @param nanos how long it took
     */
    record Timed(Call.Answer answer, Instant began, long nanos) {}

    /** Makes a call, and writes its answer behind the microsecond in which it began and its nanoseconds. */
    static byte[] timed(Made call) throws InterruptedException {
        Instant began = Instant.now();
        long begin = System.nanoTime();
        Call.Answer answer = call.answer();
        long nanos = System.nanoTime() - begin;
        var bytes = new ByteArrayOutputStream(64);
        var out = new DataOutputStream(bytes);
        try {
            out.writeLong(ChronoUnit.MICROS.between(Instant.EPOCH, began));
            out.writeLong(nanos);
            write(answer, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static Timed readTimed(byte[] bytes) {
        var in = new DataInputStream(new ByteArrayInputStream(bytes));
        try {
            Instant began = Instant.EPOCH.plus(in.readLong(), ChronoUnit.MICROS);
            long nanos = in.readLong();
            return new Timed(read(in), began, nanos);
        } catch (IOException e) {
            throw unexpected(e);
        }
    }

    static byte[] write(Call.Answer answer) {
        var bytes = new ByteArrayOutputStream();
        try {
            write(answer, new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void write(Call.Answer answer, DataOutputStream out) throws IOException {
        captured(answer.output(), out);
        captured(answer.error(), out);
        out.writeBoolean(answer.json());
        out.writeBoolean(answer.failure() != null);
        bytes(String.valueOf(answer.failure()).getBytes(StandardCharsets.UTF_8), out);
        out.writeInt(answer.code());
        out.writeLong(answer.cpuNanos());
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
        try {
            return read(new DataInputStream(new ByteArrayInputStream(bytes)));
        } catch (IOException e) {
            throw unexpected(e);
        }
    }

    private static UncheckedIOException unexpected(IOException e) {
        return new UncheckedIOException("expected the answer of a worker, found something else", e);
    }

    private static Call.Answer read(DataInputStream in) throws IOException {
        Captured output = captured(in);
        Captured error = captured(in);
        boolean json = in.readBoolean();
        boolean failed = in.readBoolean();
        String failure = text(in);
        return new Call.Answer(output, error, json, failed ? failure : null, in.readInt(), in.readLong());
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
