package dev.weft.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.conformance.Cases.Difference;
import dev.weft.conformance.Verdict.Kind;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ConformanceTest {
    private static final TestMethod HOLDS = method("holds", "P001 P002 stops");
    private static final TestMethod BREAKS = method("breaks", "P002 stops otherwise");
    private static final TestMethod ABSENT = method("absent", "P003 never ran");
    private static final TestMethod ELSEWHERE = method("elsewhere", "P004 only on another system");

    private static TestMethod method(String name, String displayName) {
        return new TestMethod("weft-core", "dev.weft.StopTest$Inner", name, displayName, Set.of());
    }

    private static Cases cases(String... ids) {
        Map<String, Case> all = new LinkedHashMap<>();
        for (String id : ids) {
            all.put(id, new Case(id, 1, "CPython", "test_stop.py", "StopTests::test_" + id, "stops"));
        }
        return new Cases(all, Map.of("P005", new Difference("because", "so")), Map.of("P006", "network"));
    }

    /** What the tests above did. */
    private static int count(TestMethod test, Outcome outcome) {
        return switch (test.method()) {
            case "holds" -> outcome == Outcome.PASSED ? 2 : 0;
            case "breaks" -> outcome == Outcome.FAILED || outcome == Outcome.PASSED ? 1 : 0;
            case "elsewhere" -> outcome == Outcome.SKIPPED ? 1 : 0;
            default -> 0;
        };
    }

    private static Verdict verdict(String id, TestMethod... tests) {
        Verdict verdict = Conformance.judge(cases(id), List.of(tests), ConformanceTest::count)
                .verdicts()
                .get(id);
        assertThat(verdict).isNotNull();
        return verdict;
    }

    @Test
    void aCaseWhoseTestsPassedPasses() {
        assertThat(verdict("P001", HOLDS).kind()).isEqualTo(Kind.PASSES);
    }

    @Test
    void aCaseFailsIfOneRunOfOneOfItsTestsFailed() {
        assertThat(verdict("P002", HOLDS, BREAKS)).satisfies(verdict -> {
            assertThat(verdict.kind()).isEqualTo(Kind.FAILS);
            assertThat(verdict.words()).isEqualTo("StopTest.Inner.breaks failed");
        });
    }

    @Test
    void aCaseWhoseTestDidNotRunFails() {
        assertThat(verdict("P003", ABSENT)).satisfies(verdict -> {
            assertThat(verdict.kind()).isEqualTo(Kind.FAILS);
            assertThat(verdict.words()).contains("has not run");
        });
    }

    @Test
    void aCaseWhoseTestWasSkippedDoesNotApply() {
        assertThat(verdict("P004", ELSEWHERE).kind()).isEqualTo(Kind.SKIPPED);
    }

    @Test
    void aCaseWithoutATestDiffersOrIsToComeOrFails() {
        assertThat(verdict("P005").words()).isEqualTo("because. Instead: so");
        assertThat(verdict("P005").kind()).isEqualTo(Kind.DIFFERS);
        assertThat(verdict("P006").kind()).isEqualTo(Kind.LATER);
        assertThat(verdict("P001").kind()).isEqualTo(Kind.FAILS);
    }

    @Test
    void aNameThatIsNoCaseIsAProblem() {
        Conformance conformance = Conformance.judge(cases("P001"), List.of(HOLDS), ConformanceTest::count);

        assertThat(conformance.strangers()).singleElement().asString().contains("StopTest.Inner.holds names P002");
    }

    @Test
    void onlyNamesAtTheBeginningCount() {
        assertThat(method("m", "P122 D1 a reader of P126").cases()).containsExactly("P122", "D1");
        assertThat(method("m", "a reader of P126").cases()).isEmpty();
        assertThat(method("m", "P122").cases()).containsExactly("P122");
        assertThat(method("m", "").cases()).isEmpty();
    }

    @Test
    void thePageNamesTheTestsWithTheirFiles() {
        String page = Page.of(
                Conformance.judge(cases("P001", "P005", "P006", "P007"), List.of(HOLDS), ConformanceTest::count));

        assertThat(page)
                .contains("4 behaviours")
                .contains("1 are held by tests that carry their names, 1 differ by design, 1 come with later parts"
                        + " (network 1)")
                .contains("## CPython: test_stop.py")
                .contains("| P001 | 1 | stops (`StopTests::test_P001`) |"
                        + " [StopTest.Inner.holds](../weft-core/src/test/java/dev/weft/StopTest.java) |")
                .contains("| Differs: because. Instead: so |")
                .contains("| To come: network |")
                .contains("| Missing |");
    }

    @Test
    void theReportCounts() {
        var text = new ByteArrayOutputStream();
        Report.print(
                Conformance.judge(cases("P001", "P002", "P005", "P006"), List.of(HOLDS), ConformanceTest::count),
                List.of("a problem"),
                new PrintStream(text, true, StandardCharsets.UTF_8));

        assertThat(text.toString(StandardCharsets.UTF_8).lines())
                .containsExactly(
                        "Conformance: 4 cases of CPython, aiohttp and trio",
                        "  pass                  2",
                        "  differ by design      1",
                        "  not there yet         1  (network 1)",
                        "  fail                  0",
                        "  a problem");
    }
}
