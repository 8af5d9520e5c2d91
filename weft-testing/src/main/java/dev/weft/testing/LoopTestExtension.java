package dev.weft.testing;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.DynamicTestInvocationContext;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * What JUnit calls for {@link LoopTest}.
 *
 * <p>JUnit's own invocations of the fixtures are skipped and remembered, and that of the test becomes a
 * {@link Simulation} that runs fixtures and test as one body: so they are one task of one loop, as often as there are
 * schedules. What belongs to one test is kept in the store of its context. An invocation of a test template is a test
 * like any other; a test factory runs as JUnit runs it, and each dynamic test that it makes is a test with the fixtures
 * that were remembered for the factory.
 */
final class LoopTestExtension
        implements InvocationInterceptor, ParameterResolver, BeforeEachCallback, AfterEachCallback {
    private static final ExtensionContext.Namespace STORE = ExtensionContext.Namespace.create(LoopTestExtension.class);

    /** What is remembered from the beginning of a test to its end. */
    private static final class Remembered {
        private final List<TestCalls.Call> before = new ArrayList<>();
        private @Nullable Leaks leaks;
    }

    LoopTestExtension() {}

    private static Remembered remembered(ExtensionContext context) {
        return context.getStore(STORE)
                .getOrComputeIfAbsent("remembered " + context.getUniqueId(), _ -> new Remembered(), Remembered.class);
    }

    /** That of the method, or else of the innermost class that has one. */
    private static LoopTest annotation(ExtensionContext ofMethod) {
        Optional<LoopTest> found = AnnotationSupport.findAnnotation(ofMethod.getRequiredTestMethod(), LoopTest.class);
        for (Class<?> type = ofMethod.getRequiredTestClass();
                found.isEmpty() && type != null;
                type = type.getEnclosingClass()) {
            found = AnnotationSupport.findAnnotation(type, LoopTest.class);
        }
        return found.orElseThrow(() -> new ExtensionConfigurationException(
                "this extension serves methods with @LoopTest, and those of classes with @LoopTest; "
                        + ofMethod.getRequiredTestMethod() + " is none"));
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        refuseTwoKindsOfTest(context.getRequiredTestMethod());
        if (annotation(context).leakCheck()) {
            remembered(context).leaks = Leaks.begin();
        }
    }

    /** JUnit would run such a method twice, once as each, and fail for arguments that are missing. */
    private static void refuseTwoKindsOfTest(Method method) {
        if (AnnotationSupport.isAnnotated(method, LoopTest.class)
                && (AnnotationSupport.isAnnotated(method, TestTemplate.class)
                        || AnnotationSupport.isAnnotated(method, TestFactory.class))) {
            throw new ExtensionConfigurationException("@LoopTest on a method makes it a @Test, and " + method.getName()
                    + " is a @ParameterizedTest, a @RepeatedTest or another kind of test already: put @LoopTest on its class instead (a @Nested one, if"
                    + " only this method is to have its settings), where it holds for tests of every kind");
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        Leaks leaks = remembered(context).leaks;
        if (leaks != null) {
            leaks.end();
        }
    }

    // ---- parameters

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return Parameters.isOurs(parameter) && !Parameters.isOfFixtureOfClass(parameter);
    }

    @Override
    @SuppressWarnings("NullAway") // JUnit takes null; the real one is there when the simulation calls
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return null;
    }

    // ---- invocations

    @Override
    public void interceptBeforeEachMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> call, ExtensionContext context) {
        remembered(context).before.add(TestCalls.Call.of(call));
        invocation.skip();
    }

    @Override
    public void interceptAfterEachMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> call, ExtensionContext context) {
        invocation.skip(); // the simulation has called it
    }

    @Override
    public void interceptTestMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> call, ExtensionContext context)
            throws Throwable {
        invocation.skip();
        run(TestCalls.ofMethod(context, remembered(context).before, TestCalls.Call.of(call)), name(context), context);
    }

    @Override
    public void interceptTestTemplateMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> call, ExtensionContext context)
            throws Throwable {
        invocation.skip();
        run(
                TestCalls.ofMethod(context, remembered(context).before, TestCalls.Call.of(call)),
                name(context) + " " + context.getDisplayName(),
                context);
    }

    @Override
    public <T> T interceptTestFactoryMethod(
            Invocation<T> invocation, ReflectiveInvocationContext<Method> call, ExtensionContext context)
            throws Throwable {
        for (Class<?> type : call.getExecutable().getParameterTypes()) {
            if (Parameters.OURS.contains(type)) {
                throw new ExtensionConfigurationException("the @TestFactory method "
                        + call.getExecutable().getName() + " has a parameter of type " + type.getSimpleName()
                        + ", and runs on no loop: only the dynamic tests that it makes do, each on its own. Take the parameter in @BeforeEach, which runs"
                        + " for each of them, and keep it in a field");
            }
        }
        return invocation.proceed();
    }

    @Override
    public void interceptDynamicTest(
            Invocation<Void> invocation, DynamicTestInvocationContext call, ExtensionContext context) throws Throwable {
        invocation.skip();
        ExtensionContext factory = context;
        while (factory.getTestMethod().isEmpty()) {
            factory = factory.getParent().orElseThrow();
        }
        run(
                TestCalls.ofDynamicTest(factory, remembered(factory).before, call.getExecutable()),
                name(factory) + " " + context.getDisplayName(),
                factory);
    }

    private static String name(ExtensionContext context) {
        return context.getRequiredTestClass().getSimpleName() + "."
                + context.getRequiredTestMethod().getName();
    }

    private static void run(TestCalls calls, String name, ExtensionContext context) throws Throwable {
        TestLoop shared = SharedLoopExtension.of(context);
        if (shared != null) {
            shared.call(calls::run);
            return;
        }
        LoopTest test = annotation(context);
        Simulation simulation = Simulation.of(calls::run)
                .named(name)
                .clock(test.clock())
                .realTimeLimit(Duration.ofMillis(test.realTimeLimitMillis()))
                .schedules(
                        test.schedules() == 1
                                ? 1
                                : parameter(context, "weft.schedules")
                                        .map(Integer::valueOf)
                                        .orElse(test.schedules()))
                .seed(parameter(context, "weft.seed").map(Long::valueOf).orElse(test.seed()))
                .algorithm(test.algorithm())
                .checkDeterminism(test.checkDeterminism());
        if (test.cancelEverywhere()) {
            simulation = simulation.cancelEverywhere();
        }
        String replay = parameter(context, "weft.replay").orElse(test.replay());
        if (!replay.isEmpty()) {
            simulation = simulation.replay(replay);
        }
        simulation.runThrowing();
    }

    /** A parameter of JUnit's configuration, which system properties are part of. */
    private static Optional<String> parameter(ExtensionContext context, String name) {
        return context.getConfigurationParameter(name).map(String::strip).filter(value -> !value.isEmpty());
    }
}
