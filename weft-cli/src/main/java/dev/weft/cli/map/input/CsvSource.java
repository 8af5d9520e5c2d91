package dev.weft.cli.map.input;

import dev.weft.cli.text.RawReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.ObjectReader;
import tools.jackson.dataformat.csv.CsvMapper;
import tools.jackson.dataformat.csv.CsvReadFeature;
import tools.jackson.dataformat.csv.CsvSchema;

/**
 * Comma-separated values (RFC 4180) whose first record has the names of the columns. A record with fewer or more fields
 * than names is refused; empty lines are skipped. The text of an input is its fields, joined by commas.
 */
public final class CsvSource implements Source {
    private static final ObjectReader READER = CsvMapper.builder()
            .enable(CsvReadFeature.FAIL_ON_MISSING_COLUMNS)
            .enable(CsvReadFeature.SKIP_EMPTY_LINES)
            .build()
            .readerForMapOf(String.class)
            .with(CsvSchema.emptySchema().withHeader());

    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private final String name;
    private final InputStream in;
    private @Nullable Iterator<Map<String, String>> records;

    /**
     * Makes a source.
     *
     * @param name what the stream is called in messages
     * @param in the stream; closed with this
     */
    public CsvSource(String name, InputStream in) {
        this.name = name;
        this.in = in;
    }

    @Override
    public @Nullable List<Value> next() throws IOException {
        try {
            if (records == null) {
                var bytes = new PushbackInputStream(in, BYTE_ORDER_MARK.length);
                if (!begin(bytes)) {
                    return null; // nothing at all: no inputs, as where lines are read
                }
                records = READER.readValues(new RawReader(bytes));
            }
            if (!records.hasNext()) {
                return null;
            }
            Map<String, String> columns = records.next();
            return List.of(new Value(String.join(",", columns.values()), columns));
        } catch (JacksonException e) {
            var where = e.getLocation();
            throw new IOException(
                    "cannot read " + name + (where == null ? "" : ", line " + where.getLineNr()) + ": "
                            + e.getOriginalMessage(),
                    e);
        }
    }

    /** Passes over the mark that some spreadsheets begin with; {@code false} if there is nothing. */
    private static boolean begin(PushbackInputStream bytes) throws IOException {
        byte[] read = new byte[BYTE_ORDER_MARK.length];
        for (int i = 0; i < BYTE_ORDER_MARK.length; i++) {
            int next = bytes.read(); // one by one, since more may not come for long
            if (next >= 0) {
                read[i] = (byte) next;
            }
            if (next < 0 || read[i] != BYTE_ORDER_MARK[i]) {
                int length = next < 0 ? i : i + 1;
                bytes.unread(read, 0, length);
                return length > 0;
            }
        }
        int next = bytes.read();
        if (next >= 0) {
            bytes.unread(next);
        }
        return next >= 0;
    }

    @Override
    public boolean mayWait() {
        return true; // the parser reads ahead, and does not say how far
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
