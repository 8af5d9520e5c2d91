package dev.weft.http.server;

/**
 * Names something that an application or a request keeps, with its type. Two keys are never equal, whatever their
 * names.
 *
 * @param <T> the type of what is kept
 */
@SuppressWarnings("UnusedTypeParameter") // it is what ties a key to the type of its value
public final class StateKey<T> {
    private final String name;

    private StateKey(String name) {
        this.name = name;
    }

    /**
     * {@return a new key}
     *
     * @param name what messages call it
     * @param <T> the type of what is kept
     */
    public static <T> StateKey<T> of(String name) {
        return new StateKey<>(name);
    }

    @Override
    public String toString() {
        return name;
    }
}
