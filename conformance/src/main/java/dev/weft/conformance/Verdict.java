package dev.weft.conformance;

import java.util.List;

/**
 * What is known about one case.
 *
 * @param about the case
 * @param kind in a word
 * @param tests the tests that carry its name
 * @param words why it differs, the area with which it will come, or what is wrong
 */
record Verdict(Case about, Kind kind, List<TestMethod> tests, String words) {
    /** The word. */
    enum Kind {
        /** All its tests passed, in each of their runs. */
        PASSES,
        /** Weft does otherwise, and says why. */
        DIFFERS,
        /** It belongs to a part that is not there yet. */
        LATER,
        /** Its tests do not apply where they ran. */
        SKIPPED,
        /** A test failed or did not run, or there is none. */
        FAILS
    }
}
