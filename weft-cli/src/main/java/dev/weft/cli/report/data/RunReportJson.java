package dev.weft.cli.report.data;

import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes a {@link RunReport} as JSON, with the properties in the order of the records' components. It is ASCII:
 * inputs may hold bytes that are no text, which are kept as escapes of lone surrogates.
 */
public final class RunReportJson {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .build();

    private RunReportJson() {}

    /**
     * Renders a report.
     *
     * @param report the report
     * @return one JSON object, without a line end
     */
    public static String render(RunReport report) {
        return MAPPER.writeValueAsString(report);
    }
}
