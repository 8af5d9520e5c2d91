package dev.weft.testing;

import dev.weft.Weft;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/**
 * What JUnit calls for {@link LoopTest}.
 *
 * <p>JUnit's own invocations of the fixtures are skipped and remembered, and that of the test becomes a {@link Simulation} that runs fixtures and test as one body: so they are one task of one loop, as
 * often as there are schedules. What belongs to one test is kept in the store of its context.
 */
final class LoopTestExtension
        implements InvocationInterceptor, ParameterResolver, BeforeEachCallback, AfterEachCallback {
    private static final ExtensionContext.Namespace STORE = ExtensionContext.Namespace.create(LoopTestExtension.class);
    private static final Set<Class<?>> OURS =
            Set.of(TestClock.class, Sequencer.class, RandomGenerator.class, Trial.class);

    /** A call of a method that JUnit prepared. */
    private record Call(Method method, List<@Nullable Object> arguments) {
        @Nullable
        Object[] arguments(Trial trial) {
            Parameter[] parameters = method.getParameters();
            @Nullable Object[] all = new @Nullable Object[parameters.length];
            for (int i = 0; i < all.length; i++) {
                Object ours = ours(parameters[i].getType(), trial);
                all[i] = ours != null ? ours : arguments.get(i);
            }
            return all;
        }
    }

    /** What is remembered from the beginning of a test to its end. */
    private static final class Remembered {
        private final List<Call> before = new ArrayList<>();
        private @Nullable Leaks leaks;
    }

    LoopTestExtension() {}

    private static Remembered remembered(ExtensionContext context) {
        return context.getStore(STORE)
                .getOrComputeIfAbsent("remembered " + context.getUniqueId(), _ -> new Remembered(), Remembered.class);
    }

    private static LoopTest annotation(ExtensionContext context) {
        return AnnotationSupport.findAnnotation(context.getRequiredTestMethod(), LoopTest.class)
                .orElseThrow(() -> new ExtensionConfigurationException("this extension serves methods with @LoopTest"));
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        if (annotation(context).leakCheck()) {
            remembered(context).leaks = Leaks.begin();
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
        return parameter.getDeclaringExecutable() instanceof Method
                && OURS.contains(parameter.getParameter().getType());
    }

    @Override
    @SuppressWarnings("NullAway") // JUnit takes null; the real one is there when the simulation calls
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return null;
    }

    private static @Nullable Object ours(Class<?> type, Trial trial) {
        if (type == TestClock.class) {
            return trial.clock();
        }
        if (type == Sequencer.class) {
            return trial.sequencer();
        }
        if (type == RandomGenerator.class) {
            return trial.random();
        }
        return type == Trial.class ? trial : null;
    }

    // ---- invocations

    @Override
    public void interceptBeforeEachMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> call, ExtensionContext context) {
        remembered(context).before.add(new Call(call.getExecutable(), new ArrayList<>(call.getArguments())));
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
        LoopTest test = annotation(context);
        var calls = new Calls(
                context,
                List.copyOf(remembered(context).before),
                new Call(call.getExecutable(), new ArrayList<>(call.getArguments())));
        ClassLoop shared = SharedLoopExtension.of(context);
        if (shared != null) {
            shared.call(calls::run);
            return;
        }
        Simulation simulation = Simulation.of(calls::run)
                .named(context.getRequiredTestClass().getSimpleName() + "."
                        + context.getRequiredTestMethod().getName())
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

    /** The calls that make up a test: fixtures and method. */
    private static final class Calls {
        private final ExtensionContext context;
        private final List<Call> before;
        private final Call test;
        private final List<Object> firstInstances;
        private boolean ranBefore;

        Calls(ExtensionContext context, List<Call> before, Call test) {
            this.context = context;
            this.before = before;
            this.test = test;
            this.firstInstances = context.getRequiredTestInstances().getAllInstances();
        }

        void run(Trial trial) throws Throwable {
            List<Object> instances = instances();
            Throwable failure = null;
            try {
                for (Call call : before) {
                    invoke(call.method, instances, call.arguments(trial));
                }
                invoke(test.method, instances, test.arguments(trial));
            } catch (Throwable e) {
                failure = e;
            }
            for (Object instance : instances.reversed()) {
                for (Method method : AnnotationSupport.findAnnotatedMethods(
                        instance.getClass(), AfterEach.class, HierarchyTraversalMode.BOTTOM_UP)) {
                    try {
                        @Nullable Object[] arguments = argumentsAfter(method, trial);
                        Weft.shield(
                                () -> invoke(method, instances, arguments)); // it cleans up after a cancelled test too
                    } catch (Throwable e) {
                        if (failure == null) {
                            failure = e;
                        } else if (failure != e) {
                            failure.addSuppressed(e);
                        }
                    }
                }
            }
            if (failure != null) {
                throw failure;
            }
        }

        /** The instance of the test class, after those of the classes around it. */
        private List<Object> instances() {
            if (!ranBefore || context.getTestInstanceLifecycle().orElse(null) == TestInstance.Lifecycle.PER_CLASS) {
                ranBefore = true;
                return firstInstances;
            }
            List<Object> fresh = new ArrayList<>();
            for (Object first : firstInstances) {
                Class<?> type = first.getClass();
                boolean inner = type.isMemberClass() && !Modifier.isStatic(type.getModifiers());
                try {
                    fresh.add(
                            inner
                                    ? ReflectionSupport.newInstance(type, fresh.getLast())
                                    : ReflectionSupport.newInstance(type));
                } catch (RuntimeException e) {
                    throw new ExtensionConfigurationException(
                            "a test that runs several times needs a new instance of " + type.getName()
                                    + " for each run, and its constructor without parameters could not be called; add one, or use"
                                    + " @TestInstance(PER_CLASS) and make the state anew in @BeforeEach",
                            e);
                }
            }
            return fresh;
        }

        private static void invoke(Method method, List<Object> instances, @Nullable Object[] arguments) {
            Object target = instances.reversed().stream()
                    .filter(method.getDeclaringClass()::isInstance)
                    .findFirst()
                    .orElseThrow();
            ReflectionSupport.invokeMethod(method, target, arguments);
        }

        private @Nullable Object[] argumentsAfter(Method method, Trial trial) {
            return Arrays.stream(method.getParameterTypes())
                    .map(type -> {
                        Object ours = ours(type, trial);
                        if (ours == null && type == TestInfo.class) {
                            ours = new Info(context);
                        }
                        if (ours == null) {
                            throw new ExtensionConfigurationException("the @AfterEach method " + method
                                    + " of a @LoopTest may have parameters of the types TestClock, Sequencer, RandomGenerator, Trial and TestInfo, and has one of "
                                    + type);
                        }
                        return ours;
                    })
                    .toArray();
        }
    }

    private record Info(ExtensionContext context) implements TestInfo {
        @Override
        public String getDisplayName() {
            return context.getDisplayName();
        }

        @Override
        public Set<String> getTags() {
            return context.getTags();
        }

        @Override
        public Optional<Class<?>> getTestClass() {
            return context.getTestClass();
        }

        @Override
        public Optional<Method> getTestMethod() {
            return context.getTestMethod();
        }
    }
}
