package dev.weft.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/portable.md} names every test that cannot hold without the JVM flag, alone or by the class around it, and
 * no other.
 */
class PortablePageTest {
    private static final Path ROOT = Path.of("..");

    private final Set<String> tagged = TestClasses.read(ROOT, List.of("weft-core", "weft-testing")).all().stream()
            .filter(test -> test.tags().contains("loop-only"))
            .map(TestMethod::shortName)
            .collect(Collectors.toCollection(TreeSet::new));

    private final Set<String> named = Pattern.compile("`(\\w+Test(?:\\.\\w+)+)`")
            .matcher(Files.readString(ROOT.resolve("docs/portable.md")))
            .results()
            .map(match -> match.group(1))
            .collect(Collectors.toCollection(TreeSet::new));

    PortablePageTest() throws IOException {}

    private static boolean covers(String name, String test) {
        return test.equals(name) || test.startsWith(name + ".");
    }

    @Test
    void namesEachTestThatNeedsTheLoopScheduler() {
        assertThat(tagged)
                .isNotEmpty()
                .allSatisfy(test -> assertThat(named)
                        .as("docs/portable.md names %s, or the class around it", test)
                        .anyMatch(name -> covers(name, test)));
    }

    @Test
    void namesNothingElse() {
        assertThat(named)
                .allSatisfy(name -> assertThat(tagged)
                        .as("a test tagged loop-only that docs/portable.md calls %s", name)
                        .anyMatch(test -> covers(name, test)));
    }
}
