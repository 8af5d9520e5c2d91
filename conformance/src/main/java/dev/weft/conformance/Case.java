package dev.weft.conformance;

/**
 * One behaviour that a test of another project pins.
 *
 * @param id its name, as P122
 * @param tier 1 for the core, 2 for wider coverage
 * @param suite the project
 * @param file the file of the test there
 * @param test the test
 * @param asserts what it asserts, in our words
 */
record Case(String id, int tier, String suite, String file, String test, String asserts) {}
