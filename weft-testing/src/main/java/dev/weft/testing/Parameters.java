package dev.weft.testing;

import java.lang.reflect.Method;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** The parameters that tests and fixtures may have. */
final class Parameters {
    static final Set<Class<?>> OURS = Set.of(TestClock.class, Sequencer.class, RandomGenerator.class, Trial.class);

    private Parameters() {}

    /** {@return whether a parameter of a method is one of ours} */
    static boolean isOurs(ParameterContext parameter) {
        return parameter.getDeclaringExecutable() instanceof Method
                && OURS.contains(parameter.getParameter().getType());
    }

    /** {@return whether a parameter belongs to a method that runs once for its class} */
    static boolean isOfFixtureOfClass(ParameterContext parameter) {
        return AnnotationSupport.isAnnotated(parameter.getDeclaringExecutable(), BeforeAll.class)
                || AnnotationSupport.isAnnotated(parameter.getDeclaringExecutable(), AfterAll.class);
    }

    /** {@return what a run has of a type; null if it is none of ours} */
    static @Nullable Object value(Class<?> type, Trial trial) {
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
}
