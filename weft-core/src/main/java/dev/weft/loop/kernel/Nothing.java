package dev.weft.loop.kernel;

import org.jspecify.annotations.Nullable;

/** The result of work without a result. */
public final class Nothing {
    private Nothing() {}

    /**
     * {@return null}
     *
     * @param <T> a type that admits null, which the null checker cannot see here
     */
    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
    public static <T extends @Nullable Object> T value() {
        return null;
    }
}
