package dev.weft.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * What Maven wrote about the runs of tests: all {@code TEST-*.xml} below {@code target} of some modules, so that a test
 * may have run several times, with different flags.
 */
final class Results {
    private static final Pattern END_OF_METHOD = Pattern.compile("[(\\[ {]");

    private final Map<TestMethod, EnumMap<Outcome, Integer>> outcomes = new HashMap<>();

    /**
     * Reads the results of tests that bear a display name or a tag.
     *
     * @param root the root of the project
     * @param modules the directories of the modules
     * @param classes their tests
     */
    static Results read(Path root, List<String> modules, TestClasses classes) {
        var results = new Results();
        for (String module : modules) {
            Path target = root.resolve(module).resolve("target");
            try (Stream<Path> files = Files.find(target, 2, (path, _) -> isResult(path))) {
                for (Path file : files.sorted().toList()) {
                    results.readFile(file, classes);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return results;
    }

    private static boolean isResult(Path path) {
        Path parent = path.getParent();
        return path.getFileName().toString().matches("TEST-.*\\.xml")
                && parent != null
                && parent.getFileName().toString().matches("(surefire|failsafe)-reports.*");
    }

    private void readFile(Path file, TestClasses classes) throws IOException {
        XMLInputFactory factory = XMLInputFactory.newFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        try (InputStream in = Files.newInputStream(file)) {
            XMLStreamReader reader = factory.createXMLStreamReader(in);
            TestMethod test = null;
            Outcome outcome = Outcome.PASSED;
            while (reader.hasNext()) {
                int event = reader.next();
                if (event == XMLStreamConstants.START_ELEMENT) {
                    switch (reader.getLocalName()) {
                        case "testcase" -> {
                            String name = reader.getAttributeValue(null, "name");
                            String method = END_OF_METHOD.split(name, 2)[0];
                            test = classes.find(reader.getAttributeValue(null, "classname"), method);
                            outcome = Outcome.PASSED;
                        }
                        case "failure", "error" -> outcome = Outcome.FAILED;
                        case "skipped" -> outcome = Outcome.SKIPPED;
                        default -> {
                            // output, and what a rerun found
                        }
                    }
                } else if (event == XMLStreamConstants.END_ELEMENT
                        && reader.getLocalName().equals("testcase")
                        && test != null) {
                    outcomes.computeIfAbsent(test, _ -> new EnumMap<>(Outcome.class))
                            .merge(outcome, 1, Integer::sum);
                }
            }
        } catch (XMLStreamException e) {
            throw new IllegalStateException(
                    "the result " + file + " is no XML: " + e.getMessage() + "; delete it and run the tests again", e);
        }
    }

    /** {@return how often a test ended in a way} */
    int count(TestMethod test, Outcome outcome) {
        EnumMap<Outcome, Integer> counts = outcomes.get(test);
        return counts == null ? 0 : counts.getOrDefault(outcome, 0);
    }
}
