package dev.weft.testing;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * What JUnit calls for {@link SharedLoop}: opens the loop of a class, or finds that of the run, and runs class-wide
 * fixtures there.
 */
final class SharedLoopExtension implements BeforeAllCallback, InvocationInterceptor, ParameterResolver {
    private static final ExtensionContext.Namespace STORE =
            ExtensionContext.Namespace.create(SharedLoopExtension.class);

    /** What classes that share a loop of the run must agree on. */
    private record Kind(ClockMode clock, long realTimeLimitMillis) {}

    /** The loops of the run; in the store of the root, which JUnit closes at the end of the run. Any thread. */
    @SuppressWarnings("try") // JUnit closes it, and may interrupt that
    private static final class OfTheRun implements ExtensionContext.Store.CloseableResource, AutoCloseable {
        private final Map<Kind, TestLoop> loops = new HashMap<>();

        synchronized TestLoop get(SharedLoop settings) {
            var kind = new Kind(settings.clock(), settings.realTimeLimitMillis());
            TestLoop loop = loops.get(kind);
            if (loop == null || loop.hasEnded()) { // then a test has been told why
                loop = new TestLoop("the run", settings);
                loops.put(kind, loop);
            }
            return loop;
        }

        @Override
        public synchronized void close() throws Exception {
            var failures = new ArrayList<Throwable>();
            for (TestLoop loop : loops.values()) {
                try {
                    loop.close();
                } catch (Exception | Error e) {
                    failures.add(e);
                }
            }
            if (!failures.isEmpty()) {
                Throwable first = failures.removeFirst();
                failures.forEach(first::addSuppressed);
                switch (first) {
                    case Error e -> throw e;
                    default -> throw (Exception) first;
                }
            }
        }
    }

    /** What the store of a class holds for a loop that another store closes. */
    private record Borrowed(TestLoop loop) {}

    SharedLoopExtension() {}

    /** {@return the loop that a test shares; null if it has its own} */
    static @Nullable TestLoop of(ExtensionContext context) {
        return switch (context.getStore(STORE).get(TestLoop.class)) {
            case TestLoop own -> own;
            case Borrowed borrowed -> borrowed.loop;
            case null, default -> null;
        };
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        if (of(context) != null) { // a nested class finds that of the class around it
            return;
        }
        Class<?> tests = context.getRequiredTestClass();
        SharedLoop settings =
                AnnotationSupport.findAnnotation(tests, SharedLoop.class).orElse(null);
        if (settings == null) {
            return;
        }
        context.getStore(STORE)
                .put(
                        TestLoop.class,
                        switch (settings.scope()) {
                            case CLASS -> new TestLoop(tests.getSimpleName(), settings);
                            case RUN -> new Borrowed(ofTheRun(context).get(settings));
                        });
    }

    private static OfTheRun ofTheRun(ExtensionContext context) {
        return context.getRoot()
                .getStore(STORE)
                .getOrComputeIfAbsent(OfTheRun.class, _ -> new OfTheRun(), OfTheRun.class);
    }

    // ---- parameters of the fixtures of a class; those of tests have their own extension

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return Parameters.isOurs(parameter) && Parameters.isOfFixtureOfClass(parameter) && of(context) != null;
    }

    @Override
    public @Nullable Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        TestLoop loop = of(context);
        return loop == null ? null : Parameters.value(parameter.getParameter().getType(), loop.trial());
    }

    // ---- invocations

    @Override
    public void interceptBeforeAllMethod(
            Invocation<@Nullable Void> invocation, ReflectiveInvocationContext<Method> call, ExtensionContext context)
            throws Throwable {
        proceed(invocation, context);
    }

    @Override
    public void interceptAfterAllMethod(
            Invocation<@Nullable Void> invocation, ReflectiveInvocationContext<Method> call, ExtensionContext context)
            throws Throwable {
        proceed(invocation, context);
    }

    private static void proceed(Invocation<@Nullable Void> invocation, ExtensionContext context) throws Throwable {
        TestLoop loop = of(context);
        if (loop == null) {
            invocation.proceed();
        } else {
            loop.call(trial -> invocation.proceed());
        }
    }
}
