package dev.weft.conformance;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The page that lists every case; it says what the tests are and not how they ended, so that it is the same on every
 * machine.
 */
final class Page {
    private Page() {}

    static String of(Conformance conformance) {
        var text = new StringBuilder();
        long held = conformance.verdicts().values().stream()
                .filter(verdict -> !verdict.tests().isEmpty() && verdict.kind() != Verdict.Kind.DIFFERS)
                .count();
        int differ = conformance.of(Verdict.Kind.DIFFERS).size();
        Map<String, Integer> later = new LinkedHashMap<>();
        for (Verdict verdict : conformance.of(Verdict.Kind.LATER)) {
            later.merge(verdict.words(), 1, Integer::sum);
        }
        String areas = later.entrySet().stream()
                .map(area -> area.getKey() + " " + area.getValue())
                .collect(Collectors.joining(", "));
        text.append("""
                # Conformance

                %d behaviours that the test suites of CPython, aiohttp and trio pin, and where Weft has them. %d are held by tests that carry their names, %d differ by design, %d come with later parts (%s).

                `mvn -pl conformance -am verify` runs the tests, prints how many pass, and fails if one does not, or if a case is neither held, nor different, nor listed as to come. This page is
                written by that report (`-Dweft.conformance.write`) and checked against it. "T" is the tier: 1 is the core of a library, 2 is wider coverage.
                """.formatted(
                        conformance.verdicts().size(),
                        held,
                        differ,
                        conformance.of(Verdict.Kind.LATER).size(),
                        areas.isEmpty() ? "none" : areas));
        String section = "";
        for (Verdict verdict : conformance.verdicts().values()) {
            Case about = verdict.about();
            String here = about.suite() + ": " + about.file();
            if (!here.equals(section)) {
                section = here;
                text.append("\n## ").append(here).append("\n\n| ID | T | case | where |\n|---|---|---|---|\n");
            }
            text.append("| ")
                    .append(about.id())
                    .append(" | ")
                    .append(about.tier())
                    .append(" | ")
                    .append(about.asserts())
                    .append(" (`")
                    .append(about.test())
                    .append("`) | ")
                    .append(where(verdict))
                    .append(" |\n");
        }
        return text.toString();
    }

    private static String where(Verdict verdict) {
        String tests = verdict.tests().stream()
                .map(test -> "[" + test.shortName() + "](../" + test.source() + ")")
                .collect(Collectors.joining(", "));
        return switch (verdict.kind()) {
            case DIFFERS -> "Differs: " + verdict.words() + (tests.isEmpty() ? "" : ". Held by " + tests);
            case LATER -> "To come: " + verdict.words();
            case PASSES, SKIPPED -> tests;
            case FAILS -> tests.isEmpty() ? "Missing" : tests;
        };
    }
}
