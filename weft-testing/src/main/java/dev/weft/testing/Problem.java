package dev.weft.testing;

/** What the kit itself found wrong with a run. The kind says whether two runs failed in the same way. */
@SuppressWarnings("serial") // an Error is Serializable by inheritance; this one never leaves its process
final class Problem extends AssertionError {
    enum Kind {
        DEADLOCK,
        HELD,
        LEAK,
        UNCAUGHT,
        ENDLESS,
        NOT_DETERMINISTIC
    }

    private final Kind kind;

    Problem(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    Kind kind() {
        return kind;
    }
}
