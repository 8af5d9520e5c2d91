package dev.weft.conformance;

import dev.weft.conformance.Cases.Difference;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The verdict over every case, from the lists of this module, the display names of the tests and the results of their
 * runs.
 *
 * @param verdicts by the name of the case, in the order of the list
 * @param strangers tests whose display name begins with the name of a case that does not exist
 */
record Conformance(Map<String, Verdict> verdicts, List<String> strangers) {
    /** What the tests of a case did. */
    interface Runs {
        /** {@return how often a test ended in a way} */
        int count(TestMethod test, Outcome outcome);
    }

    static Conformance judge(Cases cases, List<TestMethod> tests, Runs runs) {
        Map<String, List<TestMethod>> carriers = new HashMap<>();
        List<String> strangers = new ArrayList<>();
        for (TestMethod test : tests) {
            for (String id : test.cases()) {
                if (cases.all().containsKey(id)) {
                    carriers.computeIfAbsent(id, _ -> new ArrayList<>()).add(test);
                } else {
                    strangers.add(test.shortName() + " names " + id + ", which is no case; mend its display name");
                }
            }
        }
        Map<String, Verdict> verdicts = new LinkedHashMap<>();
        for (Case about : cases.all().values()) {
            List<TestMethod> found = carriers.getOrDefault(about.id(), List.of()).stream()
                    .distinct()
                    .sorted(Comparator.comparing(TestMethod::shortName))
                    .toList();
            verdicts.put(about.id(), judge(cases, about, found, runs));
        }
        return new Conformance(verdicts, strangers);
    }

    private static Verdict judge(Cases cases, Case about, List<TestMethod> tests, Runs runs) {
        boolean passed = false;
        for (TestMethod test : tests) {
            if (runs.count(test, Outcome.FAILED) > 0) {
                return new Verdict(about, Verdict.Kind.FAILS, tests, test.shortName() + " failed");
            }
            boolean ran = runs.count(test, Outcome.PASSED) > 0;
            if (!ran && runs.count(test, Outcome.SKIPPED) == 0) {
                return new Verdict(about, Verdict.Kind.FAILS, tests, test.shortName() + " has not run");
            }
            passed |= ran;
        }
        Difference difference = cases.differences().get(about.id());
        if (difference != null) {
            String words = difference.reason() + ". Instead: " + difference.instead();
            return new Verdict(about, Verdict.Kind.DIFFERS, tests, words);
        }
        if (!tests.isEmpty()) {
            Verdict.Kind kind = passed ? Verdict.Kind.PASSES : Verdict.Kind.SKIPPED;
            return new Verdict(about, kind, tests, "");
        }
        String area = cases.areas().get(about.id());
        return area != null
                ? new Verdict(about, Verdict.Kind.LATER, tests, area)
                : new Verdict(
                        about,
                        Verdict.Kind.FAILS,
                        tests,
                        "no test carries its name, and it is listed neither in differs.tsv nor in later.tsv");
    }

    List<Verdict> of(Verdict.Kind kind) {
        return verdicts.values().stream()
                .filter(verdict -> verdict.kind() == kind)
                .toList();
    }
}
