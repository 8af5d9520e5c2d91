package dev.weft;

import java.util.List;
import java.util.function.Supplier;

/** The pools inside this JVM. */
@SuppressWarnings("ImmutableEnumChecker") // an enum of openers
enum PoolKind {
    SEQUENTIAL(Pools::sequential),
    THREADS(() -> Pools.threads(2)),
    VIRTUAL(Pools::virtual),
    VIRTUAL_LIMITED(() -> Pools.virtual(2)),
    LOOPS(() -> Pools.loops(2));

    private final Supplier<Pool> opener;

    PoolKind(Supplier<Pool> opener) {
        this.opener = opener;
    }

    Pool open() {
        return opener.get();
    }

    /** Those that do not work in the thread of who submits. */
    static List<PoolKind> concurrent() {
        return List.of(THREADS, VIRTUAL, VIRTUAL_LIMITED, LOOPS);
    }
}
