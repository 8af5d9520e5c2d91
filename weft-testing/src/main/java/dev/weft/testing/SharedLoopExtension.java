package dev.weft.testing;

import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** What JUnit calls for {@link SharedLoop}: opens the loop of a class, and runs its class-wide fixtures there. */
final class SharedLoopExtension implements BeforeAllCallback, InvocationInterceptor {
    private static final ExtensionContext.Namespace STORE =
            ExtensionContext.Namespace.create(SharedLoopExtension.class);

    SharedLoopExtension() {}

    /** {@return the loop that a test shares; null if it has its own} */
    static @Nullable ClassLoop of(ExtensionContext context) {
        return context.getStore(STORE).get(ClassLoop.class, ClassLoop.class);
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        if (of(context) == null) { // a nested class finds that of the class around it
            Class<?> tests = context.getRequiredTestClass();
            AnnotationSupport.findAnnotation(tests, SharedLoop.class)
                    .ifPresent(settings -> context.getStore(STORE)
                            .put(ClassLoop.class, new ClassLoop(tests.getSimpleName(), settings)));
        }
    }

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
        ClassLoop loop = of(context);
        if (loop == null) {
            invocation.proceed();
        } else {
            loop.call(trial -> invocation.proceed());
        }
    }
}
