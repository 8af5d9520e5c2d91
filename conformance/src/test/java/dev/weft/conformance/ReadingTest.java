package dev.weft.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read of compiled tests and of their results; the compiled tests are those of this class. */
class ReadingTest {
    private static final List<String> MODULE = List.of("module");

    @TempDir
    private Path root;

    private TestClasses classes() throws IOException, ReflectiveOperationException {
        Path directory = root.resolve("module/target/test-classes");
        Files.createDirectories(directory);
        Path own = Path.of(ReadingTest.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath());
        for (Class<?> type : List.of(ReadingTest.class, Base.class, Derived.class)) {
            String file = type.getName().replace('.', '/') + ".class";
            Files.createDirectories(directory.resolve(file).getParent());
            Files.copy(own.resolve(file), directory.resolve(file));
        }
        return TestClasses.read(root, MODULE);
    }

    @Tag("outer")
    abstract static class Base {
        @Test
        @Tag("one")
        @Tag("two")
        @DisplayName("a display name of its own")
        void inherited() {}
    }

    @Nested
    class Derived extends Base {}

    @Test
    void displayNamesAndTagsAreReadFromTheClasses() throws Exception {
        TestMethod inherited =
                classes().find("dev.weft.conformance.ReadingTest$Derived", "inherited"); // as a result names it

        assertThat(inherited).isNotNull();
        assertThat(inherited.displayName()).isEqualTo("a display name of its own");
        assertThat(inherited.tags()).containsExactlyInAnyOrder("one", "two", "outer");
        assertThat(inherited.shortName()).isEqualTo("ReadingTest.Base.inherited");
        assertThat(inherited.source()).isEqualTo("module/src/test/java/dev/weft/conformance/ReadingTest.java");
    }

    @Test
    void everyRunOfATestCounts() throws Exception {
        for (String run : List.of("surefire-reports", "surefire-reports-portable")) {
            Path directory = root.resolve("module/target").resolve(run);
            Files.createDirectories(directory);
            String broken = run.endsWith("portable") ? "<failure type='x'/>" : "";
            Files.writeString(directory.resolve("TEST-dev.weft.conformance.ReadingTest.xml"), """
                    <testsuite>
                      <testcase name="inherited" classname="dev.weft.conformance.ReadingTest$Derived"/>
                      <testcase name="inherited(long)[2]" classname="dev.weft.conformance.ReadingTest$Derived">%s</testcase>
                      <testcase name="inherited()[3]" classname="dev.weft.conformance.ReadingTest$Derived"><skipped/></testcase>
                      <testcase name="other" classname="dev.weft.Gone"><error type='x'/></testcase>
                    </testsuite>
                    """.formatted(broken));
        }
        TestClasses classes = classes();
        Results results = Results.read(root, MODULE, classes);
        TestMethod inherited = classes.all().getFirst();

        assertThat(results.count(inherited, Outcome.PASSED)).isEqualTo(3);
        assertThat(results.count(inherited, Outcome.FAILED)).isEqualTo(1);
        assertThat(results.count(inherited, Outcome.SKIPPED)).isEqualTo(2);
    }

    @Test
    void aModuleThatWasNotBuiltIsNamedWithTheRemedy() {
        assertThatThrownBy(() -> TestClasses.read(root, MODULE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("module")
                .hasMessageContaining("mvn -pl conformance -am verify");
    }

    @Test
    void theListsOfThisModuleFitTogether() {
        Cases cases = Cases.read();

        assertThat(cases.all()).hasSize(286);
        assertThat(cases.areas().keySet())
                .as("what is to come does not differ")
                .allSatisfy(id -> assertThat(cases.differences()).doesNotContainKey(id));
    }
}
