package dev.weft.cli.compare.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ReportJsonTest {
    @Test
    void propertiesKeepTheOrderOfTheComponentsAndMissingValuesAreNull() {
        var report = new Report(
                Report.SCHEMA,
                "0.1",
                List.of("compare", "cpu"),
                "2026-01-01T00:00:00Z",
                1.5,
                false,
                new Settings(true, 55, 7, 0.95, "at least 3"),
                new Machine("Linux", "amd64", "unknown", 2, null, 1, "25", "v", List.of(), "loop", "nio"),
                List.of(),
                List.of("one"));

        assertThat(ReportJson.render(report))
                .isEqualTo("{\"schema\":\"weft-compare/1\",\"weft\":\"0.1\",\"command\":[\"compare\",\"cpu\"],"
                        + "\"startedAt\":\"2026-01-01T00:00:00Z\",\"seconds\":1.5,\"interrupted\":false,"
                        + "\"settings\":{\"quick\":true,\"budgetSeconds\":55.0,\"seed\":7,\"confidence\":0.95,"
                        + "\"rounds\":\"at least 3\"},\"machine\":{\"os\":\"Linux\",\"arch\":\"amd64\","
                        + "\"cpu\":\"unknown\",\"cores\":2,\"cgroupCpus\":null,\"memoryBytes\":1,\"jdk\":\"25\","
                        + "\"vendor\":\"v\",\"flags\":[],\"scheduler\":\"loop\",\"transport\":\"nio\"},"
                        + "\"workloads\":[],\"caveats\":[\"one\"]}");
    }
}
