package dev.weft.cli.compare.report;

import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.json.JsonMapper;

/** Writes a {@link Report} as JSON, with the properties in the order of the records' components. */
public final class ReportJson {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
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
}
