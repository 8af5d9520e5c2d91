package dev.weft.cli.compare.engine;

import dev.weft.Outcome;
import dev.weft.Pools;
import dev.weft.cli.compare.report.Failure;
import dev.weft.cli.compare.work.BlockingMedium;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/**
 * Fetches each URL once before the rounds, so that a host that refuses or hangs fails its page once instead of in each
 * round of each model, where its time-out would drown what is measured.
 *
 * @param reachable the URLs that answered
 * @param failures why the others did not
 */
record UrlCheck(List<URI> reachable, List<Failure> failures) {
    /** What takes the place of a model in the failures. */
    static final String CHECK = "check";

    private static final int AT_ONCE = 32;

    /**
     * Tries URLs.
     *
     * @param urls the URLs
     * @return what came of it
     */
    static UrlCheck of(List<URI> urls) {
        List<URI> reachable = new ArrayList<>();
        List<Failure> failures = new ArrayList<>();
        BlockingMedium medium = new BlockingMedium();
        try (var pool = Pools.virtual(AT_ONCE)) {
            for (Outcome<URI, byte[]> outcome :
                    pool.<URI, byte[]>map(medium::fetch, urls).outcomes()) {
                Throwable failure = outcome.failure();
                if (failure == null) {
                    reachable.add(outcome.input());
                } else {
                    String message = failure.getMessage();
                    String reason = failure.getClass().getSimpleName() + (message == null ? "" : ": " + message);
                    failures.add(new Failure(CHECK, 0, outcome.input().toString(), reason, 1));
                }
            }
        }
        return new UrlCheck(List.copyOf(reachable), List.copyOf(failures));
    }
}
