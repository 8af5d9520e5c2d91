package dev.weft.conformance;

/** How a test ended. */
enum Outcome {
    PASSED,
    SKIPPED,
    FAILED
}
