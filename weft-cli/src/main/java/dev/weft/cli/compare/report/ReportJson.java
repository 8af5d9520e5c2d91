package dev.weft.cli.compare.report;

import java.io.IOException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Writes a {@link Report} as JSON, with the properties in the order of the records' components, and reads it again. */
public final class ReportJson {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .build();

    private ReportJson() {}

    /**
     * Renders a report.
     *
     * @param report the report
     * @return one JSON object, without a line end
     */
    public static String render(Report report) {
        return MAPPER.writeValueAsString(report);
    }

    /**
     * Reads a report that this or an older version has rendered.
     *
     * @param json one JSON object
     * @return the report
     * @throws JacksonException if it is something else
     * @throws IOException if it is of another format
     */
    public static Report parse(String json) throws IOException {
        JsonNode document = MAPPER.readTree(json);
        String schema = document.path("schema").asString("a document without schema");
        if (!schema.equals(Report.SCHEMA)) {
            throw new IOException(schema);
        }
        for (JsonNode workload : document.path("workloads")) {
            if (workload instanceof ObjectNode older && !older.has("scaling")) {
                older.putNull("scaling");
            }
        }
        return MAPPER.treeToValue(document, Report.class);
    }
}
