package dev.weft.cli.compare.model;

import org.jspecify.annotations.Nullable;

/** Says why a task was lost. */
final class Losses {
    private Losses() {}

    static String describe(@Nullable Throwable failure) {
        if (failure == null) {
            return "unknown";
        }
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
    }
}
