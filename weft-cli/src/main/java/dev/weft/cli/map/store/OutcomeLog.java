package dev.weft.cli.map.store;

import dev.weft.cli.text.AsciiText;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;

/** The file of outcomes: what has been tried, and how it ended. Thread-safe. */
public final class OutcomeLog implements AutoCloseable {
    /** How long a line usually is. */
    private static final int LINE = 256;

    private final LineFile file;
    private final BitSet ok = new BitSet();
    private final BitSet failed = new BitSet();

    private OutcomeLog(LineFile file) {
        this.file = file;
    }

    /**
     * Opens the file, and reads what is in it.
     *
     * @param path the file; made if there is none
     * @return the log
     * @throws IOException if it cannot be read, or a line in it is no outcome
     */
    public static OutcomeLog open(Path path) throws IOException {
        var log = new OutcomeLog(LineFile.open(path));
        try (BufferedReader lines = Files.newBufferedReader(path, StandardCharsets.US_ASCII)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                var outcome = Outcome.Brief.read(line);
                if (outcome.last() && outcome.result() != Outcome.Result.STOPPED) {
                    int index = Math.toIntExact(outcome.index());
                    boolean good = outcome.result() == Outcome.Result.OK;
                    log.ok.set(index, good);
                    log.failed.set(index, !good);
                }
            }
            return log;
        } catch (IOException | RuntimeException e) {
            log.close();
            throw e;
        }
    }

    /**
     * {@return the indexes of the inputs that went well when the log was opened}
     */
    public BitSet ok() {
        return (BitSet) ok.clone();
    }

    /**
     * {@return the indexes of the inputs that had failed for good when the log was opened}
     */
    public BitSet failed() {
        return (BitSet) failed.clone();
    }

    /**
     * Appends outcomes, by one write.
     *
     * @param outcomes the outcomes
     * @throws IOException if they cannot be written; then none of them is in the file
     */
    public void append(List<Outcome> outcomes) throws IOException {
        var lines = new AsciiText(LINE * outcomes.size());
        for (Outcome outcome : outcomes) {
            outcome.appendTo(lines);
            lines.add('\n');
        }
        file.append(lines);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
