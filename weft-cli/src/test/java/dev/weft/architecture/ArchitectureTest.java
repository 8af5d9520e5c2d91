package dev.weft.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitCallTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.MonitorInstruction;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The arrows of docs/architecture.md, read from the class files of all modules. */
class ArchitectureTest {

    /** Every module with the modules that it may use. */
    private static final Map<String, Set<String>> ARROWS = Map.of(
            "core", Set.of(),
            "process", Set.of("core"),
            "cluster", Set.of("core", "process"),
            "net", Set.of("core"),
            "http", Set.of("core", "net"),
            "testing", Set.of("core"),
            "cli", Set.of("core", "process", "cluster", "net", "http"));

    private static final String KERNEL = "dev.weft.loop.kernel..";
    private static final String JDK = "dev.weft.loop.jdk..";

    private static final JavaClasses WEFT = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.weft");

    static Stream<String> modules() {
        return ARROWS.keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("modules")
    void everyModuleIsLookedAt(String module) {
        assertThat(WEFT.stream().filter(in(module))).isNotEmpty();
    }

    @Test
    void everyPublishedModuleHasArrowsAndAPlaceInTheBom() throws IOException {
        try (Stream<Path> directories = Files.list(Path.of(".."))) {
            assertThat(directories
                            .filter(directory -> Files.exists(directory.resolve("src/main/java/module-info.java")))
                            .map(directory -> directory.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(
                            modules().map(module -> "weft-" + module).toList());
        }
        assertThat(Files.readString(Path.of("../weft-bom/pom.xml")))
                .contains(modules()
                        .map(module -> "<artifactId>weft-" + module + "</artifactId>")
                        .toList());
    }

    @ParameterizedTest
    @MethodSource("modules")
    void aModuleUsesOnlyTheModulesBelowIt(String module) {
        DescribedPredicate<JavaClass> forbidden = describe(
                "of a module that is not below it",
                used -> used.getPackageName().startsWith("dev.weft")
                        && !in(module).test(used)
                        && ARROWS.get(module).stream()
                                .noneMatch(below -> in(below).test(used)));

        noClasses().that(in(module)).should().dependOnClassesThat(forbidden).check(WEFT);
    }

    @Test
    void coreNeedsOnlyTheJdkJctoolsAndJspecify() {
        check(classes()
                .that(in("core"))
                .should()
                .onlyDependOnClassesThat(in("core")
                        .or(resideInAnyPackage(
                                "java..",
                                "javax..",
                                "jdk..",
                                "com.sun.management..",
                                "org.jctools..",
                                "org.jspecify.."))));
    }

    @Test
    void onlyNetAndHttpTouchNetty() {
        check(noClasses()
                .that(not(in("net")).and(not(in("http"))))
                .should()
                .dependOnClassesThat(resideInAPackage("io.netty..")));
    }

    @Test
    void onlyTheEngineOfTheClusterKnowsIgnite() {
        check(noClasses()
                .that(not(resideInAPackage("dev.weft.cluster.ignite..")))
                .should()
                .dependOnClassesThat(resideInAPackage("org.apache.ignite..")));
    }

    @Test
    void onlyTheTestKitKnowsJunit() {
        check(noClasses().that(not(in("testing"))).should().dependOnClassesThat(resideInAPackage("org.junit..")));
    }

    @Test
    void onlyTheJdkPackageReflectsIntoTheJdk() {
        check(noClasses()
                .that(not(resideInAPackage(JDK)))
                .and()
                .doNotHaveFullyQualifiedName("dev.weft.process.UserClasses") // opens classes of users, not of the JDK
                .and()
                .doNotHaveFullyQualifiedName("dev.weft.cli.function.UserMethod") // the same
                .and()
                .doNotHaveFullyQualifiedName("dev.weft.testing.Instances") // the same, of tests
                .should()
                .callCodeUnitWhere(target(nameMatching("setAccessible|trySetAccessible|privateLookupIn|implAddOpens")))
                .orShould()
                .dependOnClassesThat(nameMatching("(jdk\\.internal|sun)\\.(?!misc\\.Signal).*"))
                .because("what reaches into the JDK must have its portable fallback beside it, in dev.weft.loop.jdk"));
    }

    @Test
    void theKernelNeitherLogsNorPrints() {
        check(
                noClasses()
                        .that(resideInAPackage(KERNEL))
                        .should()
                        .dependOnClassesThat(nameMatching(
                                "java\\.lang\\.System\\$Logger.*|java\\.util\\.logging\\..*|org\\.slf4j\\..*"))
                        .orShould()
                        .accessField(System.class, "out")
                        .orShould()
                        .accessField(System.class, "err")
                        .because(
                                "the pump would wait for a coroutine that holds the log's lock, and that coroutine for the pump"));
    }

    @Test
    void theKernelTakesNoLock() {
        check(noClasses()
                .that(resideInAPackage(KERNEL))
                .and()
                .doNotHaveSimpleName("VirtualThreadPool") // which no pump calls: only those whose waits park them
                .should()
                .dependOnClassesThat(nameMatching("java\\.util\\.concurrent\\.locks\\.(?!LockSupport).*"))
                .orShould()
                .callCodeUnitWhere(describe("wait for or signal a monitor", call -> isMonitorCall(call.getTarget())))
                .because("a carrier that waits for its own coroutine deadlocks"));
    }

    @Test
    void theKernelHasNoSynchronizedCode() throws IOException {
        List<JavaClass> kernel = WEFT.stream().filter(resideInAPackage(KERNEL)).toList();

        for (JavaClass type : kernel) {
            assertThat(synchronizedMethods(type)).as(type.getName()).isEmpty();
        }
    }

    @Test
    void everyPackageIsNullMarked() {
        var packages = WEFT.stream()
                .map(JavaClass::getPackage)
                .filter(location -> !location.getName().isEmpty())
                .distinct();

        assertThat(packages)
                .isNotEmpty()
                .allSatisfy(location -> assertThat(location.isAnnotatedWith(NullMarked.class))
                        .as(
                                "%s has a package-info.java with @NullMarked, without which NullAway looks away",
                                location.getName())
                        .isTrue());
    }

    /** Rules hold for what is there: a package that is still empty breaks none. */
    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(WEFT);
    }

    private static boolean isMonitorCall(CodeUnitCallTarget target) {
        return target.getOwner().isEquivalentTo(Object.class)
                && target.getName().matches("wait|notify|notifyAll");
    }

    private static List<String> synchronizedMethods(JavaClass type) throws IOException {
        try (InputStream bytes = type.getSource().orElseThrow().getUri().toURL().openStream()) {
            ClassModel model = ClassFile.of().parse(bytes.readAllBytes());
            return model.methods().stream()
                    .filter(method -> method.flags().has(AccessFlag.SYNCHRONIZED) || hasMonitorInstruction(method))
                    .map(method -> method.methodName().stringValue())
                    .toList();
        }
    }

    private static boolean hasMonitorInstruction(MethodModel method) {
        return method.code().stream()
                .flatMap(code -> code.elementStream())
                .anyMatch(MonitorInstruction.class::isInstance);
    }

    /** Classes of the Maven module {@code weft-<module>}, told by the directory or jar that they come from. */
    private static DescribedPredicate<JavaClass> in(String module) {
        return describe(
                "of module weft-" + module,
                type -> type.getBaseComponentType()
                        .getSource()
                        .map(source -> source.getUri().toString())
                        .map(uri -> uri.substring(uri.lastIndexOf("/weft-") + 1))
                        .filter(place ->
                                place.startsWith("weft-" + module + "/") || place.startsWith("weft-" + module + "-"))
                        .isPresent());
    }
}
