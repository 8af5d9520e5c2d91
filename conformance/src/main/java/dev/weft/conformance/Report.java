package dev.weft.conformance;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Prints how many cases pass, differ, are to come and fail; ends with 1 if one fails or if {@code docs/conformance.md}
 * says something else.
 *
 * <p>Run by the build, behind the tests of the modules that are its arguments. With
 * {@code -Dweft.conformance.write=true} it writes the page instead of checking it.
 */
final class Report {
    private Report() {}

    public static void main(String[] args) throws IOException {
        if (args.length < 2) {
            System.err.println("usage: Report ROOT MODULE...; found " + args.length + " arguments");
            System.exit(2);
        }
        Path root = Path.of(args[0]).toRealPath();
        List<String> modules = List.of(args).subList(1, args.length);
        TestClasses classes = TestClasses.read(root, modules);
        Results results = Results.read(root, modules, classes);
        Conformance conformance = Conformance.judge(Cases.read(), classes.all(), results::count);
        List<String> problems = new ArrayList<>(conformance.strangers());
        for (Verdict verdict : conformance.of(Verdict.Kind.FAILS)) {
            problems.add(verdict.about().id() + " (" + verdict.about().asserts() + "): " + verdict.words());
        }
        Path page = root.resolve("docs/conformance.md");
        String text = Page.of(conformance);
        if (Boolean.getBoolean("weft.conformance.write")) {
            Files.writeString(page, text);
        } else if (!Files.exists(page)
                || !Files.readString(page).replace("\r\n", "\n").equals(text)) {
            problems.add("docs/conformance.md is not what the tests say; write it anew: mvn -pl conformance -am verify"
                    + " -Dweft.conformance.write");
        }
        print(conformance, problems, System.out);
        if (!problems.isEmpty()) {
            System.exit(1);
        }
    }

    static void print(Conformance conformance, List<String> problems, PrintStream out) {
        Map<String, Integer> areas = new LinkedHashMap<>();
        for (Verdict verdict : conformance.of(Verdict.Kind.LATER)) {
            areas.merge(verdict.words(), 1, Integer::sum);
        }
        String later = areas.isEmpty()
                ? ""
                : areas.entrySet().stream()
                        .map(area -> area.getKey() + " " + area.getValue())
                        .collect(Collectors.joining(", ", "  (", ")"));
        out.println("Conformance: " + conformance.verdicts().size() + " cases of CPython, aiohttp and trio");
        row(out, "pass", conformance.of(Verdict.Kind.PASSES).size(), "");
        row(out, "differ by design", conformance.of(Verdict.Kind.DIFFERS).size(), "");
        row(out, "not there yet", conformance.of(Verdict.Kind.LATER).size(), later);
        int skipped = conformance.of(Verdict.Kind.SKIPPED).size();
        if (skipped > 0) {
            row(out, "do not apply here", skipped, "");
        }
        row(out, "fail", conformance.of(Verdict.Kind.FAILS).size(), "");
        problems.forEach(problem -> out.println("  " + problem));
    }

    private static void row(PrintStream out, String what, int number, String more) {
        out.printf("  %-18s %4d%s%n", what, number, more);
    }
}
