package dev.weft.cli.compare.engine;

import static dev.weft.cli.compare.engine.FakeModels.FIRST_ROUND;
import static dev.weft.cli.compare.engine.FakeModels.MILLI;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.cli.compare.engine.FakeModels.Behaviour;
import dev.weft.cli.compare.model.Model;
import dev.weft.cli.compare.model.Pass;
import dev.weft.cli.compare.report.Machine;
import dev.weft.cli.compare.report.ModelReport;
import dev.weft.cli.compare.report.Report;
import dev.weft.cli.compare.report.ReportJson;
import dev.weft.cli.compare.report.SchemaCheck;
import dev.weft.cli.compare.report.Settings;
import dev.weft.cli.compare.report.WorkloadReport;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SummaryTest {
    private final FakeModels fakes = new FakeModels();

    private WorkloadReport measured() throws InterruptedException {
        Measurement measurement = fakes.measurement(8, new Plan(1_000_000 * MILLI, 0, 3, 20, 0.05, 0.95), 1);
        measurement.run();
        Map<Model, Summary.Opened> opened = new EnumMap<>(Model.class);
        fakes.executions.keySet().forEach(model -> opened.put(model, new Summary.Opened("fake", 0.25)));
        return new Summary(FakeModels.workload(8), measurement.samples(), opened, 2, 0.95, List.of()).report();
    }

    @Test
    void speedupComparesTheRoundsOfThePair() throws Exception {
        // The machine gets slower from round to round, which hits both alike.
        fakes.add(Model.SEQUENTIAL, pass -> Behaviour.takes(100 * (pass + 1)));
        fakes.add(Model.THREADS, pass -> Behaviour.takes(25 * (pass + 1)));

        ModelReport threads = measured().models().get(1);

        assertThat(threads.speedup().median()).isCloseTo(4, within(1e-9));
        assertThat(threads.speedup().low()).isCloseTo(4, within(1e-9));
        assertThat(threads.rounds()).hasSize(3);
        assertThat(threads.seconds().median()).isCloseTo(0.025 * (FIRST_ROUND + 2), within(1e-9));
        assertThat(threads.startSeconds()).isEqualTo(0.25);
    }

    @Test
    void totalsAreThoseOfATypicalRound() throws Exception {
        fakes.add(Model.SEQUENTIAL, pass -> Behaviour.takes(pass == FIRST_ROUND ? 500 : 100));

        ModelReport sequential = measured().models().getFirst();

        // One task of the eight runs at a time and computes throughout; the fake's meter says 1 ms on 2 cores.
        assertThat(sequential.computeSeconds()).isCloseTo(0.1, within(1e-6));
        assertThat(sequential.waitShare()).isZero();
        assertThat(sequential.inFlight()).isEqualTo(1);
        assertThat(sequential.cpuShare()).isCloseTo(0.001 / 0.2, within(1e-9));
        assertThat(sequential.timeline().seconds()).isCloseTo(0.1, within(1e-6));
    }

    @Test
    void failuresOfAModelAreCounted() throws Exception {
        fakes.add(
                Model.PROCESSES,
                pass -> pass == 1
                        ? new Behaviour(10, 42, List.of(new Pass.Loss("task 0", "killed")))
                        : Behaviour.takes(10));

        WorkloadReport report = measured();

        assertThat(report.models().getFirst().failures()).isEqualTo(1);
        assertThat(report.failures()).hasSize(1);
    }

    @Test
    void wholeReportFitsThePublishedSchema() throws Exception {
        for (Model model : Model.values()) {
            fakes.add(model, _ -> Behaviour.takes(10 + model.id().length()));
        }
        WorkloadReport fake = measured();
        WorkloadReport cpu = new WorkloadReport(
                "cpu",
                fake.title(),
                fake.description(),
                fake.tasks(),
                fake.unit(),
                fake.settings(),
                fake.models(),
                fake.ranking(),
                fake.ties(),
                fake.verdict(),
                fake.failures(),
                Curve.of(
                        List.of(new TreeMap<>(Map.of(1, 0.8, 2, 0.4, 3, 0.3, 4, 0.25, 6, 0.2, 8, 0.2))),
                        fake.tasks(),
                        fake.unit(),
                        2,
                        0.5,
                        0.95));
        Report report = new Report(
                Report.SCHEMA,
                "0",
                List.of("compare"),
                "2026-01-01T00:00:00Z",
                1,
                false,
                new Settings(true, 1, 1, 0.95, "some"),
                new Machine("Linux", "amd64", "x", 2, null, 1, "25", "v", List.of(), "loop", "nio"),
                List.of(cpu),
                List.of());

        String json = ReportJson.render(report);

        assertThat(SchemaCheck.problems(json)).isEmpty();
        assertThat(SchemaCheck.problems(json.replace("\"ranking\"", "\"order\"")))
                .containsExactly("$.workloads[0]: has no ranking");
        assertThat(SchemaCheck.problems(json.replace("\"cores\":2", "\"cores\":\"two\"")))
                .isNotEmpty();
    }
}
