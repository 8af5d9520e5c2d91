package dev.weft.testing;

import dev.weft.Weft;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.jupiter.api.function.Executable;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/** The calls that make up one test: fixtures before it, the test, fixtures after it. */
final class TestCalls {
    /** A call of a method that JUnit prepared. */
    record Call(Method method, List<@Nullable Object> arguments) {
        static Call of(ReflectiveInvocationContext<Method> prepared) {
            return new Call(prepared.getExecutable(), new ArrayList<>(prepared.getArguments()));
        }

        @Nullable
        Object[] arguments(Trial trial) {
            Parameter[] parameters = method.getParameters();
            @Nullable Object[] all = new @Nullable Object[parameters.length];
            for (int i = 0; i < all.length; i++) {
                Object ours = Parameters.value(parameters[i].getType(), trial);
                all[i] = ours != null ? ours : arguments.get(i);
            }
            return all;
        }
    }

    /** What is between the fixtures. */
    @FunctionalInterface
    private interface Middle {
        void run(List<Object> instances, Trial trial) throws Throwable;
    }

    private final ExtensionContext context;
    private final List<Call> before;
    private final Middle test;
    private final Instances instances;

    private TestCalls(ExtensionContext context, List<Call> before, Middle test, boolean sameInstance) {
        this.context = context;
        this.before = List.copyOf(before);
        this.test = test;
        this.instances = new Instances(context.getRequiredTestInstances().getAllInstances(), sameInstance);
    }

    /** A test that is a method; each run has a new instance, unless instances live as long as their class. */
    static TestCalls ofMethod(ExtensionContext context, List<Call> before, Call test) {
        return new TestCalls(
                context,
                before,
                (instances, trial) -> invoke(test.method, instances, test.arguments(trial)),
                context.getTestInstanceLifecycle().orElse(null) == TestInstance.Lifecycle.PER_CLASS);
    }

    /** A test that a factory made; it belongs to the instance that made it. */
    static TestCalls ofDynamicTest(ExtensionContext factory, List<Call> before, Executable test) {
        return new TestCalls(factory, before, (_, _) -> test.execute(), true);
    }

    /** Runs once; in the main task of a loop. */
    void run(Trial trial) throws Throwable {
        List<Object> targets = instances.forNextRun();
        Throwable failure = null;
        try {
            for (Call call : before) {
                invoke(call.method, targets, call.arguments(trial));
            }
            test.run(targets, trial);
        } catch (Throwable e) {
            failure = e;
        }
        for (Object target : targets.reversed()) {
            for (Method method : AnnotationSupport.findAnnotatedMethods(
                    target.getClass(), AfterEach.class, HierarchyTraversalMode.BOTTOM_UP)) {
                try {
                    @Nullable Object[] arguments = argumentsAfter(method, trial);
                    Weft.shield(() -> invoke(method, targets, arguments)); // it cleans up after a cancelled test too
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
                    Object ours = type == TestInfo.class ? new Info(context) : Parameters.value(type, trial);
                    if (ours == null) {
                        throw new ExtensionConfigurationException("the @AfterEach method " + method
                                + " of a @LoopTest may have parameters of the types TestClock, Sequencer, RandomGenerator, Trial and TestInfo, and has one of "
                                + type + "; take it in @BeforeEach and keep it in a field");
                    }
                    return ours;
                })
                .toArray();
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
